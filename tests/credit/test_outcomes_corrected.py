"""An outcome that was wrong is corrected beside what was said before, which stays."""

from datetime import timedelta

import factories
import pytest
from django.db import IntegrityError, connection, transaction

from credit.actions import outcomes, snapshots
from credit.actions.outcomes import Correction
from credit.models import AuditEvent, Outcome
from credit.queries import applications, decisions

AT = factories.AT
TODAY = AT.date()
REPORTED = AT + timedelta(days=30)
CORRECTED = AT + timedelta(days=400)
WHY = "The arrears were another customer's."


@pytest.fixture
def key(db):
    return factories.api_key().api_key


@pytest.fixture
def approved(champion, key):
    return factories.decide(partner=key.partner, **factories.AUTOMATIC).decision_id


@pytest.fixture
def report(approved, key):
    def report(*, is_bad=True, corrects=None, reason=WHY, observed_on=TODAY, at=REPORTED):
        return outcomes.report(
            decision_id=approved,
            is_bad=is_bad,
            observed_on=observed_on,
            correction=Correction(corrects=corrects, reason=reason) if corrects else None,
            key=key,
            at=at,
        )

    return report


def test_a_correction_counts_and_what_it_corrects_stays(report, approved, key):
    first = report()

    second = report(is_bad=False, corrects=1, at=CORRECTED)

    assert [(each.number, each.is_bad) for each in Outcome.objects.all()] == [(2, False), (1, True)]
    assert (second.corrects, second.matures_on) == (1, first.matures_on)
    told = decisions.answer(approved, partner=key.partner, at=AT)["outcomes"]
    assert [(each["version"], each["outcome"]) for each in told] == [(2, "good"), (1, "bad")]
    assert WHY not in str(told)


def test_a_correction_is_audited_without_saying_what_it_says(report):
    report()
    report(is_bad=False, corrects=1, at=CORRECTED)

    event = AuditEvent.objects.get(type=AuditEvent.Type.OUTCOME_CORRECTED)
    assert (event.details["version"], event.at) == (2, CORRECTED)
    assert "arrears" not in str(event.details)
    assert event.details["outcome"]


def test_the_same_report_and_the_same_correction_again_change_nothing(report):
    first, second = report(), report(is_bad=False, corrects=1, at=CORRECTED)

    assert report(at=CORRECTED) == first
    assert report(is_bad=False, corrects=1, at=CORRECTED + timedelta(days=1)) == second
    assert Outcome.objects.count() == 2


REFUSED = {
    "nothing was reported": (0, {"corrects": 1, "is_bad": False}, "No outcome was reported"),
    "an older version": (2, {"corrects": 1, "is_bad": True}, "newest version of this outcome is 2"),
    "a later version": (1, {"corrects": 2, "is_bad": False}, "newest version of this outcome is 1"),
    "the same again": (1, {"corrects": 1, "is_bad": True}, "says the same"),
}


@pytest.mark.parametrize(("versions", "asked", "says"), REFUSED.values(), ids=REFUSED)
def test_only_the_newest_version_is_corrected_and_only_by_another_statement(
    report, versions, asked, says
):
    for number in range(versions):
        report(is_bad=number % 2 == 0, corrects=number)

    with pytest.raises(outcomes.NothingToCorrect, match=says):
        report(**asked)

    assert Outcome.objects.count() == versions


def test_corrections_end_somewhere(report, monkeypatch):
    monkeypatch.setattr(outcomes, "MOST_VERSIONS", 2)
    report()
    report(is_bad=False, corrects=1)

    with pytest.raises(outcomes.NothingToCorrect, match="at most 2"):
        report(is_bad=True, corrects=2)


def test_another_first_report_says_which_version_a_correction_would_name(report):
    report()
    report(is_bad=False, corrects=1, at=CORRECTED)

    with pytest.raises(outcomes.OutcomeConflict, match="reported for this decision") as refused:
        report(is_bad=False)

    assert refused.value.newest == 2


def test_a_correction_lies_between_the_decision_and_today_as_well(report):
    report()

    with pytest.raises(outcomes.OutcomeMisdated):
        report(is_bad=False, corrects=1, observed_on=REPORTED.date() + timedelta(days=1))


def test_training_reads_the_version_that_was_the_newest_then_and_says_so(champion, report):
    report()
    report(is_bad=False, corrects=1, at=CORRECTED)

    before = snapshots.take(product_id=champion.product_id, at=CORRECTED - timedelta(days=1))
    after = snapshots.take(product_id=champion.product_id, at=CORRECTED)

    assert (before.bads, after.bads) == (301, 300)
    assert before.label_sources == {"ingested": 1000, "matured_outcome": 1, "corrected_outcome": 0}
    assert after.label_sources == {"ingested": 1000, "matured_outcome": 0, "corrected_outcome": 1}


def test_an_officer_sees_every_version_with_its_reason(report, approved, officer):
    report()
    report(is_bad=False, corrects=1, at=CORRECTED)

    seen = applications.detail(approved, viewer=officer)

    assert [row.what.split(":")[0] for row in seen.history[:2]] == ["Outcome corrected", "Outcome"]
    assert (seen.history[0].words, seen.outcome.is_bad) == (WHY, False)


@pytest.mark.parametrize("change", [{"number": 2, "reason": ""}, {"number": 1, "reason": WHY}])
def test_a_reason_belongs_to_a_correction_and_to_nothing_else(report, change):
    wrong = report()
    wrong.pk = None
    wrong.decision_id, wrong.number, wrong.reason = wrong.decision_id, *change.values()

    with pytest.raises(IntegrityError, match="correction_has_reason"), transaction.atomic():
        wrong.save(force_insert=True)


def test_two_versions_never_have_one_number(report):
    twice = report()
    twice.pk = None

    with pytest.raises(IntegrityError, match="outcome_version_once"), transaction.atomic():
        twice.save(force_insert=True)


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET is_bad = false", "DELETE FROM {}"])
def test_not_even_the_owner_changes_a_version(as_owner, statement):
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="is append-only"):
        cursor.execute(statement.format("credit_outcome"))
