"""Staff report how loans turned out and correct what was reported: hand-entered ones, and others'.

A partner's key reaches only its own loans, and may be revoked because it poisoned labels.
"""

import json
from datetime import timedelta
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from credit.actions import api_keys, hand_entries, officer_decisions, outcomes, snapshots
from credit.actions.outcomes import Correction
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, Decision, Outcome

AT = factories.AT
ON = str(AT.date())
REPORTED = AT + timedelta(days=400)
WHY = "Booked to the wrong loan."


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Outcomes are reported when their time is over."""
    monkeypatch.setattr(timezone, "now", lambda: REPORTED)


@pytest.fixture
def staff(db):
    roles = {"olga": "officer", "samir": "senior_officer", "vera": "model_validator"}
    return {name: factories.user(role, username=name) for name, role in roles.items()}


@pytest.fixture
def by_hand(champion, staff):
    """Give an approved application that an officer typed in: no partner knows of it."""
    typed = factories.body(**factories.REFERRED)
    asked = {name: typed[name] for name in ("requested", "features")}
    entry = hand_entries.enter(
        product="consumer-loan", body=asked, form="01FORM", by=staff["olga"], at=AT
    )
    officer_decisions.record(
        decision_id=entry.decision_id, verdict="approve", by=staff["samir"], at=AT
    )
    return entry.decision_id


@pytest.fixture
def poisoned(champion, staff):
    """Give a partner's loan whose outcome its key reported before that was revoked."""
    key = factories.api_key().api_key
    made = factories.decide(partner=key.partner, **factories.AUTOMATIC)
    outcomes.report(
        decision_id=made.decision_id, is_bad=True, observed_on=AT.date(), key=key, at=AT
    )
    api_keys.revoke(key_id=key.pk, by=factories.user("administrator"), at=AT)
    return made.decision_id


