"""Partners are asked for an outcome once its window has passed."""

import json
from datetime import timedelta

import factories
import pytest

from credit.actions import officer_decisions, outcome_requests, outcomes, webhook_deliveries
from credit.models import AuditEvent, Decision, WebhookEndpoint

AT = factories.AT


def sweep(at=AT):
    return webhook_deliveries.sweep(at=at, clock=lambda: at)


@pytest.fixture
def approved(champion, endpoint):
    return factories.decide(partner=endpoint.partner, **factories.AUTOMATIC).decision_id


WINDOW_ENDS = AT + timedelta(days=365)  # twelve months in the contract


def test_an_outcome_is_asked_for_once_its_window_has_passed(approved, receiver):
    assert outcome_requests.ask(at=WINDOW_ENDS - timedelta(days=1)) == 0
    assert outcome_requests.ask(at=WINDOW_ENDS) == 1
    assert outcome_requests.ask(at=WINDOW_ENDS) == 0

    sweep(WINDOW_ENDS)

    told = json.loads(receiver.came[0][1])
    assert (told["type"], told["data"]["decision"]) == ("outcome.requested", approved)
    event = AuditEvent.objects.get(type=AuditEvent.Type.OUTCOME_REQUESTED)
    assert event.target == f"decision:{approved}"


def test_the_window_begins_with_the_officers_word(champion, endpoint, officer):
    made = factories.decide(partner=endpoint.partner, **factories.REFERRED)
    later = AT + timedelta(days=10)
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=later)

    assert outcome_requests.ask(at=WINDOW_ENDS) == 0
    assert outcome_requests.ask(at=WINDOW_ENDS + timedelta(days=10)) == 1


def reported(decision_id, key):
    outcomes.report(
        decision_id=decision_id, is_bad=False, observed_on=AT.date(), key=key, at=WINDOW_ENDS
    )


def not_wanted(_, key):
    WebhookEndpoint.objects.update(kinds=["decision.made"])


def declined(decision_id, key):
    Decision.objects.get(pk=decision_id).application.__class__.objects.update(status="declined")


@pytest.mark.parametrize("case", [reported, not_wanted, declined])
def test_what_needs_no_outcome_is_not_asked_for(approved, key, case):
    case(approved, key)

    assert outcome_requests.ask(at=WINDOW_ENDS) == 0
