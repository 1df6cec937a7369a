"""Keys and OAuth clients in the admin and at a prompt."""

from datetime import UTC, datetime, timedelta

import factories
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from keys_scene import DAY, find

from credit import access
from credit.actions import api_keys
from credit.models import ApiKey
from credit.rates import Limit

pytestmark = pytest.mark.usefixtures("always_look")


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


def test_the_admin_says_when_a_key_was_last_used(browser):
    key = factories.api_key().api_key
    pages = [reverse(LISTED), reverse("admin:credit_apikey_change", args=[key.pk])]
    used = datetime(2026, 11, 25, 17, 42, tzinfo=UTC)
    said = date_format(timezone.localtime(used), "DATETIME_FORMAT")
    assert not [page for page in pages if said in browser.get(page).content.decode()]

    api_keys.note_use(key_id=key.pk, at=used)

    assert all(said in browser.get(page).content.decode() for page in pages)


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
