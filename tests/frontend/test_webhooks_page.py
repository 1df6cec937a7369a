from datetime import timedelta

import factories
import pytest
from django.test import Client
from page_words import words_of

from credit.actions import outbox, webhook_deliveries, webhooks
from credit.models import AuditEvent, EventKind, Role, WebhookDelivery
from credit.webhooks.addresses import networks
from credit.webhooks.sending import Answer

AT = factories.AT
PAGE = "/console/webhooks/"
URL = "https://127.0.0.1/hooks?token=s3cret"


@pytest.fixture
def as_administrator(signed_in):
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def key(db):
    return factories.api_key("acme-broker", "webhooks").api_key


@pytest.fixture
def endpoint(key, settings):
    settings.EVENHAND_WEBHOOK_NETWORKS = networks("127.0.0.0/8")
    made = webhooks.register(url=URL, kinds=["batch.completed"], key=key, at=AT)
    return made.endpoint


@pytest.fixture
def tried(endpoint):
    """Let a batch be told of, with an answer of the test's choice."""

    def tried(answer, *, batch="01JDA6B1S9GZ5N4QW8Y2E0HJKM"):
        payload = {"batch": batch}
        outbox.put(kind=EventKind.BATCH_COMPLETED, partner=endpoint.partner, payload=payload, at=AT)
        (job,) = webhook_deliveries.claim(at=AT)
        webhook_deliveries.finish(job=job, answer=answer, at=AT)
        return WebhookDelivery.objects.get(pk=job.delivery_id)

    return tried


def read(client, address=PAGE):
    return words_of(client.get(address))


def test_without_a_webhook_the_page_says_how_one_begins(as_administrator):
    assert "No webhook yet" in read(as_administrator)
    assert "POST /api/v1/webhooks" in read(as_administrator)


def test_an_address_is_shown_with_its_state_and_without_its_query(as_administrator, endpoint):
    page = read(as_administrator)

    assert "acme-broker https://127.0.0.1/hooks?… Active" in page
    assert "batch.completed" in page
    assert "s3cret" not in page
    assert "Nothing has happened yet" in page


def test_a_delivery_that_failed_says_why_and_when_it_is_tried_again(as_administrator, tried):
    delivery = tried(Answer(status=503, excerpt="<b>busy\u202e</b>"))

    page = as_administrator.get(PAGE)

    words = words_of(page)
    assert "batch.completed batch:01JDA6B1S9GZ5N4QW8Y2E0HJKM" in words
    assert "Waiting 1 22 Nov 2026, 10:15 503" in words
    assert "&lt;b&gt;busy⟨U+202E⟩&lt;/b&gt;" in page.content.decode()
    assert f"{delivery.next_try_at:%-d %b %Y, %H:%M}" in words


def test_without_an_answer_the_problem_is_shown(as_administrator, tried):
    tried(Answer(problem="It did not answer in time."))

    assert "It did not answer in time." in read(as_administrator)


def test_what_is_owed_to_a_paused_address_says_so(as_administrator, tried, endpoint, key):
    tried(Answer(status=503))
    webhooks.pause(endpoint_id=endpoint.pk, key=key, at=AT)

    page = read(as_administrator)

    assert "when it is resumed" in page
    assert "Replay" not in page


def test_a_delivery_is_replayed_and_the_filter_stays(as_administrator, tried, endpoint):
    delivery = tried(Answer(status=200))
    address = f"{PAGE}?webhook={endpoint.pk}&state=delivered"

    answer = as_administrator.post(address, {"delivery": delivery.pk})

    assert answer.headers["Location"] == address
    assert "The event is sent again" in read(as_administrator, address)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.replays) == (WebhookDelivery.State.PENDING, 1)
    assert AuditEvent.objects.get(type=AuditEvent.Type.WEBHOOK_REPLAYED).target.startswith(
        "webhook:"
    )
    assert "replayed 1" in read(as_administrator)


def test_the_button_works_with_its_token(administrator, tried):
    delivery = tried(Answer(status=200))
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    token = client.get(PAGE).content.decode().split('csrfmiddlewaretoken" value="')[1][:64]

    sent = {"delivery": delivery.pk, "csrfmiddlewaretoken": token}
    assert client.post(PAGE, sent).status_code == 302
    assert client.post(PAGE, {"delivery": delivery.pk}).status_code == 403


def test_a_replay_to_a_paused_address_is_refused_in_words(as_administrator, tried, endpoint, key):
    delivery = tried(Answer(status=200))
    webhooks.pause(endpoint_id=endpoint.pk, key=key, at=AT)

    answer = as_administrator.post(PAGE, {"delivery": delivery.pk}, follow=True)

    assert "This webhook is paused" in words_of(answer)


def test_deliveries_are_chosen_by_address_and_state(as_administrator, tried, endpoint):
    tried(Answer(status=200), batch="01JDA6B1S9GZ5N4QW8Y2E0HJK1")
    tried(Answer(status=503), batch="01JDA6B1S9GZ5N4QW8Y2E0HJK2")

    delivered = read(as_administrator, f"{PAGE}?state=delivered")

    assert "HJK1" in delivered
    assert "HJK2" not in delivered
    assert "HJK2" in read(as_administrator, f"{PAGE}?webhook={endpoint.pk}&state=pending")
    other = f"{PAGE}?webhook=01JDA52ZKQ8M0X6T3R9V1B7CDE"
    assert "No delivery is like that" in read(as_administrator, other)


@pytest.mark.parametrize("query", ["state=lost", "webhook=x", "webhook=%00"])
def test_an_unknown_filter_is_told_and_filters_nothing(as_administrator, endpoint, query):
    answer = as_administrator.get(f"{PAGE}?{query}")

    assert answer.status_code == 422
    assert "was not understood" in answer.content.decode()
    assert str(endpoint.pk) in answer.content.decode()


@pytest.mark.parametrize("delivery", ["999999", "x", "", str(2**63)])
def test_a_delivery_that_is_not_there_is_404(as_administrator, delivery):
    assert as_administrator.post(PAGE, {"delivery": delivery}).status_code == 404


def test_an_auditor_reads_and_replays_nothing(as_auditor, tried):
    tried(Answer(status=200))

    assert "Replay" not in read(as_auditor)


def test_removed_addresses_leave_their_deliveries(as_administrator, tried, endpoint, key):
    tried(Answer(status=503))
    webhooks.remove(endpoint_id=endpoint.pk, key=key, at=AT + timedelta(minutes=1))

    page = read(as_administrator)

    assert "Every webhook was removed" in page
    assert "Cancelled" in page
