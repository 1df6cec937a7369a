from collections.abc import Callable, Mapping
from http import HTTPStatus
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from credit import memory
from credit.management.console import ProductCommand
from credit.management.made_up.spans import MADE_UP
from credit.models import Application, Decision, OfficerDecision, Product, Role, User
from credit.tasks import count_populations
from monitoring import tasks
from monitoring.models import (
    CountedVintage,
    FairnessReport,
    Figures,
    GapReport,
    OfficerMirror,
)

TIMES = 40
COUNTED = (Figures, CountedVintage, FairnessReport, GapReport, OfficerMirror)
JOBS: dict[str, Callable[[], None]] = {
    "count_populations": count_populations,
    "take_pulse": tasks.take_pulse,
    "watch_drift": tasks.watch_drift,
    "count_results": tasks.count_results,
    "check_results": tasks.check_results,
    "report_fairness_of_months": tasks.report_fairness_of_months,
    "report_gaps": tasks.report_gaps,
    "hold_up_mirrors": tasks.hold_up_mirrors,
}
PAGES = {
    "home": "/monitoring/",
    "service": "/monitoring/service/",
    "drift": "/monitoring/{product}/drift/",
    "performance": "/monitoring/{product}/performance/",
    "business": "/monitoring/{product}/business/",
    "alerts": "/alerts/",
    "fairness": "/fairness/",
    "a fairness report": "/fairness/reports/{report}/",
    "gaps": "/fairness/{product}/gaps/",
    "trend": "/fairness/{product}/trend/",
    "places": "/fairness/{product}/places/",
    "officers": "/fairness/officers/",
    "officers by group": "/fairness/officers/groups/",
    "models": "/console/",
    "policies": "/console/policies/",
    "a policy tried": "/console/policies/{product}/try/",
    "audit": "/audit/",
}
OFFICERS_PAGES = {
    "my work": "/my-work/",
    "my mirror": "/my-work/mirror/",
    "a decided application": "/applications/{decided}/",
    "notices of two years": "/notices/",
    "signatures": "/signatures/",
    "reviews": "/reviews/",
}
WHO = "bench-overseer"
ROLES = (Role.MODEL_VALIDATOR, Role.COMPLIANCE, Role.AUDITOR)  # together they may open all of these


class Command(ProductCommand):
    help = (
        "Run the jobs that count and report over a database of made-up decisions, then measure the"
        " pages that read what they counted. `./run bench-tables` fills one and runs this."
    )
    example = "bench_monitoring --json"

    def work(self, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        if Application.objects.exclude(reference__startswith=MADE_UP).exists():
            raise CommandError("There are real decisions here: this needs a database of its own.")
        newest = Decision.objects.order_by("-pk").values_list("decided_at", flat=True).first()
        if newest is None:
            raise CommandError("There are no decisions here: `bench_tables --rows N` makes some.")
        # The made-up decisions go on for two years from today, as no months can be made behind it.
        with patch.object(timezone, "now", lambda: newest):
            return {"jobs": {name: _worked(job) for name, job in JOBS.items()}, "pages": _pages()}

    def tell(self, facts: dict[str, Any]) -> None:
        for name, figures in {**facts["jobs"], **facts["pages"]}.items():
            said = ", ".join(f"{key} {figure:,.1f}" for key, figure in figures.items())
            self.stdout.write(f"{name}: {said}")


def _worked(job: Callable[[], None]) -> dict[str, float]:
    """Run a job until it has counted all that there is, then once more; say how long each took."""
    began, counted = perf_counter(), -1
    while counted != (stored := _counted()):
        counted = stored
        job()
    done = perf_counter()
    job()
    return {"all_s": done - began, "again_s": perf_counter() - done}


def _counted() -> int:
    return sum(each.objects.count() for each in COUNTED)


def _pages() -> dict[str, dict[str, float]]:
    memory.keep_what_is_loaded()  # as a web process does
    product = Product.objects.order_by("pk")[:1].get()
    report = FairnessReport.objects.order_by("-pk").first()
    newest = (
        OfficerDecision.objects.filter(decided_by__groups__name=Role.SENIOR_OFFICER)
        .select_related("decided_by")
        .order_by("-decided_at")
        .first()
    )
    named = {
        "product": product.slug,
        "report": report.pk if report else "",
        "decided": newest.pk if newest else "",
    }
    found = _each(_overseer(), PAGES, named)
    return found | _each(newest.decided_by, OFFICERS_PAGES, named) if newest else found


def _each(who: User, pages: Mapping[str, str], named: Mapping[str, object]) -> dict[str, Any]:
    browser = Client()
    browser.force_login(who, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return {
        name: _timed(browser, address.format_map(named))
        for name, address in pages.items()
        if named["report"] or "{report}" not in address
    }


def _overseer() -> User:
    made, is_new = User.objects.get_or_create(username=WHO)
    if is_new:
        made.groups.set(Group.objects.filter(name__in=ROLES))
    return made


def _timed(browser: Client, address: str) -> dict[str, float]:
    """Ask for a page many times, through all of the web's layers but the server."""
    for _ in range(TIMES // 10):
        _asked(browser, address)
    own, walls = process_time(), []
    for _ in range(TIMES):
        began = perf_counter()
        _asked(browser, address)
        walls.append(perf_counter() - began)
    return {
        "wall_us": median(walls) * 1e6,
        "p95_us": quantiles(walls, n=20)[-1] * 1e6,
        "web_cpu_us": (process_time() - own) / TIMES * 1e6,
    }


def _asked(browser: Client, address: str) -> None:
    answer = browser.get(address, secure=True, headers={"host": "127.0.0.1"})
    if answer.status_code != HTTPStatus.OK:
        raise CommandError(f"The page {address} answered {answer.status_code}.")
