"""Which decisions an incident concerns: of a version, a partner, a time."""

import json
from datetime import timedelta
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command

from credit.actions import model_versions
from credit.models import ModelVersion

AT = factories.AT
NOON = AT + timedelta(hours=4)


@pytest.fixture
def decided(champion, toy_bundle, validator):
    """Decide by the first model and, since noon, by a second: one of a partner, one by hand."""
    acme = factories.partner("acme-broker")
    first = factories.decide(at=AT, partner=acme)
    second = factories.model_version(toy_bundle, contract=champion.contract)
    model_versions.promote(version_id=second.pk, by=validator, at=NOON, note="Better.")
    later = [
        factories.decide(at=NOON + timedelta(minutes=1), partner=acme, reference="B-2"),
        factories.decide(at=NOON + timedelta(minutes=2), reference="B-3"),
    ]
    return [each.decision_id for each in (first, *later)]


def asked(*more, since=AT):
    out = StringIO()
    whole = ("--since", f"{since:%Y-%m-%dT%H:%M}", "--until", "2096-01-01T00:00")
    call_command("decisions_of", "consumer-loan", *whole, *more, stdout=out)
    return out.getvalue()


def ids(*more, since=AT):
    return asked("--ids", *more, since=since).split()


def test_a_time_a_version_and_a_partner_each_name_theirs(decided):
    first, of_acme, by_hand = decided

    assert ids() == [first, of_acme, by_hand]
    assert ids(since=NOON) == [of_acme, by_hand]
    assert ids("--version", "consumer-loan/1") == [first]
    assert ids("--version", "consumer-loan/2") == [of_acme, by_hand]
    assert ids("--partner", "acme-broker", since=NOON) == [of_acme]


def test_each_is_told_with_who_sent_it_and_what_scored_it(decided):
    said = asked(since=NOON)

    assert "consumer-loan/2" in said
    assert "acme-broker" in said
    assert "by hand" in said
    assert said.endswith("2 decisions.\n")
    (row,) = json.loads(asked("--json", "--version", "consumer-loan/1"))["decisions"]
    assert row["decision_id"] == decided[0]


def test_what_no_model_scored_is_named_too(champion, no_scorecard, validator):
    model_versions.retire(version_id=champion.pk, by=validator, at=AT, note="Odd scores.")
    decided = factories.decide(at=NOON)

    assert ids() == [decided.decision_id]
    assert "no model" in asked()
    assert ModelVersion.objects.get().stage == "retired"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--version", "consumer-loan/9"), "There is no model consumer-loan/9"),
        (("--partner", "nobody"), "There is no partner nobody. There is: none."),
        (("--since", "soon"), "soon is no moment"),
    ],
)
def test_what_is_not_there_is_said(champion, more, says):
    with pytest.raises(CommandError, match=says):
        asked(*more)
