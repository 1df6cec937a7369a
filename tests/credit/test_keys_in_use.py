"""Keys and OAuth clients from issue to end: what they look like, whom they open for, how long."""

import re
import threading
import zlib
from datetime import timedelta

import factories
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from factories import AT

from credit import access, shown_keys, tasks
from credit.actions import api_keys, partners
from credit.actions.refusals import NotAllowed
from credit.models import Alert, ApiKey, AuditEvent
from credit.rates import Limit

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _always_look(monkeypatch):
    """Look at the stamp each time; how long a look is good for has its own tests."""
    monkeypatch.setattr(access, "FRESH_FOR", 0)


def find(issued, at=AT):
    return access.find(issued.key, at=at)


def rotated(issued, overlap=7 * DAY, **more):
    return api_keys.rotate(
        key_id=issued.api_key.pk, overlap=overlap, **{"by": None, "at": AT, **more}
    )


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


# --- limits


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


# --- warnings


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


# --- the admin and the commands


@pytest.fixture
def browser(administrator):
    client = Client()
    client.force_login(administrator)
    return client


LISTED = "admin:credit_apikey_changelist"


def shown_on(page):
    return page.content.decode().split('<code id="key">')[1].split("</code>")[0]


def test_an_oauth_client_is_issued_in_the_admin(browser):
    answer = browser.post(
        reverse("admin:credit_apikey_add"),
        {
            "partner_name": "acme",
            "scopes": ["score"],
            "days": 30,
            "is_client": "on",
            "rate_per_second": 5,
            "rate_burst": 9,
        },
    )

    key = ApiKey.objects.get()
    assert shown_on(answer).startswith(f"evs_{key.prefix}_")
    assert key.name in answer.content.decode()
    assert access.limit_of(key) == Limit(5, 9)
    assert key.name in browser.get(reverse(LISTED)).content.decode()


def test_a_limit_is_set_in_the_admin_and_half_of_one_is_refused(browser):
    place = reverse("admin:credit_apikey_change", args=[factories.api_key().api_key.pk])
    assert browser.get(place).status_code == 200

    half = browser.post(place, {"rate_per_second": 5, "rate_burst": ""})
    browser.post(place, {"rate_per_second": 5, "rate_burst": 6})

    assert "both halves" in str(half.context["adminform"].form.errors)
    assert access.limit_of(ApiKey.objects.get()) == Limit(5, 6)


def test_a_partner_s_limit_is_set_in_the_admin(browser):
    partner = factories.partner()

    browser.post(
        reverse("admin:credit_partner_change", args=[partner.pk]),
        {"name": "Acme", "is_active": "on", "rate_per_second": 5, "rate_burst": 6},
    )

    partner.refresh_from_db()
    assert (partner.rate_per_second, partner.rate_burst, partner.is_active) == (5, 6, True)


def test_a_key_is_replaced_in_the_admin_and_the_new_one_shown_once(browser):
    now = timezone.now()
    old = api_keys.issue(
        partner="acme", scopes=["score"], by=None, at=now, expires_at=now + 90 * DAY
    )
    sent = {"action": "rotate", "_selected_action": [old.api_key.pk], "overlap_hours": 24}

    answer = browser.post(reverse(LISTED), sent)

    assert access.find(shown_on(answer), at=timezone.now())
    assert "stays good until" in answer.content.decode()
    assert shown_on(answer) not in browser.get(reverse(LISTED)).content.decode()
    assert find(old, at=now + 23 * timedelta(hours=1))
    assert find(old, at=now + 25 * timedelta(hours=1)) is None


@pytest.mark.parametrize(("number", "hours"), [(2, "24"), (1, "-1"), (1, "soon"), (1, "")])
def test_the_admin_replaces_one_key_at_a_time_with_an_overlap_that_can_be(browser, number, hours):
    keys = [factories.api_key().api_key.pk for _ in range(number)]

    browser.post(
        reverse(LISTED), {"action": "rotate", "_selected_action": keys, "overlap_hours": hours}
    )

    assert ApiKey.objects.count() == number


def test_keys_are_listed_replaced_and_revoked_at_a_prompt(db, capsys):
    now = timezone.now()
    issued = api_keys.issue(
        partner="acme", scopes=["score"], by=None, at=now, expires_at=now + 90 * DAY
    )
    name = issued.api_key.name

    call_command("rotate_key", name, "--overlap-hours", "1")
    shown, words = capsys.readouterr()
    call_command("list_keys", "acme")
    listed = capsys.readouterr().out
    call_command("revoke_key", name)

    assert access.find(shown.strip(), at=timezone.now())
    assert f"{name} stays good until" in words
    assert f"{name}  acme  score  replaced" in listed
    assert ApiKey.objects.get(pk=issued.api_key.pk).revoked_at
    assert find(issued, at=now) is None


def test_no_keys_and_no_such_key_are_told(db, capsys):
    call_command("list_keys")

    assert "issue_key" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no such key"):
        call_command("revoke_key", "ev_000000000000")


def test_an_oauth_client_with_a_limit_is_issued_at_a_prompt(db, capsys):
    call_command("issue_key", "acme", "--scope", "score", "--oauth", "--rate", "50")

    key = ApiKey.objects.get()
    told = capsys.readouterr()
    assert told.out.startswith("evs_")
    assert key.name in told.err
    assert access.limit_of(key) == Limit(50, 100)
    with pytest.raises(CommandError, match="--rate"):
        call_command("issue_key", "acme", "--scope", "score", "--burst", "50")
