"""Keys and OAuth clients from issue to end: what they look like, whom they open for, how long."""

import re
import threading
import zlib
from datetime import timedelta

import factories
import pytest
from django.db import connection
from factories import AT
from keys_scene import DAY, find, rotated

from credit import access, shown_keys
from credit.actions import api_keys, partners
from credit.actions.refusals import NotAllowed
from credit.models import ApiKey, AuditEvent
from credit.rates import Limit

pytestmark = pytest.mark.usefixtures("always_look")


# --- what they look like


def test_a_key_is_shown_once_and_kept_as_a_digest(db):
    issued = factories.api_key()

    row = str(ApiKey.objects.filter(pk=issued.api_key.pk).values().get())
    assert issued.key not in row
    assert issued.key.split("_", 2)[2] not in row
    assert issued.key.startswith(f"ev_{issued.api_key.prefix}_")
    assert issued.key not in str(AuditEvent.objects.get().details)


LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("tag", ["ev", "evs", "evt"])
def test_a_scanner_finds_a_key_and_checks_it_without_asking_us(tag):
    """The way that docs/api.md describes, written down a second time."""
    text = f"curl -H 'Authorization: Bearer {shown_keys.new(tag, '3f9a1c0b2d4e')}'"

    (found,) = re.findall(r"\bev[st]?_[0-9a-f]{12}_[0-9A-Za-z]{49}\b", text)
    rest, checksum = zlib.crc32(found[:-6].encode()), ""
    for _ in range(6):
        rest, place = divmod(rest, 62)
        checksum = LETTERS[place] + checksum

    assert checksum == found[-6:]
    assert shown_keys.read(found).tag == tag


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key + "x",
        lambda key: key[:-1],
        lambda key: key.replace("ev_", "xx_"),
        lambda key: key.replace("ev_", "evt_"),
        lambda key: "ev_" + "0" * 12 + key[15:],
        lambda key: f"ev_{key[3:15]}_{'A' * 43}{shown_keys.checksum(f'{key[:15]}_' + 'A' * 43)}",
        lambda key: f"{key}\n",
        lambda _key: "",
        lambda _key: "ev",
        lambda _key: "ev_\x00_x",
        lambda _key: "ev_é_x",
        lambda _key: "ev_\ud800_x",
        lambda key: f"ev__{key}",
    ],
)
def test_a_wrong_key_is_no_key(db, spoil):
    assert access.find(spoil(factories.api_key().key), at=AT) is None


def test_what_only_looks_like_a_key_costs_no_query(db, django_assert_num_queries):
    key = factories.api_key().key
    access.find(key, at=AT)

    with django_assert_num_queries(1):  # the stamp
        assert access.find(key[:-6] + "000000", at=AT) is None


def test_a_key_from_before_there_were_checksums_still_opens(db):
    issued = factories.api_key()
    early = f"ev_{issued.api_key.prefix}_{'a-_B' * 10}abc"
    ApiKey.objects.update(digest=shown_keys.digest(early))

    assert access.find(early, at=AT).key == issued.api_key


# --- whom they open for, and for how long


