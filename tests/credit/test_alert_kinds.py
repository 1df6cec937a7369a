"""Every cause that the product raises is known, and has a runbook that all are written like."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from credit.actions.promotion_steps import HALTED
from credit.actions.refusals import ROLE_WORDS
from credit.alert_kinds import KINDS, TABLE, hidden_from
from credit.models import Role
from credit.plain_markdown import Span
from credit.serving import TIMED_OUT
from frontend import runbooks

CHECKOUT = Path(__file__).parents[2]
RUNBOOKS = CHECKOUT / "docs" / "runbooks"
RAISED = re.compile(r'(?:ModelUnavailable\(\s*|\bcause=)"(\w+)"')
COUNTED_UP_AS_ANOTHER = {"set_aside"}  # follows from a model that took too long
REPLAYED = {"drift_population", "drift_early_losses", "drift_calibration"}


def raised_somewhere():
    for room in ("credit", "monitoring"):
        for path in (CHECKOUT / room).rglob("*.py"):
            if path.name != "alert_kinds.py" and "migrations" not in path.parts:
                yield from RAISED.findall(path.read_text())


def test_every_cause_that_is_raised_is_in_the_table():
    raised = {*raised_somewhere(), HALTED, TIMED_OUT, *REPLAYED} - COUNTED_UP_AS_ANOTHER

    assert {"no_champion", "keys_expire", "webhook_disabled"} <= raised
    assert raised <= set(KINDS)


def test_a_cause_stands_in_the_table_once():
    assert len(KINDS) == len(TABLE)


def pages_of_documentation():
    return set(
        re.findall(r": (runbooks/[\w-]+\.md)$", (CHECKOUT / "mkdocs.yml").read_text(), re.MULTILINE)
    )


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.cause)
def test_every_cause_has_a_runbook(kind):
    assert (RUNBOOKS / kind.runbook).exists()


def words_of(text):
    return "".join(span.words for span in text)


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.cause)
def test_a_runbook_says_to_whom_the_alert_is_told(kind):
    meaning = runbooks.read(kind.runbook)[0]
    said = " ".join(words_of(text) for block in meaning.blocks for text in block.texts)

    assert str(ROLE_WORDS[kind.owner]) in said.lower()


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_every_runbook_has_the_four_parts_and_names_what_there_is(path):
    parts = runbooks.read(path.name)
    named = re.findall(r"manage\.py (\w+)", path.read_text())

    assert tuple(part.heading for part in parts) == runbooks.HEADINGS
    assert all(part.blocks for part in parts)
    assert set(named) <= set(get_commands())
    assert f"runbooks/{path.name}" in pages_of_documentation()


def test_the_image_brings_the_runbooks_along():
    assert "COPY docs/runbooks" in (CHECKOUT / "deploy" / "Dockerfile").read_text()


def test_a_runbook_is_read_as_it_was_written():
    _, first, todo, _ = runbooks.read("bundle-missing.md")

    (listed,) = first.blocks
    assert listed.kind == "list"
    assert len(listed.texts) == 3
    assert listed.texts[1][0] == Span("$EVENHAND_VAR/store", is_code=True)
    (steps,) = todo.blocks
    assert steps.kind == "steps"
    assert "go back to the champion before or" in words_of(steps.texts[1])


def test_a_table_of_a_runbook_is_read_by_its_cells():
    _, first, _, _ = runbooks.read("performance-fell.md")

    (table,) = first.blocks
    assert table.kind == "table"
    assert table.texts == ((Span("look at"),), (Span("because"),))
    assert len(table.rows) == 5
    assert table.rows[-1] == (
        (Span("drift of that time (see monitoring.md)"),),
        (Span("a feature that changed its meaning"),),
    )


def test_alerts_about_groups_are_hidden_from_who_may_not_see_groups():
    about_groups = {"fairness_outside", "officer_overrides_differ"}

    for role in Role:
        sees = role in {Role.COMPLIANCE, Role.MODEL_VALIDATOR, Role.AUDITOR}
        assert hidden_from([role]) == (set() if sees else about_groups)
