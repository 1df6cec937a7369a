"""An application is in one officer's hands at a time: taken, given back, given on, referred up."""

from datetime import timedelta

import factories
import pytest
from django.db import IntegrityError, transaction

from credit.actions import assignments, officer_decisions, queue_items
from credit.actions.refusals import NotAllowed
from credit.models import Application, AuditEvent, QueueItem, Referral, Role
from credit.queue_filters import Wanted

AT = factories.AT
LATER = AT + timedelta(minutes=31)  # the shipped contract's claims last 30
EVERYTHING = Wanted()
pytestmark = pytest.mark.django_db


@pytest.fixture
def apply(champion):
    def make(at=AT, **said):
        return factories.decide(
            at=at, partner=factories.partner(), **{**factories.REFERRED, **said}
        )

    return make


def take_next(by, *, at=AT, wanted=EVERYTHING):
    return assignments.take_next(wanted=wanted, by=by, at=at)


def test_the_first_due_is_taken_first_and_then_the_next(apply, officer):
    young, old = apply(at=AT), apply(at=AT - timedelta(days=2))

    taken = [take_next(officer).decision_id for _ in range(2)]

    assert taken == [old.decision_id, young.decision_id]
    assert AuditEvent.objects.filter(type="application_taken", user=officer).count() == 2


def test_of_one_day_the_riskiest_comes_first(apply, officer):
    apply(**factories.APPROVED)
    risky = apply(**factories.DECLINED)

    assert take_next(officer).decision_id == risky.decision_id


def test_nobody_is_given_what_a_colleague_holds(apply, officer):
    apply()
    take_next(officer)

    with pytest.raises(assignments.NothingToTake, match="others hold it"):
        take_next(factories.user(Role.OFFICER))


def test_a_claim_ends_by_itself(apply, officer):
    made = apply()
    take_next(officer)

    assert take_next(factories.user(Role.OFFICER), at=LATER).decision_id == made.decision_id


def test_what_is_taken_next_is_among_what_the_officer_looks_at(apply, officer):
    apply(**factories.DECLINED)
    wanted = apply(reference="WANTED-1")

    assert take_next(officer, wanted=Wanted(q="wanted")).decision_id == wanted.decision_id


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OFFICER, Role.SENIOR_OFFICER}))
def test_only_officers_take(role, apply):
    apply()

    with pytest.raises(NotAllowed):
        take_next(factories.user(role))


def test_an_officer_gives_back_what_is_theirs_alone(apply, officer, senior_officer):
    made = apply()
    colleague = factories.user(Role.OFFICER)
    assignments.take(decision_id=made.decision_id, by=officer, at=AT)

    with pytest.raises(assignments.HeldByColleague):
        assignments.release(decision_id=made.decision_id, by=colleague, at=AT)
    assignments.release(decision_id=made.decision_id, by=officer, at=AT)
    with pytest.raises(assignments.NotHeld):
        assignments.release(decision_id=made.decision_id, by=officer, at=AT)

    assignments.take(decision_id=made.decision_id, by=colleague, at=AT)
    assignments.release(decision_id=made.decision_id, by=senior_officer, at=AT)
    assert QueueItem.objects.get().held_by is None


def test_what_a_colleague_holds_only_a_senior_officer_takes_over(apply, officer, senior_officer):
    made = apply()
    assignments.take(decision_id=made.decision_id, by=officer, at=AT)

    with pytest.raises(assignments.HeldByColleague, match="in hand, until 22 November 2026, 10:45"):
        assignments.take(decision_id=made.decision_id, by=factories.user(Role.OFFICER), at=AT)
    taken = assignments.take(decision_id=made.decision_id, by=senior_officer, at=AT)

    assert taken.held_by == senior_officer
    told = AuditEvent.objects.filter(type="application_taken").latest("pk")
    assert told.details["took_over_from"] == officer.pk


def test_deciding_what_a_colleague_holds_is_refused_until_a_senior_takes_it_over(
    apply, officer, senior_officer
):
    made = apply()
    assignments.take(decision_id=made.decision_id, by=officer, at=AT)

    def decide(by, at=AT):
        officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=by, at=at)

    for other in (factories.user(Role.OFFICER), senior_officer):
        with pytest.raises(assignments.HeldByColleague, match=officer.username):
            decide(other)
    assignments.take(decision_id=made.decision_id, by=senior_officer, at=AT)
    with pytest.raises(assignments.HeldByColleague):
        decide(officer)
    decide(senior_officer)

    assert Application.objects.get().status == "approved"


def test_after_a_claim_ended_anybody_decides(apply, officer):
    made = apply()
    assignments.take(decision_id=made.decision_id, by=officer, at=AT)

    other = factories.user(Role.OFFICER)
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=other, at=LATER)

    assert Application.objects.get().status == "approved"


