"""Every page of every role in Chromium: each is loaded once for all that must hold of it."""

import re
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

import every_page
import factories
import pytest
from conftest import SCREENSHOTS
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.test import RequestFactory
from looking import Weight, axe_finds, is_too_wide, keyboard_misses

from frontend.views import styleguide

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.long]

TELEPHONE, NARROWEST = 390, 320  # CSS pixels; the latter is a desk of 1280 at 400 %
FIRST_LOAD, LATER_LOAD = 150, 40  # kB
OF_LETTERS = {"notice", "notice_left", "review"}  # test_notices_of_a_day opens these
GONE_WRONG = {"officer": ["/no/such/page/", "/console/"]}
PART = re.compile(r'<(\w+)\b(?:[^>]*?\bclass="([^"]*)")?[^>]*>')
LONG = "long-" + "0" * 60
CHANGED_BY_WIDTH = ["target-size", "scrollable-region-focusable"]
WAITING = {
    "risky": {"features__checking_status": "below_0", "features__savings": "below_100"},
    "middling": {"features__checking_status": "0_to_200"},
    LONG: {"requested__amount": "5600.00", "features__amount": 5600},
}


@dataclass
class Visit:
    """A page as one role saw it."""

    address: str
    first_load: float = 0
    later_load: float = 0
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@pytest.fixture(scope="module")
def visits(running, manage):
    """Go through every page as every role; one made of the same parts is not looked at again."""
    for reference, changes in WAITING.items():
        running.apply(factories.body(**{"reference": reference, **changes}))
    running.register_webhook(f"https://8.8.8.8/{uuid.uuid4().hex}?token=1", "outcome.requested")
    asks = ("--by", running.users["administrator"]["username"], "--why", "To be looked at.")
    manage("propose_policy", "consumer-loan", "--set", "policy.clocks.claim_minutes=45", *asks)
    manage("count_populations")
    _raise_an_alert(running, manage)
    made, seen = [], set()
    for role in (None, *running.users):
        with running.at_desk(role) as page:
            weight = Weight(page.context.new_cdp_session(page))
            for name, address, html in _pages(page, role):
                if (name, _parts(html)) not in seen:
                    seen.add((name, _parts(html)))
                    made.append(_visit(page, weight, address, f"{role or 'nobody'}-{name}"))
    return made


def _raise_an_alert(running, manage):
    """Stop the models, and let an application come in meanwhile."""
    why = ("--by", running.users["model_validator"]["username"], "--why", "To be looked at.")
    manage("stop", "consumer-loan", *why)
    time.sleep(1)  # each process follows within half a second
    running.apply(factories.body(reference="while-stopped"))
    manage("stop", "consumer-loan", *why, "--resume")


def _pages(page, role):
    def read(address):
        answer = page.request.get(address, max_redirects=0)
        return answer.status, answer.headers.get("content-type", ""), answer.text()

    found = every_page.found_by(read, role)
    return [(each.name, each.address, each.html) for each in found] + [
        (address, address, "") for address in GONE_WRONG.get(role, [])
    ]


def _parts(html):
    """Say what a page is made of: its elements with their classes, and whether a word is long."""
    return frozenset(PART.findall(html)) | {("long", str(LONG in html))}


def _visit(page, weight, address, picture):
    visit = Visit(address)
    picture = re.sub(r"\W+", "-", picture).strip("-")
    visit.first_load = weight.of(page, address, is_first=True)
    visit.later_load = weight.of(page, address, is_first=False)
    visit.wrong["axe"] = axe_finds(page)
    visit.wrong["keyboard"] = list(keyboard_misses(page))
    page.screenshot(path=SCREENSHOTS / f"{picture}-light.png")
    page.emulate_media(color_scheme="dark")
    visit.wrong["dark"] = axe_finds(page, rules=["color-contrast"])
    page.screenshot(path=SCREENSHOTS / f"{picture}-dark.png")
    page.emulate_media(color_scheme="light")
    visit.wrong["telephone"] = is_too_wide(page, TELEPHONE)
    visit.wrong["telephone"] += axe_finds(page, rules=CHANGED_BY_WIDTH)
    visit.wrong["reflow"] = is_too_wide(page, NARROWEST)
    page.set_extra_http_headers({"Accept-Language": "de"})
    page.goto(address)
    visit.wrong["reflow in German"] = is_too_wide(page, NARROWEST)
    page.set_extra_http_headers({})
    page.set_viewport_size({"width": 1440, "height": 900})
    return visit


@pytest.mark.parametrize(
    "what", ["axe", "dark", "telephone", "keyboard", "reflow", "reflow in German"]
)
def test_nothing_is_wrong_on_any_page_of_any_role(what, visits):
    assert not {each.address: each.wrong[what] for each in visits if each.wrong[what]}


def test_every_page_of_the_table_was_looked_at(visits):
    seen = {every_page._name(each.address) for each in visits}

    assert not every_page.unreached(seen) - OF_LETTERS


def test_no_page_is_heavier_than_a_slow_line_carries(visits):
    first = {each.address: round(each.first_load) for each in visits}
    later = {each.address: round(each.later_load) for each in visits}

    assert all(0 < weight <= FIRST_LOAD for weight in first.values()), first
    assert all(0 < weight <= LATER_LOAD for weight in later.values()), later


def test_no_page_complains_or_asks_anybody_else(running, visits):
    assert visits
    assert not running.complaints


def test_with_forced_colours_charts_and_states_take_the_persons_own(running):
    decision = running.apply(factories.body(reference="forced-colours"))
    ink = "(one) => getComputedStyle(one).fill"

    with running.at_desk("officer", forced_colors="active") as page:
        page.goto(f"/applications/{decision['id']}/")
        page.screenshot(path=SCREENSHOTS / "officer-application-forced-colours.png")
        body = page.evaluate("getComputedStyle(document.body).color")
        assert page.locator(".scale .said").evaluate(ink) == body
        assert page.locator(".scale .own").evaluate(ink) == body
        assert (
            page.locator(".button").first.evaluate("(one) => getComputedStyle(one).borderTopStyle")
            == "solid"
        )


def test_axe_finds_nothing_in_the_style_guide(running):
    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()
    html = styleguide.index(request).content.decode()

    with running.at_desk() as page:
        page.route("**/styleguide/", lambda route: route.fulfill(body=html))
        page.route("**/static/**", lambda route: route.fulfill(path=_static(route.request.url)))
        page.goto("/styleguide/")
        page.screenshot(path=SCREENSHOTS / "styleguide.png", full_page=True)

        assert not axe_finds(page)
        assert not is_too_wide(page, NARROWEST)


def _static(url):
    return finders.find(url.partition("/static/")[2])
