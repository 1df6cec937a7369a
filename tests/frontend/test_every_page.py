"""What holds of every page, whoever opens it: the pages come from the table of addresses.

Every role opens every page once in English and once in German, for all tests of this file.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import unescape

import every_page
import factories
import fair_scene
import mirror_scene
import notices_scene
import pytest
import report_scene
from django.test import Client

from credit import store
from credit.actions import alert_silences, populations, webhooks
from credit.actions.alerts import raise_alert
from credit.models import Role
from frontend import catalogue
from frontend.access import OFFICERS
from monitoring import periods
from monitoring.results import business, vintages
from scoring.contract import Contract

CONTRACTS = sorted((factories.TESTS.parent / "contracts").glob("*/contract.toml"))
RUNBOOK = re.compile(
    r'<div class="prose" lang="en">.*?</div>', re.DOTALL
)  # is English, and says so
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\s(?:style|on[a-z]+)=\"", re.IGNORECASE)


@dataclass(frozen=True)
class Opened:
    """A page as it came, with its content security policy."""

    address: str
    name: str
    html: str
    policy: str


@pytest.fixture(scope="module")
def opened():
    """Keep what was opened, by role and language: the tests look, and change nothing."""
    return {}


@pytest.fixture
def read_by(opened, request):
    """Give the pages that a role opened in a language."""
    if not opened:
        open_as = request.getfixturevalue("open_as")
        asked = [(role, language) for role in (None, *Role) for language in ("en", "de")]
        opened.update({each: open_as(*each) for each in asked})
    return lambda role, language="en": opened[role, language]


@pytest.fixture
def open_as(waiting, unscored, champion, toy_bundle, own_store, signed_in):
    """Fill the product with something of everything, and open every page as a role."""
    unscored()
    store.put(toy_bundle, ".zip")
    for recommendation in ("refer", "approve", "decline"):
        waiting(recommendation=recommendation)
    officer = factories.user(Role.OFFICER)
    declined = notices_scene.declined(officer)
    notices_scene.issued(declined, officer)
    notices_scene.asked(declined, officer)
    notices_scene.declined(officer)
    factories.proposal(champion.product)
    populations.count_due(at=factories.AT)
    mirror_scene.stored(champion.product, mirror_scene.team(4), at=factories.AT)
    periods.bring_up_to_date(business.KIND, at=factories.AT)
    vintages.count_due(at=factories.AT)
    report_scene.stored(champion)
    for cause in ("bundle_missing", "score_drift", "fairness_outside"):
        raise_alert(cause=cause, product=None, message="It is gone.", n=412, at=factories.AT)
    alert_silences.silence(
        cause="score_drift",
        product=None,
        segment="",
        until=factories.AT + timedelta(days=2),
        why="It is being mended.",
        by=factories.user(Role.MODEL_VALIDATOR),
        at=factories.AT,
    )
    fair_scene.kept(champion)
    key = factories.api_key("acme-broker", "webhooks").api_key
    webhooks.register(
        url="https://8.8.8.8/hooks", kinds=["batch.completed"], key=key, at=factories.AT
    )

    def read(role, language):
        client = signed_in(role) if role else Client()
        policies = {}

        def open_it(address):
            answer = client.get(address, headers={"Accept-Language": language})
            policies[address] = answer.headers.get("Content-Security-Policy", "")
            return answer.status_code, answer.headers.get("Content-Type", ""), _text(answer)

        pages = every_page.found_by(open_it, role)
        assert pages
        return [
            Opened(page.address, page.name, page.html, policies[page.address]) for page in pages
        ]

    return read


def _text(answer):
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.content.decode() if is_page and not answer.streaming else ""


def words(html):
    """Give what a person reads or hears of a page."""
    heard = " ".join(re.findall(r'\b(?:aria-label|title|alt)="([^"]*)"', html))
    shown = re.sub(r"<(script|noscript)\b.*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(f"{shown} {heard}").split())


def test_every_page_of_the_table_can_be_found_by_somebody(read_by):
    found = {page.name for role in (None, *Role) for page in read_by(role)}

    assert not every_page.unreached(found), "no page leads there"


@pytest.mark.parametrize("role", [None, *Role])
def test_every_page_keeps_the_content_security_policy(role, read_by):
    for page in read_by(role):
        assert "default-src 'none'" in page.policy, page.address
        assert "script-src 'self'" in page.policy, page.address
        assert "unsafe" not in page.policy, page.address
        assert not INLINE.findall(page.html), page.address


@pytest.mark.parametrize("role", sorted(OFFICERS))
def test_no_page_of_an_officer_names_a_protected_attribute(role, read_by):
    forbidden = protected_words()

    for page in read_by(role):
        text = words(page.html).lower()
        named = [word for word in forbidden if re.search(rf"\b{re.escape(word)}\b", text)]
        assert not named, page.address
        values = re.findall(r'\b(?:name|value|id|class|data-\w+)="([^"]*)"', page.html)
        assert not set(values) & forbidden, page.address


def protected_words():
    """Name, label, column and groups of what is protected in every contract that ships."""
    said = set()
    for path in CONTRACTS:
        contract = Contract.parse(path.read_bytes())
        for each in contract.protected:
            said |= {each.name, each.label}
            said |= {word for group in each.groups for word in (group.value, group.label)}
    said |= {each.column for each in factories.CONTRACT.banned}
    known = {"unknown", "other"}  # words that a page needs for other things
    return {word.lower() for word in said if len(word) > 2} - known


def test_words_of_every_contract_are_looked_for():
    assert len(CONTRACTS) >= 5
    assert {"age", "age_group"} & protected_words()


@pytest.mark.parametrize("role", [None, *Role])
def test_no_page_in_german_says_anything_in_english(role, read_by):
    english = only_english()

    for page in read_by(role, "de"):
        text = words(RUNBOOK.sub("", page.html))
        left = [said for said in english if said in text and stands_alone(said, text)]

        assert '<html lang="de"' in page.html
        assert not left, page.address


def stands_alone(said, text):
    return re.search(rf"\b{re.escape(said)}(?![\w-])", text)


@cache
def only_english():
    """Give the strings that are whole words and differ in German; short ones may be in others."""
    found = set()
    for message in catalogue.of("de"):
        said = message.id if isinstance(message.id, str) else message.id[0]
        plain = not re.search(r"[{}<%]", said)
        if said and plain and len(said) > 12 and message.string != said:
            found.add(said)
    return found


@pytest.mark.parametrize("role", [None, *Role])
def test_every_page_has_a_title_one_heading_and_its_landmarks(role, read_by):
    for page in read_by(role):
        assert re.search(r"<title>\S.* · Evenhand</title>", page.html), page.address
        assert page.html.count("<h1") == 1, page.address
        assert page.html.count("<main") == 1, page.address
        assert 'href="#main"' in page.html, page.address