def test_a_senior_officer_gives_an_application_to_an_officer(apply, officer, senior_officer):
    made = apply()

    given = assignments.reassign(decision_id=made.decision_id, to=officer, by=senior_officer, at=AT)

    assert given.holder(AT + timedelta(hours=23)) == officer
    assert given.holder(AT + timedelta(hours=25)) is None
    with pytest.raises(NotAllowed, match="Only a senior officer"):
        assignments.reassign(decision_id=made.decision_id, to=officer, by=officer, at=AT)


def test_an_application_is_given_to_no_one_but_officers(apply, senior_officer, auditor):
    made = apply()

    with pytest.raises(assignments.NoOfficer, match="is no officer"):
        assignments.reassign(decision_id=made.decision_id, to=auditor, by=senior_officer, at=AT)


WHY = "The guarantor is my neighbour."


def test_what_is_referred_up_waits_for_a_senior_officer(apply, officer, senior_officer):
    made = apply()
    assignments.take(decision_id=made.decision_id, by=officer, at=AT)

    assignments.refer_up(decision_id=made.decision_id, words=WHY, by=officer, at=AT)

    with pytest.raises(assignments.NothingToTake):
        take_next(officer)
    with pytest.raises(assignments.ReferredUp):
        assignments.take(decision_id=made.decision_id, by=officer, at=AT)
    with pytest.raises(assignments.ReferredUp):
        officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)
    assert take_next(senior_officer).decision_id == made.decision_id
    told = AuditEvent.objects.get(type="application_referred_up")
    assert WHY not in str(told.details)
    assert told.details["words"]


def test_a_referral_outlives_the_queue(apply, officer):
    made = apply()
    assignments.refer_up(decision_id=made.decision_id, words=WHY, by=officer, at=AT)
    QueueItem.objects.all().delete()
    Application.objects.update(queued=False)

    with pytest.raises(assignments.ReferredUp):
        assignments.check_may_decide(decision_id=made.decision_id, by=officer, at=AT)
    queue_items.gather(at=AT)
    assert QueueItem.objects.get().is_referred_up


def test_what_was_referred_up_is_handed_back_with_the_application(apply, officer, senior_officer):
    made = apply()
    assignments.refer_up(decision_id=made.decision_id, words=WHY, by=officer, at=AT)

    assignments.reassign(decision_id=made.decision_id, to=officer, by=senior_officer, at=AT)
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)

    assert Referral.objects.get().ended_at == AT
    assert Application.objects.get().status == "approved"


def test_referring_up_takes_words_once_and_somebody_above(apply, officer, senior_officer):
    made = apply()

    def refer(by=officer, words=WHY):
        assignments.refer_up(decision_id=made.decision_id, words=words, by=by, at=AT)

    with pytest.raises(assignments.WordsMissing):
        refer(words="   odd    ")
    with pytest.raises(assignments.NobodyAbove):
        refer(by=senior_officer)
    refer()
    with pytest.raises(assignments.AlreadyReferredUp):
        refer()


def test_a_colleagues_application_is_not_referred_up(apply, officer):
    made = apply()
    assignments.take(decision_id=made.decision_id, by=officer, at=AT)

    with pytest.raises(assignments.HeldByColleague):
        assignments.refer_up(
            decision_id=made.decision_id, words=WHY, by=factories.user(Role.OFFICER), at=AT
        )


def test_what_is_decided_is_in_nobodys_hands(apply, officer):
    made = apply()
    assignments.take(decision_id=made.decision_id, by=officer, at=AT)

    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)

    assert not QueueItem.objects.exists()
    with pytest.raises(assignments.NotWaiting):
        assignments.take(decision_id=made.decision_id, by=officer, at=AT)


def test_the_database_keeps_a_referral_as_it_was_said(apply, officer):
    made = apply()
    assignments.refer_up(decision_id=made.decision_id, words=WHY, by=officer, at=AT)

    with pytest.raises(IntegrityError, match="only ends"), transaction.atomic():
        Referral.objects.update(words="Something else entirely.")
    with pytest.raises(IntegrityError, match="referral_one_in_force"), transaction.atomic():
        Referral.objects.create(
            decision_id=made.decision_id, words=WHY, referred_by=officer, referred_at=AT
        )
    with pytest.raises(IntegrityError, match="referral_has_words"), transaction.atomic():
        Referral.objects.create(
            decision_id=made.decision_id,
            words="",
            referred_by=officer,
            referred_at=AT,
            ended_at=AT,
        )


def test_an_item_is_held_by_somebody_until_some_time(apply, officer):
    apply()
    queue_items.gather(at=AT)

    with pytest.raises(IntegrityError, match="held_by_somebody"), transaction.atomic():
        QueueItem.objects.update(held_by=officer)
