"""Every page in Chromium: each is loaded once for all that must hold of it.

| what | how it is looked for |
|---|---|
| every address of the table | each is read as every role; at least one of each name is looked at |
| what roles see differently | one more where an element with its classes is new for that name |
| accessibility | axe, light at a desk; contrast once more in the dark; sizes once more at 390 px |
| keyboard | every stop is reached and seen to be, and the way goes on |
| width | 390 px, 320 px, and 320 px in German, where words are longest |
| weight | the first load with nothing kept from before; the German one is the later load |
| strict policy, strangers | no page complains on its console, none asks another host |

What needs no browser is held of every page of every role in tests/frontend/test_every_page.py:
headers, words, links, landmarks.
"""

import re
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

import every_page
import factories
import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.test import RequestFactory
from looking import Weight, axe_finds, in_the_dark, is_too_wide, keyboard_misses
from pictures import picture

from frontend.views import styleguide

pytestmark = pytest.mark.long

DESK = {"width": 1440, "height": 900}
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


@dataclass(frozen=True)
class Read:
    """A page as a role was sent it."""

    role: str | None
    name: str
    address: str
    parts: frozenset[tuple[str, str]]


@dataclass
class Visit:
    """A page as one role saw it."""

    address: str
    first_load: float = 0
    later_load: float = 0
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@pytest.fixture(scope="module")
def visits(running, manage):
    """Read every page as every role, and look at those on which something is new."""
    _fill(running, manage)
    roles = (None, *running.users)
    looked_at = _worth_a_look([each for role in roles for each in _pages(running, role)])
    made = []
    for role in roles:
        with running.at_desk(role) as page:
            weight = Weight(page.context.new_cdp_session(page))
            made += [_visit(page, weight, each) for each in looked_at if each.role == role]
    return made


def _fill(running, manage):
    for reference, changes in WAITING.items():
        running.apply(factories.body(**{"reference": reference, **changes}))
    running.register_webhook(f"https://8.8.8.8/{uuid.uuid4().hex}?token=1", "outcome.requested")
    asks = ("--by", running.users["administrator"]["username"], "--why", "To be looked at.")
    manage("propose_policy", "consumer-loan", "--set", "policy.clocks.claim_minutes=45", *asks)
    manage("count_populations")
    carla = running.users["compliance"]["username"]
    manage("fairness", "consumer-loan", "--by", carla)  # the worker does too, within half a minute
    _raise_an_alert(running, manage)


def _raise_an_alert(running, manage):
    """Stop the models, and let an application come in meanwhile."""
    why = ("--by", running.users["model_validator"]["username"], "--why", "To be looked at.")
    manage("stop", "consumer-loan", *why)
    time.sleep(1)  # each process follows within half a second
    running.apply(factories.body(reference="while-stopped"))
    manage("stop", "consumer-loan", *why, "--resume")


def _pages(running, role):
    with running.at_desk(role) as page:

        def read(address):
            answer = page.request.get(address, max_redirects=0)
            return answer.status, answer.headers.get("content-type", ""), answer.text()

        found = every_page.found_by(read, role)
    wrong = [Read(role, each, each, frozenset()) for each in GONE_WRONG.get(role, [])]
    return [Read(role, each.name, each.address, _parts(each.html)) for each in found] + wrong


def _parts(html):
    """Say what a page is made of: its elements with their classes, and whether a word is long."""
    return frozenset(PART.findall(html)) | {("long", str(LONG in html))}


def _worth_a_look(pages):
    """Leave out a page when its name, and all that it is made of, is looked at on richer ones."""
    chosen, seen = [], defaultdict(set)
    for page in sorted(pages, key=lambda page: -len(page.parts)):
        if page.name not in seen or page.parts - seen[page.name]:
            chosen.append(page)
        seen[page.name] |= page.parts
    return chosen


def _visit(page, weight, read):
    visit = Visit(read.address)
    name = re.sub(r"\W+", "-", f"{read.role or 'nobody'}-{read.name}").strip("-")
    visit.first_load = weight.of(page, read.address, is_first=True)
    visit.wrong["axe"] = axe_finds(page)
    picture(page, f"{name}-light")
    with in_the_dark(page):
        visit.wrong["dark"] = axe_finds(page, rules=["color-contrast"])
        picture(page, f"{name}-dark")
    visit.wrong["telephone"] = is_too_wide(page, TELEPHONE)
    visit.wrong["telephone"] += axe_finds(page, rules=CHANGED_BY_WIDTH)
    visit.wrong["reflow"] = is_too_wide(page, NARROWEST)
    page.set_viewport_size(DESK)
    # Last of all that is done to a page as it was loaded: where Tab leaves it, Chromium gives the
    # focus back to the skip link in its own time, and that lies over the first stops.
    visit.wrong["keyboard"] = list(keyboard_misses(page))
    page.set_extra_http_headers({"Accept-Language": "de"})
    visit.later_load = weight.of(page, read.address, is_first=False)
    visit.wrong["reflow in German"] = is_too_wide(page, NARROWEST)
    page.set_extra_http_headers({})
    page.set_viewport_size(DESK)
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
        picture(page, "officer-application-forced-colours")
        body = page.evaluate("getComputedStyle(document.body).color")
        assert page.locator(".scale .said").evaluate(ink) == body
        assert page.locator(".scale .own").evaluate(ink) == body
        assert (
            page.locator(".button").first.evaluate("(one) => getComputedStyle(one).borderTopStyle")
            == "solid"
        )


def test_axe_finds_nothing_in_the_style_guide(running):
    with running.at_desk() as page:
        _open_style_guide(page)
        picture(page, "styleguide", full_page=True)

        assert not axe_finds(page)
        assert not is_too_wide(page, NARROWEST)


def test_every_control_that_was_refused_has_a_strong_border(running):
    width = "(all) => all.map((one) => getComputedStyle(one).borderTopWidth)"

    with running.at_desk() as page:
        _open_style_guide(page)
        widths = page.locator("[aria-invalid]").evaluate_all(width)

    assert widths
    assert set(widths) == {"2px"}


def _open_style_guide(page):
    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()
    html = styleguide.index(request).content.decode()
    page.route("**/styleguide/", lambda route: route.fulfill(body=html))
    page.route("**/static/**", lambda route: route.fulfill(path=_static(route.request.url)))
    page.goto("/styleguide/")


def _static(url):
    return finders.find(url.partition("/static/")[2])
