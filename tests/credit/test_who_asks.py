"""Who asks: the proxy's word, and limits by person and by address (docs/adr/0048)."""

import factories
import pytest
import structlog
from django.test import Client

from credit.checks import proxies_are_named
from credit.remote_addresses import address_of
from credit.webhooks.addresses import networks

HOME = "/sign-in/"


@pytest.fixture
def browser(officer):
    client = Client()
    client.force_login(officer)
    return client


@pytest.fixture
def two_at_once(settings, monkeypatch):
    """Let a person send two requests, then one a second; give what lets seconds pass."""
    settings.EVENHAND_PAGES_PER_SECOND, settings.EVENHAND_PAGES_BURST = 1, 2
    now = [1_000.0]
    monkeypatch.setattr("credit.rates.time.monotonic", lambda: now[0])

    def forward(seconds):
        now[0] += seconds

    return forward


def test_who_asks_faster_than_people_do_is_told_when_to_come_again(browser, two_at_once):
    answers = [browser.get("/") for _ in range(3)]
    refused = answers[2]
    two_at_once(int(refused.headers["Retry-After"]))

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Wait 1 second," in refused.content.decode()
    assert refused.headers["Cache-Control"] == "no-store, private"
    assert browser.get("/").status_code == 200


def test_what_a_person_sends_beyond_the_limit_does_nothing(browser, two_at_once):
    for _ in range(2):
        browser.get("/")

    assert browser.post("/sign-out/").status_code == 429
    two_at_once(1)
    assert browser.get("/").status_code == 200


def test_all_browsers_of_a_person_have_one_limit_and_everybody_else_their_own(
    browser, officer, two_at_once
):
    elsewhere, colleague = Client(), Client()
    elsewhere.force_login(officer)
    colleague.force_login(factories.user("officer"))
    for _ in range(2):
        browser.get("/")

    assert elsewhere.get("/").status_code == 429
    assert colleague.get("/").status_code == 200
    assert Client().get(HOME).status_code == 200


def test_operators_read_in_the_log_who_asks_too_fast(browser, officer, two_at_once):
    with structlog.testing.capture_logs() as logged:
        for _ in range(3):
            browser.get("/")

    told = [line for line in logged if line["event"] == "too_many_requests"]
    assert [line["person"] for line in told] == [officer.pk]


def test_guessing_locks_out_the_account_from_that_address_only(db):
    user = factories.user("officer", username="olga")
    user.set_password("correct horse battery")
    user.save()
    guess = {"username": "olga", "password": "wrong"}
    right = guess | {"password": "correct horse battery"}

    for _ in range(5):
        Client().post(HOME, guess)

    assert Client().post(HOME, right).status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.0.0.7").post(HOME, right)
    assert elsewhere.status_code == 302


@pytest.mark.parametrize(
    ("here", "forwarded", "address"),
    [
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "x' OR 1=1", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7, unknown", "10.0.0.1"),
        ("203.0.113.9", "203.0.113.7", "203.0.113.9"),
        ("", "203.0.113.7", None),
    ],
)
def test_only_a_proxy_of_ours_is_believed_who_asks(rf, settings, here, forwarded, address):
    settings.EVENHAND_PROXIES = networks("10.0.0.0/8")

    request = rf.get("/", REMOTE_ADDR=here, headers={"X-Forwarded-For": forwarded})

    assert address_of(request) == address


def test_behind_a_proxy_guessing_locks_out_the_guesser_and_nobody_else(db, settings):
    settings.EVENHAND_PROXIES = networks("127.0.0.0/8")
    user = factories.user("officer", username="olga")
    user.set_password("correct horse battery")
    user.save()
    right = {"username": "olga", "password": "correct horse battery"}

    def signs_in(address, form):
        return Client(headers={"X-Forwarded-For": address}).post(HOME, form).status_code

    for number in range(5):
        signs_in(f"198.51.100.{number}, 203.0.113.7", right | {"password": "wrong"})

    assert signs_in("203.0.113.7", right) == 429
    assert signs_in("203.0.113.8", right) == 302


@pytest.mark.parametrize(
    ("https", "proxies", "found"), [(True, "", 1), (True, "10.0.0.0/8", 0), (False, "", 0)]
)
def test_a_proxy_that_nobody_named_is_warned_of(settings, https, proxies, found):
    settings.HTTPS, settings.EVENHAND_PROXIES = https, networks(proxies)

    assert len(proxies_are_named()) == found
