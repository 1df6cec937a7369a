"""What the worker counts of a service, and finds of one that keeps its promises."""

from datetime import timedelta

import factories

from monitoring.models import Figures, Pulse
from monitoring.service.counts import BOUNDS

NOW = factories.AT + timedelta(hours=2)  # as the pages have it

LEVELS = {
    "objectives": [
        {
            "name": "decisions_answered",
            "share": 0.999,
            "within": None,
            "days": 30,
            "since": "2026-10-24T00:00:00+00:00",
            "n": 20_000,
            "bad": 5,
            "allowed": 20.0,
            "left": 0.75,
            "windows": [
                {
                    "hours": 1.0,
                    "minutes": 5.0,
                    "n": 900,
                    "bad": 0,
                    "rate": 0.0,
                    "short_rate": 0.0,
                    "fastest": 14.4,
                    "burns": False,
                }
            ],
        }
    ],
    "queues": [
        {
            "name": "applications",
            "now": 3.0,
            "days": 20,
            "middle": 4.0,
            "bound": 12.0,
            "grows": False,
        }
    ],
    "failing": [],
}


def counted(several, *, kind="service", length=timedelta(hours=1), levels=LEVELS, standing=None):
    """Let so many hours, or days, have been counted, the last one running."""
    start = NOW.replace(minute=0, second=0, microsecond=0)
    if kind == "service_day":
        start = start.replace(hour=0)
    for back in range(several):
        Figures.objects.create(
            kind=kind, starts_at=start - back * length, figures=figures(), computed_at=NOW
        )
    Pulse.objects.update_or_create(
        minute=NOW.replace(second=0, microsecond=0),
        defaults={"beaten_at": NOW, "standing": standing or {}, "levels": levels},
    )


def figures():
    within = [float(min(400, 100 * place)) for place in range(len(BOUNDS))]
    return {
        "counts": {
            "requests": {
                "POST api/v1/decisions 2xx": [20.0, *within],
                "POST api/v1/decisions 5xx": [0.1, *[1.0] * len(BOUNDS)],
                "GET  4xx": [0.1, *[2.0] * len(BOUNDS)],
            },
            "tasks": {
                "credit.seal_audit SUCCESS": [9.0, 90.0],
                "credit.seal_audit FAILURE": [1.0, 10.0],
            },
            "decisions": {"consumer-loan champion": [390.0], "consumer-loan none": [10.0]},
            "batch_rows": {"consumer-loan refused": [7.0]},
            "processor": {"web": [36.0], "worker": [18.0]},
        },
        "machines": 2,
        "minutes": 60,
        "standing": {
            "applications_awaiting_officer": [2, 180, 6, 60],
            "database_connections": [10, 600, 14, 60],
            "database_connections_limit": [100, 6000, 100, 60],
        },
        "statements": 18.0,
    }
