"""Applications that an officer types in: decided as a partner's, and never by one person alone."""

import factories
import pytest

from credit.actions import contracts, hand_entries, officer_decisions, policies
from credit.actions.refusals import NotAllowed
from credit.models import Application, AuditEvent, Decision, HandEntry
from credit.queries import replays
from scoring.features import InputRefused
from scoring.records import BY_HAND

AT = factories.AT


@pytest.fixture
def enter(champion, officer):
    def run(*, form="01FORM", by=officer, reference="", confirmed=(), **changes):
        typed = factories.body(**{**factories.REFERRED, **changes})
        asked = {name: typed[name] for name in ("requested", "features")}
        return hand_entries.enter(
            product="consumer-loan",
            body={**asked, "reference": reference},
            form=form,
            confirmed=confirmed,
            by=by,
            at=AT,
        )

    return run


def test_what_is_typed_in_is_decided_and_the_record_says_by_whom(enter, officer):
    entry = enter(reference="COUNTER-7", confirmed=["savings", "amount"])

    decision = Decision.objects.get(pk=entry.decision_id)
    assert decision.application.reference == "COUNTER-7"
    assert decision.application.partner is None
    assert entry.entered_by == officer
    assert BY_HAND in decision.application.score.warnings
    event = AuditEvent.objects.get(type=AuditEvent.Type.APPLICATION_ENTERED)
    assert (event.user, event.target) == (officer, f"decision:{entry.decision_id}")
    assert event.details == {"confirmed": ["amount", "savings"]}


def test_without_a_reference_one_is_made_up(enter):
    entry = enter()

    reference = Decision.objects.get(pk=entry.decision_id).application.reference
    assert reference.startswith("H-261122-")


def test_it_waits_for_an_officer_even_in_the_automatic_zone_and_replays(enter):
    entry = enter(**factories.AUTOMATIC)

    decision = Decision.objects.get(pk=entry.decision_id)
    assert (decision.automatic, decision.application.status) == ("", "awaiting_officer")
    assert [each.differences for each in replays.replay([decision.pk])] == [[]]


def test_sending_a_form_twice_enters_it_once(enter):
    first = enter()

    again = enter(**factories.APPROVED)

    assert again == first
    assert Application.objects.count() == 1


def test_whoever_entered_it_cannot_decide_it_and_a_colleague_can(enter, officer):
    entry = enter()

    with pytest.raises(hand_entries.OwnEntry, match="a colleague has to decide it"):
        officer_decisions.record(
            decision_id=entry.decision_id, verdict="approve", by=officer, at=AT
        )
    made = officer_decisions.record(
        decision_id=entry.decision_id, verdict="approve", by=factories.user("officer"), at=AT
    )
    assert made.verdict == "approve"


def test_a_policy_may_let_whoever_entered_it_decide(enter, officer, developer, validator):
    source = factories.SOURCE.replace(b"[policy]\n", b"[policy]\nmay_decide_own_entries = true\n")
    registered = contracts.register(source=source, by=developer, at=factories.BEFORE)
    policies.put_in_force(
        contract_id=registered.pk, by=developer, approved_by=validator, at=factories.BEFORE
    )
    factories.promoted(
        factories.model_version(factories.toy_bundle(_of(source)), contract=registered)
    )

    entry = enter()

    assert officer_decisions.record(
        decision_id=entry.decision_id, verdict="approve", by=officer, at=AT
    )


def _of(source):
    return factories.Contract.parse(source)


def test_what_the_contract_refuses_is_not_stored(enter):
    with pytest.raises(InputRefused, match="/features/housing"):
        enter(features__housing="castle")

    assert not HandEntry.objects.exists()
    assert not Application.objects.exists()


def test_protected_attributes_are_no_part_of_it(enter):
    with pytest.raises(InputRefused, match="/features/age"):
        enter(features__age=44)


def test_only_officers_enter_applications(enter, auditor):
    with pytest.raises(NotAllowed, match="may enter an application"):
        enter(by=auditor)
