"""What an officer's work came to, with n and uncertainty."""

from datetime import timedelta

import factories
import pytest

from credit.actions import officer_decisions, outcomes
from credit.models import Role
from credit.queries import my_work

AT = factories.AT
LATER = AT + timedelta(days=400)
WHY = {"reason_code": "OFF02", "reason": "A guarantor has signed."}
WHY_NOT = {"reason_code": "OFF04", "reason": "The instalment would be too high."}
pytestmark = pytest.mark.django_db


@pytest.fixture
def decide(champion, officer):
    """Decide an application, and where asked report how the loan turned out."""

    def make(said, verdict="approve", *, by=officer, is_bad=None, at=AT, **why):
        made = factories.decide(at=at, **said)
        officer_decisions.record(decision_id=made.decision_id, verdict=verdict, by=by, at=at, **why)
        if is_bad is not None:
            outcomes.report(
                decision_id=made.decision_id,
                is_bad=is_bad,
                observed_on=LATER.date(),
                by=by,
                at=LATER,
            )

    return make


def test_throughput_counts_what_one_decided_oneself(decide, officer):
    decide(factories.REFERRED, at=LATER)
    decide(factories.REFERRED, at=LATER - timedelta(days=8))
    decide(factories.REFERRED, at=AT)
    decide(factories.REFERRED, at=LATER, by=factories.user(Role.OFFICER))

    found = my_work.my_work(officer, at=LATER)

    assert (found.today, found.last_7_days, found.decided) == (1, 1, 2)
    assert [week.decided for week in found.weeks] == [1, 0, 1, 0, 0, 0, 0, 0]
    assert found.median_days == 0


def test_overrides_are_of_what_was_recommended(decide, officer):
    decide(factories.REFERRED)
    decide(factories.APPROVED)
    decide(factories.APPROVED, "decline", **WHY_NOT)
    decide(factories.DECLINED, **WHY)

    found = my_work.my_work(officer, at=AT)

    assert (found.overrides.count, found.overrides.n) == (2, 3)
    assert found.overrides.interval is None
    assert (found.approved_against, found.declined_against) == (1, 1)


def test_rates_are_of_the_newest_and_throughput_is_of_all(decide, officer, monkeypatch):
    monkeypatch.setattr(my_work, "MOST", 2)
    decide(factories.APPROVED, "decline", at=AT - timedelta(days=2), **WHY_NOT)
    decide(factories.APPROVED, at=AT - timedelta(days=1))
    decide(factories.APPROVED, at=AT)

    found = my_work.my_work(officer, at=AT)

    assert found.decided == sum(week.decided for week in found.weeks) == 3
    assert (found.overrides.count, found.overrides.n) == (0, 2)


def test_outcomes_stand_beside_agreements_of_a_like_pd(decide, officer, monkeypatch):
    monkeypatch.setattr(my_work, "ENOUGH", 2)
    monkeypatch.setattr(my_work, "NEAR", 1.0)
    colleague = factories.user(Role.OFFICER)
    for is_bad in (True, True, False):
        decide(factories.DECLINED, is_bad=is_bad, **WHY)
    for is_bad in (True, False, False, False):
        decide(factories.REFERRED, by=colleague, is_bad=is_bad)
    decide(factories.DECLINED, is_bad=True, by=colleague, **WHY)

    found = my_work.my_work(officer, at=LATER + timedelta(days=1))

    assert (found.own_outcomes.count, found.own_outcomes.n) == (2, 3)
    assert (found.agreed_outcomes.count, found.agreed_outcomes.n) == (1, 4)
    assert found.own_outcomes.interval.low < 2 / 3 < found.own_outcomes.interval.high
    assert found.difference.low < 2 / 3 - 1 / 4 < found.difference.high


def test_agreements_far_from_the_overrides_are_not_compared(decide, officer, monkeypatch):
    monkeypatch.setattr(my_work, "NEAR", 0.001)
    decide(factories.DECLINED, is_bad=True, **WHY)
    decide(factories.APPROVED, is_bad=False)

    assert my_work.my_work(officer, at=LATER).agreed_outcomes.n == 0


def test_few_loans_say_nothing_about_a_rate(decide, officer):
    decide(factories.DECLINED, is_bad=True, **WHY)

    found = my_work.my_work(officer, at=LATER)

    assert (found.own_outcomes.n, found.own_outcomes.share) == (1, None)
    assert found.difference is None


def test_an_outcome_that_has_not_matured_is_not_counted(decide, officer):
    decide(factories.DECLINED, **WHY)
    made = factories.decide(at=LATER, **factories.DECLINED)
    officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=officer, at=LATER, **WHY
    )
    outcomes.report(
        decision_id=made.decision_id, is_bad=True, observed_on=LATER.date(), by=officer, at=LATER
    )

    assert my_work.my_work(officer, at=LATER).own_outcomes.n == 0
