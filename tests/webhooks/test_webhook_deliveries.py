"""What happened is owed in the transaction that did it, and told until it arrives."""

import json
from datetime import timedelta
from pathlib import Path

import factories
import pytest
from django.db import connection, transaction

from credit import tenancy
from credit.actions import (
    officer_decisions,
    webhook_deliveries,
    webhooks,
)
from credit.actions.refusals import NotAllowed
from credit.models import (
    Alert,
    AuditEvent,
    EventKind,
    OfficerDecision,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from credit.webhooks.sending import Answer

AT = factories.AT
GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
State = WebhookDelivery.State
ALL = list(EventKind)


def sweep(at=AT):
    """Deliver; what beat asks before is right each time."""
    is_due = webhook_deliveries.is_any_due(at=at)
    tries = webhook_deliveries.sweep(at=at, clock=lambda: at)
    assert is_due is bool(tries)
    return tries


def the_delivery():
    return WebhookDelivery.objects.get()


def test_an_officers_decision_is_told_with_its_public_answer(champion, officer, receiver, key):
    made = factories.decide(partner=key.partner, **factories.REFERRED)
    webhooks.register(url=receiver.url, kinds=["decision.made"], key=key, at=AT)
    said = officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=officer, at=AT
    )

    assert sweep() == 0  # it can still be undone
    assert sweep(said.final_at) == 1

    ((headers, body),) = receiver.came
    told = json.loads(body)
    assert (told["type"], told["data"]["decision"]) == ("decision.made", made.decision_id)
    assert told["data"]["answer"]["decision"]["by"] == "officer"
    assert told["data"]["answer"]["status"] == "approved"
    assert told["id"] == headers["webhook-id"] == WebhookEvent.objects.get().pk
    assert "features" not in told["data"]["answer"]
    assert the_delivery().state == State.DELIVERED


def test_the_outbox_holds_ids_only(champion, officer, endpoint):
    made = factories.decide(partner=endpoint.partner, **factories.REFERRED)
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)

    assert WebhookEvent.objects.get().payload == {"decision": made.decision_id}


def test_what_is_rolled_back_was_never_owed(champion, officer, endpoint):
    made = factories.decide(partner=endpoint.partner, **factories.REFERRED)

    def decide_and_fail():
        with transaction.atomic():
            officer_decisions.record(
                decision_id=made.decision_id, verdict="approve", by=officer, at=AT
            )
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decide_and_fail()

    assert not OfficerDecision.objects.exists()
    assert not WebhookEvent.objects.exists()


def test_nobody_is_told_of_what_they_did_not_ask_for(champion, officer, key, receiver):
    webhooks.register(url=receiver.url, kinds=["batch.completed"], key=key, at=AT)
    for partner in (key.partner, factories.partner("bank-two"), None):
        made = factories.decide(partner=partner, **factories.REFERRED)
        officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)

    assert not WebhookEvent.objects.exists()


def test_an_event_is_owed_once(owe):
    assert owe() is not None
    assert owe() is None
    assert WebhookDelivery.objects.count() == 1


def test_any_event_is_told_by_its_ids(owe, receiver):
    event = owe()

    sweep()

    told = json.loads(receiver.came[0][1])
    assert told == {
        "id": event.pk,
        "type": "batch.completed",
        "created_at": "2026-11-22T10:15:02.114Z",
        "data": {"batch": "01JDA6B1S9GZ5N4QW8Y2E0HJKM"},
    }


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500, 503])
def test_what_is_not_taken_is_tried_again_later(owe, receiver, status):
    receiver.status, receiver.content = status, b"not now"
    owe()

    sweep()

    delivery = the_delivery()
    assert (delivery.state, delivery.attempts, delivery.status) == (State.PENDING, 1, status)
    assert delivery.excerpt == "not now"
    assert timedelta(seconds=12) <= delivery.next_try_at - AT <= timedelta(seconds=18)
    assert sweep(AT + timedelta(seconds=5)) == 0

    receiver.status = 200
    assert sweep(delivery.next_try_at) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.excerpt) == (State.DELIVERED, 2, "")
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1


def test_waits_double_up_to_six_hours_and_differ():
    waits = [webhook_deliveries.wait_after(tries).total_seconds() for tries in range(1, 24)]

    for tries, wait in enumerate(waits, start=1):
        assert 0.8 <= wait / min(15 * 2 ** (tries - 1), 6 * 3600) <= 1.2
    assert len(set(waits)) == len(waits)
    assert 2.5 < sum(waits) / 86_400 < 4.5


def test_a_delivery_is_given_up_in_the_end(owe, receiver, monkeypatch):
    monkeypatch.setattr(webhook_deliveries, "MOST_TRIES", 2)
    receiver.status = 500
    owe()
    sweep()

    sweep(AT + timedelta(minutes=1))

    delivery = the_delivery()
    assert (delivery.state, delivery.attempts, delivery.next_try_at) == (State.FAILED, 2, None)


def test_an_endpoint_that_fails_for_three_days_is_disabled_with_an_alert(owe, receiver, endpoint):
    receiver.status = 500
    owe("01JDA6B1S9GZ5N4QW8Y2E0HJK1")
    sweep()
    dead = AT + timedelta(days=3)
    owe("01JDA6B1S9GZ5N4QW8Y2E0HJK2", at=dead)

    sweep(dead)

    endpoint.refresh_from_db()
    assert endpoint.state == WebhookEndpoint.State.DISABLED
    alert = Alert.objects.get()
    assert (alert.cause, "127.0.0.1" in alert.message) == ("webhook_disabled", True)
    assert "/hooks" not in alert.message
    event = AuditEvent.objects.get(type=AuditEvent.Type.WEBHOOK_DISABLED)
    assert event.target == f"webhook:{endpoint.pk}"
    assert sweep(dead + timedelta(days=1)) == 0


