"""Home: what each part shows of itself at a glance, for each role.

A part offers `gauge(product, *, at)` and has its line in `PLACES`; that is all it takes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import gettext

from credit.models import Product, Role, User
from monitoring import my_gauges, product_gauges
from monitoring.drift import gauge as drift_gauge
from monitoring.gauges import Gauge
from monitoring.mirror import gauge as mirror_gauges
from monitoring.mirror.pages import SEES_GROUPS, SEES_OFFICERS
from monitoring.results import business_checks, performance
from monitoring.service import gauges as service_gauges

log = structlog.get_logger("monitoring.home")


class OfOne(Protocol):
    """Says how one person's own work stands."""

    def __call__(self, viewer: User, /, *, at: datetime) -> Gauge: ...  # noqa: D102


class GaugeOf(Protocol):
    """Says how one part of a product stands: a query or two, over what is counted already."""

    def __call__(self, product: Product, /, *, at: datetime) -> Gauge: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A gauge, and who it is for."""

    gauge: GaugeOf
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace:
    """A gauge of one's own work, and who has such work."""

    gauge: OfOne
    roles: frozenset[Role]


# What may be wrong with one part: its tables, or figures that another release wrote otherwise.
FAULTS: Final = (
    *(DatabaseError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError),
)
_OFFICERS: Final = frozenset({Role.OFFICER, Role.SENIOR_OFFICER})
_MODELS: Final = frozenset({Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR})
_OVERSEE: Final = frozenset({Role.COMPLIANCE, Role.AUDITOR})
_KEEP: Final = frozenset({Role.ADMINISTRATOR})

# In the order of the page: what asks for a person, what is served, what it stands on, what it does
# to people, what waits.
PLACES: Final = (
    Place(gauge=product_gauges.open_alerts, roles=_OVERSEE | {Role.MODEL_VALIDATOR}),
    Place(gauge=product_gauges.open_alerts_but_of_groups, roles=_KEEP | {Role.MODEL_DEVELOPER}),
    Place(gauge=service_gauges.answering, roles=_MODELS | _KEEP | {Role.AUDITOR}),
    Place(gauge=service_gauges.budget, roles=_MODELS | _KEEP | {Role.AUDITOR}),
    Place(gauge=service_gauges.worker, roles=_KEEP | {Role.AUDITOR}),
    Place(gauge=service_gauges.sealing, roles=_KEEP | _OVERSEE),
    Place(gauge=drift_gauge.gauge, roles=_MODELS | _OVERSEE),
    Place(gauge=performance.gauge, roles=_MODELS | {Role.AUDITOR}),
    Place(gauge=business_checks.gauge, roles=_MODELS | _OVERSEE | _KEEP),
    Place(gauge=product_gauges.model_age, roles=_MODELS | {Role.AUDITOR}),
    Place(gauge=product_gauges.candidates, roles=_MODELS),
    Place(gauge=product_gauges.fairness, roles=_OVERSEE | {Role.MODEL_VALIDATOR}),
    Place(gauge=mirror_gauges.groups, roles=SEES_GROUPS),
    Place(gauge=mirror_gauges.outcomes, roles=SEES_OFFICERS),
    Place(gauge=service_gauges.queue, roles=_OFFICERS | {Role.AUDITOR}),
    Place(gauge=product_gauges.notices_due, roles=_OFFICERS | _OVERSEE),
    Place(gauge=product_gauges.partners, roles=_KEEP),
)


OWN_PLACES: Final = (
    OwnPlace(gauge=my_gauges.my_day, roles=_OFFICERS),
    OwnPlace(gauge=my_gauges.signatures_waiting, roles=frozenset({Role.SENIOR_OFFICER})),
)


def own_gauges(
    viewer: User, *, at: datetime, places: Iterable[OwnPlace] = OWN_PLACES
) -> list[Gauge]:
    """Ask how a person's own work stands."""
    return [
        _asked(partial(place.gauge, viewer, at=at), place.gauge)
        for place in places
        if viewer.has_role(*place.roles)
    ]


def gauges_of(
    product: Product, viewer: User, *, at: datetime, places: Iterable[Place] = PLACES
) -> list[Gauge]:
    """Ask each part that is for one of a person's roles."""
    return [
        _asked(partial(place.gauge, product, at=at), place.gauge)
        for place in places
        if viewer.has_role(*place.roles)
    ]


def _asked(ask: Callable[[], Gauge], gauge: object) -> Gauge:
    """Take what a gauge says; one that fails says so and hides no other."""
    try:
        with transaction.atomic():  # what a failed query leaves behind is undone with it
            return ask()
    except FAULTS:  # the other parts are what a person came for as well
        name = getattr(gauge, "__name__", "gauge")
        log.exception("gauge_failed", gauge=name)
        return Gauge(
            name=name,
            label=gettext("A gauge that failed"),
            state="unknown",
            value=gettext("not known"),
            detail=gettext("It could not be read; the log of the web server says why."),
            link="",
        )