def run(*arguments):
    out = StringIO()
    call_command("report_outcome", *map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_loan_entered_by_hand_is_learned_from_once_an_officer_reported_it(by_hand, champion):
    said = run(by_hand, "--bad", "--on", ON, "--by", "olga")

    assert said["outcomes"][0] | {"matures_on": ""} == {
        "decision": by_hand,
        "outcome": "bad",
        "observed_on": ON,
        "version": 1,
        "matures_on": "",
    }
    taken = snapshots.take(product_id=champion.product_id, at=REPORTED)
    assert taken.label_sources["matured_outcome"] == 1


def test_a_senior_officer_corrects_what_a_revoked_key_reported(poisoned, champion, staff):
    run(poisoned, "--good", "--on", ON, "--corrects", 1, "--reason", WHY, "--by", "samir")

    newest = Outcome.objects.first()
    assert (newest.number, newest.is_bad, newest.reported_by) == (2, False, staff["samir"])
    event = AuditEvent.objects.get(type=AuditEvent.Type.OUTCOME_CORRECTED)
    assert (event.user, event.target) == (staff["samir"], f"decision:{poisoned}")
    taken = snapshots.take(product_id=champion.product_id, at=REPORTED)
    assert (taken.bads, taken.label_sources["corrected_outcome"]) == (300, 1)


def test_an_officer_corrects_nothing(poisoned, staff):
    with pytest.raises(NotAllowed, match="a senior officer may correct an outcome"):
        outcomes.report(
            decision_id=poisoned,
            is_bad=False,
            observed_on=AT.date(),
            correction=Correction(corrects=1, reason=WHY),
            by=staff["olga"],
            at=REPORTED,
        )

    assert Outcome.objects.count() == 1


CORRECTS = ("--good", "--on", ON, "--corrects", 1)
REFUSED = {
    "who may not report": (("--bad", "--on", ON, "--by", "vera"), "may report an outcome"),
    "a second first report": (
        ("--good", "--on", ON, "--by", "olga"),
        "--corrects 1, and --reason why",
    ),
    "a correction by an officer": (
        (*CORRECTS, "--reason", WHY, "--by", "olga"),
        "may correct an outcome",
    ),
    "a correction without a reason": ((*CORRECTS, "--by", "samir"), "Say with --reason"),
    "a reason without a version": (
        ("--bad", "--on", ON, "--reason", WHY, "--by", "samir"),
        "with --corrects",
    ),
    "the future": (
        (*CORRECTS[:2], "2029-01-01", *CORRECTS[3:], "--reason", WHY, "--by", "samir"),
        "in the future",
    ),
    "neither bad nor good": (("--on", ON, "--by", "olga"), "Say --bad or --good"),
    "no day": (("--bad", "--by", "olga"), "which day"),
    "a day that is none": (("--bad", "--on", "soon", "--by", "olga"), "soon is no day"),
}


@pytest.mark.parametrize(("asked", "words"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_a_sentence_and_an_exit_code(poisoned, staff, asked, words):
    with pytest.raises(CommandError, match=words):
        run(poisoned, *asked)

    assert Outcome.objects.count() == 1


def test_no_decision_has_no_outcome(staff):
    with pytest.raises(CommandError, match="There is no decision 01NONE"):
        run("01NONE", "--bad", "--on", ON, "--by", "olga")


# --- Files of many


@pytest.fixture
def write(tmp_path):
    def make(*lines):
        file = tmp_path / "outcomes.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    return make


def test_a_file_reports_and_corrects_many_and_the_same_again_changes_nothing(
    by_hand, poisoned, write
):
    file = write(
        "decision,outcome,observed_on,corrects,reason",
        f"{by_hand},bad,{ON},,",
        f"{poisoned},good,{ON},1,{WHY}",
    )

    first = run("--file", file, "--by", "samir")
    again = run("--file", file, "--by", "samir")

    assert [each["version"] for each in first["outcomes"]] == [1, 2]
    assert again == first
    assert Outcome.objects.count() == 3


def test_rows_that_are_not_right_are_named_and_the_others_recorded(by_hand, write, capsys):
    waiting = factories.decide(**factories.REFERRED).decision_id
    file = write(
        "decision,outcome,observed_on,corrects,reason",
        f"{by_hand},bad,{ON},,",
        f"{by_hand},poor,{ON},,",
        f"{by_hand},good,soon,,",
        f"{by_hand},good,{ON},one,{WHY}",
        f"{by_hand},good,{ON},,{WHY}",
        f"{by_hand},good,{ON}",
        f"{waiting},good,{ON},,",
        f"01NONE,good,{ON},,",
        f"{by_hand},good,{ON},,",
        f"{by_hand},good,{ON},1,",
    )

    with pytest.raises(CommandError, match="9 rows were not recorded"):
        call_command("report_outcome", "--file", str(file), "--by", "samir")

    told = capsys.readouterr()
    assert f"{by_hand}: bad, seen {ON} (version 1; models learn from it after" in told.out
    for words in (
        "row 2: outcome: “poor” is neither bad nor good",
        "row 3: observed_on: soon is no day",
        "row 4: corrects: “one” is no number",
        "row 5: corrects: is missing",
        "row 6: has 3 cells, and the header has 5",
        "row 7: Only an approved application",
        "row 8: decision: there is no 01NONE",
        "row 9: Another outcome was reported for this decision before. If that was wrong, correct",
        "row 10: reason: is missing",
    ):
        assert f"outcomes.csv, {words}" in told.err
    assert "correct it: 1 as corrects, and a reason." in told.err
    assert Outcome.objects.get().decision == Decision.objects.get(pk=by_hand)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("decision,outcome", "lacks observed_on"),
        ("decision,outcome,observed_on,name", "does not know name"),
    ],
)
def test_a_header_says_what_the_file_holds(staff, write, header, words):
    with pytest.raises(CommandError, match=words):
        run("--file", write(header), "--by", "samir")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_file_may_be_written_as_a_spreadsheet_writes_it(by_hand, tmp_path, encoding):
    file = tmp_path / "outcomes.csv"
    lines = f"decision;outcome;observed_on;corrects;reason\r\n{by_hand};bad;{ON};;\r\n"
    file.write_bytes(lines.encode(encoding))

    (told,) = run("--file", file, "--by", "samir")["outcomes"]

    assert (told["outcome"], told["version"]) == ("bad", 1)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b'decision,outcome,observed_on\n"01', "quote")]
)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(staff, tmp_path, content, words):
    file = tmp_path / "outcomes.csv"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=words):
        run("--file", file, "--by", "samir")


def test_who_may_not_report_writes_no_row(by_hand, write):
    file = write("decision,outcome,observed_on", f"{by_hand},bad,{ON}")

    with pytest.raises(CommandError, match="may report an outcome"):
        run("--file", file, "--by", "vera")