def test_one_success_begins_the_three_days_anew(owe, receiver, endpoint):
    receiver.status = 500
    owe()
    sweep()
    receiver.status = 200
    sweep(AT + timedelta(minutes=1))

    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_an_endpoint_that_says_it_is_gone_is_disabled_at_once(owe, receiver, endpoint):
    receiver.status = 410
    owe()

    sweep()

    endpoint.refresh_from_db()
    assert endpoint.state == WebhookEndpoint.State.DISABLED
    assert "gone" in Alert.objects.get().message


def test_what_is_owed_during_a_pause_waits_for_its_end(owe, receiver, endpoint, key):
    webhooks.pause(endpoint_id=endpoint.pk, key=key, at=AT)
    owe()
    assert sweep() == 0

    webhooks.resume(endpoint_id=endpoint.pk, key=key, at=AT)

    assert (sweep(), len(receiver.came)) == (1, 1)


def test_what_is_owed_to_a_removed_endpoint_is_cancelled(owe, endpoint, key):
    owe()

    webhooks.remove(endpoint_id=endpoint.pk, key=key, at=AT)

    assert (the_delivery().state, sweep()) == (State.CANCELLED, 0)


def test_a_partner_that_is_not_active_is_told_nothing(owe, endpoint):
    owe()
    type(endpoint.partner).objects.update(is_active=False)

    assert sweep() == 0


def test_one_that_fails_is_left_alone_until_the_next_sweep(owe, receiver, monkeypatch):
    monkeypatch.setattr(webhook_deliveries, "_AT_ONCE", 1)
    receiver.status = 500
    for number in range(3):
        owe(f"01JDA6B1S9GZ5N4QW8Y2E0HJK{number}")

    assert (sweep(), len(receiver.came)) == (1, 1)


def test_one_that_fails_is_asked_by_one_message_until_it_answers(owe, receiver):
    receiver.status = 503
    owe("01JDA6B1S9GZ5N4QW8Y2E0HJK0")
    sweep()
    for number in range(1, 6):
        owe(f"01JDA6B1S9GZ5N4QW8Y2E0HJK{number}")

    assert sweep(AT + timedelta(minutes=1)) == 1
    assert sweep(AT + timedelta(minutes=2)) == 1

    receiver.status = 200
    assert sweep(AT + timedelta(minutes=3)) == 6
    assert not WebhookDelivery.objects.exclude(state=State.DELIVERED).exists()


def test_a_worker_that_dies_on_the_way_has_lost_nothing(owe, receiver):
    owe()
    assert len(webhook_deliveries.claim(at=AT)) == 1
    assert webhook_deliveries.claim(at=AT) == []

    assert sweep(AT + timedelta(minutes=3)) == 1

    assert (the_delivery().state, the_delivery().attempts) == (State.DELIVERED, 2)


def test_what_comes_too_late_of_a_try_changes_nothing(owe, receiver):
    owe()
    (slow,) = webhook_deliveries.claim(at=AT)
    sweep(AT + timedelta(minutes=3))

    webhook_deliveries.finish(job=slow, answer=Answer(status=500), at=AT + timedelta(minutes=4))

    assert the_delivery().state == State.DELIVERED


def test_an_administrator_replays_a_delivery_under_the_same_id(owe, receiver, administrator):
    owe()
    sweep()

    webhook_deliveries.replay(delivery_id=the_delivery().pk, by=administrator, at=AT)
    sweep()

    assert [headers["webhook-id"] for headers, _ in receiver.came] == [the_delivery().event_id] * 2
    assert (the_delivery().replays, the_delivery().state) == (1, State.DELIVERED)
    event = AuditEvent.objects.get(type=AuditEvent.Type.WEBHOOK_REPLAYED)
    assert (event.user, event.details["event"]) == (administrator, the_delivery().event_id)


def test_others_replay_nothing(owe, officer):
    owe()

    with pytest.raises(NotAllowed):
        webhook_deliveries.replay(delivery_id=the_delivery().pk, by=officer, at=AT)


def test_to_an_endpoint_that_takes_nothing_nothing_is_replayed(owe, endpoint, key, administrator):
    owe()
    webhooks.pause(endpoint_id=endpoint.pk, key=key, at=AT)

    with pytest.raises(webhook_deliveries.CannotReplay, match="paused"):
        webhook_deliveries.replay(delivery_id=the_delivery().pk, by=administrator, at=AT)


def test_old_events_are_forgotten(owe):
    owe(at=AT - timedelta(days=91))
    owe("01JDA6B1S9GZ5N4QW8Y2E0HJK2")

    assert webhook_deliveries.purge(at=AT) == 1
    assert WebhookEvent.objects.count() == WebhookDelivery.objects.count() == 1


@pytest.mark.parametrize("table", ["webhookendpoint", "webhookevent", "webhookdelivery"])
def test_another_partners_webhooks_are_invisible_to_raw_sql(owe, table):
    def rows():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM credit_{table}")  # noqa: S608 - our own words
            return cursor.fetchone()[0]

    owe()

    with tenancy.rows_of(factories.partner("bank-two")):
        assert rows() == 0
    with tenancy.rows_of(factories.partner()):
        assert rows() == 1
    assert rows() == 1
