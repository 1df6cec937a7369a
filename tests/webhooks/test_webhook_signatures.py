"""Messages are signed, and the secret can be exchanged."""

import base64
import hashlib
import hmac
import re
from datetime import timedelta
from pathlib import Path

import factories
from django.db import connection

from credit.actions import webhook_deliveries, webhooks
from credit.models import WebhookDelivery

AT = factories.AT
GUIDE = Path(__file__).parents[2] / "docs" / "api.md"


def sweep(at=AT):
    return webhook_deliveries.sweep(at=at, clock=lambda: at)


def signature_of(secret, headers, body):
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_a_message_is_signed_as_standard_webhooks_says(registered, owe, receiver):
    owe()
    sweep()

    ((headers, body),) = receiver.came
    assert headers["webhook-signature"] == signature_of(registered.secret, headers, body)
    assert int(headers["webhook-timestamp"]) == int(AT.timestamp())


def test_the_example_of_the_guide_verifies_a_message(registered, owe, receiver):
    examples = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (example,) = [each for each in examples if "def is_ours(secret" in each]
    said = {}
    exec(example, said)  # noqa: S102 - our own documentation
    owe()
    sweep()
    ((headers, body),) = receiver.came
    now = int(AT.timestamp())

    assert said["is_ours"](registered.secret, headers, body, now=now)
    assert not said["is_ours"](registered.secret, headers, body + b" ", now=now)
    assert not said["is_ours"](f"whsec_{'A' * 43}=", headers, body, now=now)
    assert not said["is_ours"](registered.secret, headers, body, now=now + 301)


def test_while_a_secret_is_exchanged_both_sign_and_then_only_the_new_one(
    registered, key, owe, receiver
):
    new = webhooks.rotate(endpoint_id=registered.endpoint.pk, key=key, at=AT)
    assert new.secret != registered.secret
    owe("01JDA6B1S9GZ5N4QW8Y2E0HJK1")
    sweep(AT + timedelta(hours=23))
    owe("01JDA6B1S9GZ5N4QW8Y2E0HJK2")
    sweep(AT + timedelta(hours=25))

    (early, late) = receiver.came
    both = [signature_of(secret, *early) for secret in (new.secret, registered.secret)]
    assert early[0]["webhook-signature"].split() == both
    assert late[0]["webhook-signature"] == signature_of(new.secret, *late)


def test_a_secret_that_became_known_is_gone_after_two_exchanges(registered, key, owe, receiver):
    for _ in range(2):
        new = webhooks.rotate(endpoint_id=registered.endpoint.pk, key=key, at=AT)
    owe()
    sweep()

    ((headers, body),) = receiver.came
    assert signature_of(new.secret, headers, body) in headers["webhook-signature"]
    assert signature_of(registered.secret, headers, body) not in headers["webhook-signature"]


def test_no_secret_stands_in_the_database(registered):
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM credit_webhookendpoint e")
        (row,) = cursor.fetchone()

    bare = base64.b64decode(registered.secret.removeprefix("whsec_"))
    assert registered.secret not in row
    assert bare.hex() not in row


def test_another_key_in_front_keeps_old_secrets(registered, owe, receiver, settings):
    settings.EVENHAND_WEBHOOK_KEYS = ["a newer key", *settings.EVENHAND_WEBHOOK_KEYS]
    owe()

    sweep()

    ((headers, body),) = receiver.came
    assert headers["webhook-signature"] == signature_of(registered.secret, headers, body)


def test_without_the_key_nothing_is_sent_and_the_delivery_says_why(owe, receiver, settings):
    settings.EVENHAND_WEBHOOK_KEYS = ["another key"]
    owe()

    sweep()

    assert receiver.came == []
    assert "must exchange it" in WebhookDelivery.objects.get().problem
