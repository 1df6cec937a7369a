"""A partner with a webhook that leads to a server on loopback."""

import factories
import pytest
from webhook_receiver import listening

from credit.actions import outbox, webhooks
from credit.models import EventKind
from credit.webhooks.addresses import networks

AT = factories.AT


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.EVENHAND_WEBHOOK_NETWORKS = networks("127.0.0.0/8")


@pytest.fixture
def key(db):
    return factories.api_key("acme-broker", "score", "webhooks").api_key


@pytest.fixture
def receiver():
    with listening() as receiver:
        yield receiver


@pytest.fixture
def registered(key, receiver):
    return webhooks.register(url=receiver.url, kinds=list(EventKind), key=key, at=AT)


@pytest.fixture
def endpoint(registered):
    return registered.endpoint


@pytest.fixture
def owe(endpoint):
    """Owe the partner a completed batch, as the batches' own action does."""

    def owe(batch="01JDA6B1S9GZ5N4QW8Y2E0HJKM", *, at=AT):
        return outbox.put(
            kind=EventKind.BATCH_COMPLETED,
            partner=endpoint.partner,
            payload={"batch": batch},
            at=at,
        )

    return owe
