from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.management.console import ProductCommand
from monitoring.service import levels, pulses
from monitoring.service import periods as service
from monitoring.service.objectives import ObjectivesRefused
from monitoring.service.pulses import Sign
from monitoring.service.queries import SPANS, budgets_of, queues_of, service_view


class Command(ProductCommand):
    help = (
        "Say how the service stands against what it promised: error budgets and how fast they burn,"
        " queues, tasks, times by route, and what 1,000 decisions cost. Counts the hours first."
    )
    example = "service_levels --days --json"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--days", action="store_true", help="figures of 30 days; default 48 hours"
        )

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        at = timezone.now()
        service.bring_service_up_to_date(at=at)
        standing = pulses.measured(at=at)
        try:
            found = levels.found(standing, at=at)
        except ObjectivesRefused as refused:
            raise CommandError(str(refused)) from refused
        now = Sign(at=at, standing=standing, levels=found)
        view = service_view(SPANS[1] if options["days"] else SPANS[0], at=at)
        return {
            "at": at,
            "worker": {"last_sign_at": view.sign and view.sign.at, "is_silent": view.is_silent},
            "budgets": [asdict(each) | {"label": str(each.label)} for each in budgets_of(now)],
            "queues": [asdict(each) | {"label": str(each.label)} for each in queues_of(now)],
            "since": view.since,
            "routes": [_route(asdict(each)) for each in view.routes],
            "shares": [asdict(each) for each in view.shares],
            "tasks": [asdict(each) for each in view.tasks],
            "cost": asdict(view.cost) | {"a_thousand": view.cost.a_thousand},
        }

    def tell(self, facts: dict[str, Any]) -> None:
        worker = facts["worker"]
        said = "silent" if worker["is_silent"] else "at work"
        self.stdout.write(f"Scheduled worker: {said}; last sign of life {worker['last_sign_at']}")
        for each in facts["budgets"]:
            left = "too few requests" if each["left"] is None else f"{each['left']:.0%} left"
            rates = ", ".join(
                f"{window['rate']:.1f} in {window['hours']:.0f} h (at most {window['fastest']:.1f})"
                for window in each["windows"]
            )
            self.stdout.write(
                f"{each['label']}: {left}; {each['bad']} of {each['n']} failed in"
                f" {each['days']} days, counted since {each['since']:%Y-%m-%d}. Burn rate {rates}"
            )
        for each in facts["queues"]:
            self.stdout.write(f"{each['label']}: {each['now']}, unusual from {each['bound']}")
        cost = facts["cost"]
        if cost["a_thousand"] is not None:
            self.stdout.write(
                f"1,000 decisions: {cost['a_thousand']:.4f} {cost['currency']}"
                f" ({cost['decisions']} decisions)"
            )


def _route(found: dict[str, Any]) -> dict[str, Any]:
    """Leave out what JSON has no word for: a time beyond the last bound."""
    for name in ("p50", "p95", "p99"):
        if found[name] and found[name]["high"] == float("inf"):
            found[name]["high"] = None
    del found["answers"]["within"]
    return found
