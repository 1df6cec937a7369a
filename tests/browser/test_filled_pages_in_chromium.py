"""Pages on monitoring and fairness, full of figures: what the running product's data leaves empty.

Django's test client renders them from the scenes that the other tests have, and Chromium is given
what came, with its policy and the real static files; no server runs. Each is looked at on a desk,
on a telephone, and at 200 %, where a desk of 1440 has 720 CSS pixels, in both schemes.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

import filled_scene
import pytest
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client
from factories import user
from looking import axe_finds, broken_figures, drawn_over, in_the_dark, is_too_wide
from pictures import picture
from waiting import LONG

from credit.models import Alert, Application, Notice, Role
from monitoring.models import FairnessReport, OfficerMirror

pytestmark = pytest.mark.long

SITE = "http://evenhand.test"
DESK = {"width": 1440, "height": 900}
WIDTHS = {"telephone": 390, "at 200 %": 720, "narrowest": 320}
CHANGED_BY_WIDTH = ["target-size", "scrollable-region-focusable"]
PRODUCT = "consumer-loan"
FULL = {  # what a page must be full of to count as looked at
    "drift-acme": ("about 1,000 times smaller", "solar_roof"),
    "gaps-version": ("Guessing the group from all features together",),
    "officer-groups": ("Differs from peers",),
    "performance": ("36 months with approved loans",),
    "service": ("Burn rate, 72 h",),
    "alternatives": ("who would be decided otherwise",),
}


@dataclass
class Page:
    """A page as it came, and what is wrong with it."""

    name: str
    html: str
    policy: str
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@pytest.fixture(scope="module")
def rendered(django_db_setup, django_db_blocker):
    """Render all pages before Chromium runs: with it, Django refuses the database to a thread."""
    with django_db_blocker.unblock(), transaction.atomic(), filled_scene.now():
        version = filled_scene.fill()
        pages = [_render(*each) for each in _asked(version)]
        transaction.set_rollback(True)
    return pages


def _asked(version):
    """Name pages, with who opens them and where."""
    for role in Role:
        yield f"home-{role.value}", role, "/monitoring/"
    fairness, watched = f"/fairness/{PRODUCT}", f"/monitoring/{PRODUCT}"
    for report in FairnessReport.objects.filter(model_version=version).order_by("pk"):
        name = f"report-{report.population}-{report.stage}"
        yield name, Role.COMPLIANCE, f"/fairness/reports/{report.pk}/"
    for alert in Alert.objects.filter(cause__in=["units_changed", "error_budget_burns"]):
        yield f"alert-{alert.cause}", Role.AUDITOR, f"/alerts/{alert.pk}/"
    for name, address in (
        ("fairness", "/fairness/"),
        ("gaps-version", f"{fairness}/gaps/"),
        ("gaps-month", f"{fairness}/gaps/?about=month:2026-10-01"),
        ("trend", f"{fairness}/trend/"),
        ("places", f"{fairness}/places/?with=US-NJ"),
        ("officers", "/fairness/officers/"),
        ("officer-groups", "/fairness/officers/groups/"),
        ("alternatives", f"/console/models/{version.pk}/alternatives/"),
        ("drift", f"{watched}/drift/"),
        ("drift-acme", f"{watched}/drift/?partner=acme-broker&days=7"),
        ("performance", f"{watched}/performance/"),
        ("business", f"{watched}/business/"),
        ("service", "/monitoring/service/"),
        ("service-days", "/monitoring/service/?span=days"),
    ):
        yield name, Role.COMPLIANCE, address
    mirrored = OfficerMirror.objects.exclude(officer=None).order_by("pk").first()
    yield "my-mirror", mirrored.officer, "/my-work/mirror/"
    yield from _of_officers(mirrored.officer)
    yield from _of_the_console(version)


def _of_officers(officer):
    waiting = Application.objects.filter(reference__startswith="NORTH").order_by("pk").first()
    left = Notice.objects.order_by("pk").first()
    owed = Application.objects.filter(status="declined").order_by("pk").last()
    for name, address in (
        ("queue", "/"),
        ("application", f"/applications/{waiting.pk}/?what-if"),  # else it asks, without an end
        ("notices", "/notices/"),
        ("notice", f"/notices/{owed.pk}/"),
        ("notice-left", f"/notices/left/{left.pk}/"),
        ("my-work", "/my-work/"),
    ):
        yield name, officer, address


def _of_the_console(version):
    yield from (
        ("console", Role.MODEL_VALIDATOR, "/console/"),
        ("model", Role.MODEL_VALIDATOR, f"/console/models/{version.pk}/"),
        ("policies", Role.MODEL_VALIDATOR, "/console/policies/"),
        ("policy-try", Role.COMPLIANCE, f"/console/policies/{PRODUCT}/try/"),
        ("alerts", Role.AUDITOR, "/alerts/?state=all"),
        ("audit", Role.AUDITOR, "/audit/"),
    )


def _render(name, who, address):
    client = Client()
    client.force_login(who if not isinstance(who, Role) else user(who))
    answer = client.get(address)
    assert answer.status_code == 200, address
    return Page(name, answer.content.decode(), answer.headers["Content-Security-Policy"])


@pytest.fixture(scope="module")
def visits(rendered, browser):
    """Look at every page; `rendered` comes first."""
    context = browser.new_context(base_url=SITE, viewport=DESK, reduced_motion="reduce")
    context.set_default_timeout(1_000 * LONG)
    tab, complaints = context.new_page(), []
    tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    shown = []
    tab.route("**", lambda route: _answer(route, shown[-1]))
    for page in rendered:
        shown.append(page)
        _visit(tab, page)
        page.wrong["complaints"] = [*complaints]
        complaints.clear()
    context.close()
    return rendered


def _visit(tab, page):
    tab.set_viewport_size(DESK)
    tab.goto(f"/{page.name}/")
    page.wrong["axe"] = axe_finds(tab)
    picture(tab, f"filled-{page.name}", full_page=True)
    with in_the_dark(tab):
        page.wrong["dark"] = axe_finds(tab, rules=["color-contrast"])
        picture(tab, f"filled-{page.name}-dark", full_page=True)
    page.wrong["drawings"] = drawn_over(tab)
    for name, width in WIDTHS.items():
        page.wrong["width"] += is_too_wide(tab, width)
        if name == "telephone":
            page.wrong["width"] += axe_finds(tab, rules=CHANGED_BY_WIDTH)
        page.wrong["drawings"] += [f"{name}: {each}" for each in drawn_over(tab)]
        if name != "narrowest":
            page.wrong["figures"] += [f"{name}: {each}" for each in broken_figures(tab)]
            picture(tab, f"filled-{page.name}-{width}", full_page=True)


def _answer(route, page):
    """Give the page, its static files, and nothing else."""
    path = route.request.url.removeprefix(SITE)
    if path.startswith("/static/"):
        route.fulfill(path=finders.find(path.removeprefix("/static/")))
    elif path == f"/{page.name}/" or route.request.resource_type in {"fetch", "xhr"}:
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": page.policy,
        }
        route.fulfill(body=page.html, headers=headers)
    else:
        route.abort()


@pytest.mark.parametrize("name", FULL)
def test_pages_are_full_of_what_they_are_looked_at_for(name, rendered):
    html = next(page.html for page in rendered if page.name == name)
    said = " ".join(re.sub(r"<[^>]*>", " ", html).split())

    assert not [words for words in FULL[name] if words not in said]


@pytest.mark.parametrize("what", ["axe", "dark", "width", "drawings", "figures", "complaints"])
def test_nothing_is_wrong_on_a_page_that_is_full(what, visits):
    assert not {page.name: page.wrong[what] for page in visits if page.wrong[what]}