def test_a_key_that_was_found_once_costs_no_query(db, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(access, "FRESH_FOR", 60)
    issued = factories.api_key()
    find(issued)

    with django_assert_num_queries(0):
        assert find(issued).key == issued.api_key


def test_a_key_is_good_until_it_is_revoked_or_expires_or_its_partner_is_stopped(administrator):
    issued = factories.api_key()
    key = issued.api_key
    assert find(issued)

    assert find(issued, at=key.expires_at) is None
    for is_active in (False, True):
        partners.change(
            partner_id=key.partner_id, name="Acme", is_active=is_active, by=administrator, at=AT
        )
        assert bool(find(issued)) is is_active
    api_keys.revoke(key_id=key.pk, by=administrator, at=AT)
    assert find(issued) is None
    with pytest.raises(api_keys.AlreadyRevoked):
        api_keys.revoke(key_id=key.pk, by=administrator, at=AT)


@pytest.fixture
def clock(monkeypatch):
    """Hold this process's clock, and give what sets it forward."""
    now = [1_000.0]
    monkeypatch.setattr(access, "FRESH_FOR", 0.5)
    monkeypatch.setattr(access, "_known", access._Known())
    monkeypatch.setattr("credit.access.time.monotonic", lambda: now[0])

    def forward(seconds):
        now[0] += seconds

    return forward


def test_a_revocation_elsewhere_holds_within_a_second(committed, clock):
    issued = factories.api_key()
    assert find(issued)
    api_keys.revoke(key_id=issued.api_key.pk, by=None, at=AT)

    clock(0.4)
    before = find(issued)
    clock(0.6)

    assert before is not None  # it is not looked at each time
    assert find(issued) is None


def test_while_one_thread_looks_the_others_go_on_but_not_for_longer_than_a_second(
    committed, clock, monkeypatch
):
    issued = factories.api_key()
    find(issued)
    api_keys.revoke(key_id=issued.api_key.pk, by=None, at=AT)
    monkeypatch.setattr(access, "_PATIENCE", 0.01)

    with access._known._looking:  # another thread's look that takes long
        clock(0.9)
        meanwhile = find(issued)
        clock(0.1)
        too_long = find(issued)

    assert meanwhile is not None
    assert too_long is None


def test_what_was_read_before_a_change_is_not_kept_after_it(committed, clock, monkeypatch):
    issued = factories.api_key()
    load = access._load

    def slowly(look, digest):
        grant = load(look, digest)
        thread = threading.Thread(target=revoke_elsewhere, args=(issued,))
        thread.start()
        thread.join()
        clock(0.6)
        access.find("ev_x", at=AT)  # another request sees the change first
        return grant

    monkeypatch.setattr(access, "_load", slowly)
    find(issued)
    monkeypatch.setattr(access, "_load", load)

    assert find(issued) is None


def revoke_elsewhere(issued):
    api_keys.revoke(key_id=issued.api_key.pk, by=None, at=AT)
    connection.close()


def test_the_last_use_is_written_once_a_minute(db, django_assert_num_queries):
    key_id = factories.api_key().api_key.pk

    api_keys.note_use(key_id=key_id, at=AT)
    api_keys.note_use(key_id=key_id, at=AT + timedelta(seconds=59))
    first = ApiKey.objects.get().last_used_at
    api_keys.note_use(key_id=key_id, at=AT + timedelta(seconds=60))

    assert first == AT
    assert ApiKey.objects.get().last_used_at == AT + timedelta(seconds=60)


# --- replacing


def test_after_a_rotation_both_keys_are_good_until_the_stated_time(db):
    old = factories.api_key("acme", "score", "read")
    lasted = old.api_key.expires_at - old.api_key.created_at

    new = rotated(old)

    assert find(old, at=AT + 7 * DAY - timedelta(seconds=1))
    assert find(old, at=AT + 7 * DAY) is None
    assert find(new, at=AT + 8 * DAY)
    assert new.api_key.scopes == ["read", "score"]
    assert new.api_key.expires_at - new.api_key.created_at == lasted
    assert ApiKey.objects.get(pk=old.api_key.pk).replaced_by == new.api_key
    assert AuditEvent.objects.filter(type=AuditEvent.Type.KEY_ROTATED).count() == 1


def test_an_overlap_never_makes_a_key_last_longer(db):
    old = factories.api_key()

    rotated(old, overlap=10_000 * DAY)

    assert ApiKey.objects.get(pk=old.api_key.pk).expires_at == old.api_key.expires_at


def test_a_successor_keeps_the_limit_and_the_kind(db):
    old = api_keys.issue(
        partner="acme",
        scopes=["score"],
        by=None,
        at=AT,
        expires_at=AT + DAY,
        is_client=True,
        limit=Limit(5, 10),
    )

    new = rotated(old)

    assert new.key.startswith("evs_")
    assert new.api_key.application.client_id == new.api_key.name != old.api_key.name
    assert access.limit_of(new.api_key) == Limit(5, 10)


@pytest.mark.parametrize(
    "prepare",
    [
        lambda issued: api_keys.revoke(key_id=issued.api_key.pk, by=None, at=AT),
        lambda _: ApiKey.objects.update(expires_at=AT),
        rotated,
    ],
)
def test_what_is_no_longer_in_use_is_not_replaced(db, prepare):
    issued = factories.api_key()
    prepare(issued)

    with pytest.raises(api_keys.CannotRotate):
        rotated(issued)


def test_an_overlap_into_the_past_is_refused(db):
    with pytest.raises(api_keys.CannotRotate, match="before now"):
        rotated(factories.api_key(), overlap=-DAY)


@pytest.mark.parametrize(
    "act",
    [
        lambda issued, by: rotated(issued, by=by),
        lambda issued, by: api_keys.set_limit(key_id=issued.api_key.pk, limit=None, by=by, at=AT),
    ],
)
def test_keys_are_replaced_and_limited_by_administrators_only(officer, act):
    with pytest.raises(NotAllowed):
        act(factories.api_key(), officer)
