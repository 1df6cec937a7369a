"""How often a key may call, and who is told that it will soon be good no more."""

from datetime import timedelta

import factories
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from factories import AT
from keys_scene import DAY, find, rotated

from credit import tasks
from credit.actions import api_keys, partners
from credit.models import Alert, ApiKey, AuditEvent
from credit.rates import Limit

pytestmark = pytest.mark.usefixtures("always_look")


def test_a_key_s_own_limit_goes_before_its_partner_s_and_that_before_the_installation_s(
    administrator, settings
):
    settings.EVENHAND_RATE_PER_SECOND, settings.EVENHAND_RATE_BURST = 7, 8
    issued = factories.api_key()
    key = issued.api_key
    found = [find(issued).limit]

    partners.change(
        partner_id=key.partner_id,
        name="A",
        is_active=True,
        limit=Limit(3, 4),
        by=administrator,
        at=AT,
    )
    found.append(find(issued).limit)
    api_keys.set_limit(key_id=key.pk, limit=Limit(1, 2), by=administrator, at=AT)
    found.append(find(issued).limit)

    assert found == [Limit(7, 8), Limit(3, 4), Limit(1, 2)]
    assert AuditEvent.objects.get(type=AuditEvent.Type.KEY_LIMITED).details == {
        "per_second": 1,
        "burst": 2,
    }


@pytest.mark.parametrize("limit", [Limit(0, 5), Limit(5, 0)])
def test_a_limit_that_lets_nobody_through_is_refused(administrator, limit):
    key_id = factories.api_key().api_key.pk

    with pytest.raises(api_keys.BadLimit):
        api_keys.set_limit(key_id=key_id, limit=limit, by=administrator, at=AT)


@pytest.mark.parametrize(
    "half", [{"rate_per_second": 5}, {"rate_burst": 5}, {"rate_per_second": 0, "rate_burst": 5}]
)
def test_the_database_refuses_half_a_limit(db, half):
    factories.api_key()

    with pytest.raises(IntegrityError, match="rate_has_both_parts"), transaction.atomic():
        ApiKey.objects.update(**half)


def test_keys_that_expire_soon_are_told_as_one_alert(db):
    soon, later = factories.api_key("acme"), factories.api_key("other")
    gone, replaced = factories.api_key("gone"), factories.api_key("replaced")
    now = timezone.now()
    ApiKey.objects.update(expires_at=now + 10 * DAY)
    ApiKey.objects.filter(pk=later.api_key.pk).update(expires_at=now + 15 * DAY)
    api_keys.revoke(key_id=gone.api_key.pk, by=None, at=now)
    successor = rotated(replaced, overlap=DAY, at=now)
    ApiKey.objects.filter(pk=successor.api_key.pk).update(expires_at=now + 900 * DAY)

    tasks.warn_of_expiring_keys()

    alert = Alert.objects.get(cause="keys_expire")
    assert str(soon.api_key) in alert.message
    for other in (later, gone, replaced, successor):
        assert str(other.api_key) not in alert.message


def test_nothing_that_expires_soon_is_no_alert(db):
    factories.api_key()

    assert api_keys.warn_of_expiry(at=AT) == []
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("days", "told"),
    [(-1, "expired"), (0, "expires in 0 days"), (13, "expires in 13"), (99, "good")],
)
def test_the_state_of_a_key_in_words(days, told):
    key = ApiKey(expires_at=AT + days * DAY + timedelta(hours=1))

    assert key.state(AT).startswith(told)
