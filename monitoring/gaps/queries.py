"""Reports on gaps as pages and commands show them: they read what the worker stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from credit.models import CountedGroups, CountedMonth, ModelVersion
from monitoring.models import GapReport
from scoring.contract import Contract, Protected
from scoring.groups.cells import SMALLEST, GroupMonth, ratio
from scoring.groups.gap_cut_offs import At, fairer
from scoring.groups.told_cells import groups_told
from scoring.proportions import Share
from scoring.results.through_the_door import STEPS, CurvePoint, Tally, curve, from_json

Said = Mapping[str, Any]
MOST_POINTS = 50  # along the cut-off
MOST_MONTHS = 12  # of live decisions that are put together
Population = GapReport.Population


@dataclass(frozen=True, slots=True, kw_only=True)
class GapView:
    """One stored report."""

    id: int
    product_slug: str
    product_name: str
    population: str
    population_label: str
    model_version_id: int | None
    model_name: str
    month: date | None
    created_at: datetime
    created_by: str
    report: Said

    @property
    def attributes(self) -> list[Said]:
        """What it says of each attribute."""
        return list(self.report["attributes"])


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAlong:
    """A group along the cut-off, over the months of live decisions in which it is told."""

    months: int
    n: int
    points: tuple[At, ...]
    fairer: At | None


def of_version(product: str, number: int | None = None) -> GapView | None:
    """Find the report on a version's validation: the champion's, else the newest version's."""
    found = _stored().filter(product__slug=product, population=Population.VALIDATION)
    if number is not None:
        return _first(found.filter(model_version__number=number))
    champion = found.filter(model_version__stage=ModelVersion.Stage.CHAMPION)
    return _first(champion) or _first(found.order_by("-model_version__number", "-format"))


def of_month(product: str, month: date | None = None) -> GapView | None:
    """Find the report on a month of live decisions, the newest if none is named."""
    found = _stored().filter(product__slug=product, population=Population.DECISIONS)
    if month is not None:
        found = found.filter(month=month)
    return _first(found.order_by("-month", "-format"))


def versions(product: str) -> list[int]:
    """List the numbers of the versions that there are reports on, newest first."""
    found = GapReport.objects.filter(product__slug=product, population=Population.VALIDATION)
    numbers = found.order_by("-model_version__number").values_list(
        "model_version__number", flat=True
    )
    return list(dict.fromkeys(number for number in numbers if number is not None))


def months(product: str, *, least: int = 1) -> list[date]:
    """List the months that there are reports on, newest first."""
    found = GapReport.objects.filter(product__slug=product, population=Population.DECISIONS)
    listed = found.order_by("-month").values_list("month", "report__n")
    return list(dict.fromkeys(month for month, n in listed if month is not None and n >= least))


def every_month(product: str) -> list[GapView]:
    """Give every month's report, oldest first; of each month the newest format."""
    found = _stored().filter(product__slug=product, population=Population.DECISIONS)
    return [view(each) for each in found.order_by("month", "-format").distinct("month")]


def every_version(product: str) -> list[GapView]:
    """Give every version's report, oldest first; of each the newest format."""
    found = _stored().filter(product__slug=product, population=Population.VALIDATION)
    ordered = found.order_by("model_version__number", "-format")
    return [view(each) for each in ordered.distinct("model_version__number")]


def live_months(product_id: int, *, until: date) -> dict[date, Tally]:
    """Give everybody who applied in each of the newest counted months, for `live_along`."""
    counted = CountedMonth.objects.filter(product=product_id, n__gt=0, month__lte=until)
    newest = counted.order_by("-month")[:MOST_MONTHS]
    return {each.month: from_json(each.tally) for each in newest}


def live_along(
    product_id: int, contract: Contract, attribute: Protected, tallies: Mapping[date, Tally]
) -> dict[str, LiveAlong]:
    """Lay live decisions out along the cut-off, from the cells that were counted of each month.

    Only cut-offs at which the cells are exact. Who a rule sends to a person counts as not
    approved. The bad rate is of known outcomes, and else of the PD.
    """
    told = CountedGroups.objects.filter(
        product=product_id, attribute=attribute.name, month__in=list(tallies)
    ).order_by("month")
    months = [
        GroupMonth(cells=each.cells, everybody=tallies[each.month])
        for each in told
        if attribute.reference in each.cells["groups"]
    ]
    shown = _told(months, contract, attribute)
    return {
        group.value: found
        for group in attribute.groups
        if group.value in shown - {attribute.reference}
        and (found := _along(months, contract, attribute, group.value)) is not None
    }


def _told(months: list[GroupMonth], contract: Contract, attribute: Protected) -> set[str]:
    """Say which groups give no smaller one away; what the months hide counts as not known."""
    counts = {
        group.value: sum(sum(each.cells["groups"].get(group.value, ())) for each in months)
        for group in attribute.groups
    }
    everybody = round(sum(each.everybody.n for each in months))
    return groups_told(
        counts,
        smallest=max(contract.fairness.minimum_group, SMALLEST),
        unknown=everybody - sum(counts.values()),
    )


def _along(
    months: list[GroupMonth], contract: Contract, attribute: Protected, group: str
) -> LiveAlong | None:
    own = [each for each in months if group in each.cells["groups"]]
    if not own:
        return None
    everybody = _together([each.everybody for each in own])
    now = round(contract.policy.approve_pd_at_most * STEPS)
    drawn = curve(everybody, decline=1.0, economics=contract.economics)
    points = [
        point
        for step in _thinned(set.intersection(*map(_exact, own)), now)
        if (point := _at(own, drawn[step], everybody.n, contract, attribute, group)) is not None
    ]
    if not points:
        return None
    return LiveAlong(
        months=len(own),
        n=points[0].own.n + points[0].reference.n,
        points=tuple(points),
        fairer=fairer(points, now=now / STEPS),
    )


def _exact(month: GroupMonth) -> set[int]:
    """Find the cut-offs within no cell of which anybody lies on both sides.

    Elsewhere a group's people are taken to lie in their cell as everybody does, which would draw
    the ratio towards 1.
    """
    up_to = month.up_to
    whole = {0.0, *up_to[list(month.cells["ends"])].tolist()}
    return {step for step in range(1, STEPS) if float(up_to[step]) in whole}


def _thinned(steps: set[int], now: int) -> list[int]:
    """Keep as many cut-offs as can be drawn, and the one in force."""
    ordered = sorted(steps)
    every = -(-len(ordered) // MOST_POINTS) or 1
    return sorted({*ordered[::every], *({now} & steps)})


def _at(
    months: list[GroupMonth],
    drawn: CurvePoint,
    n: int,
    contract: Contract,
    attribute: Protected,
    group: str,
) -> At | None:
    found = ratio(
        months,
        group=group,
        reference=attribute.reference or "",
        approve=drawn.cut_off,
        minimum=contract.fairness.minimum_group,
    )
    if found.air is None:
        return None
    approved = round(drawn.approval_rate * n)
    bad = None if drawn.bad_rate is None else min(round(drawn.bad_rate * approved), approved)
    return At(
        cut_off=drawn.cut_off,
        own=Share(count=found.approved, n=found.n),
        reference=Share(count=found.reference_approved, n=found.reference_n),
        bad=Share(count=bad, n=approved) if bad is not None and approved else None,
    )


def _together(tallies: list[Tally]) -> Tally:
    first, *others = tallies
    for each in others:
        first = first + each
    return first


def _stored() -> QuerySet[GapReport]:
    return GapReport.objects.select_related("product", "model_version__product", "created_by")


def _first(found: QuerySet[GapReport]) -> GapView | None:
    stored = found.first()
    return None if stored is None else view(stored)


def view(stored: GapReport) -> GapView:
    """Turn a stored row into what pages and commands show."""
    version = stored.model_version
    return GapView(
        id=stored.pk,
        product_slug=stored.product.slug,
        product_name=stored.product.name,
        population=stored.population,
        population_label=stored.get_population_display(),
        model_version_id=version.pk if version else None,
        model_name=version.name if version else "",
        month=stored.month,
        created_at=stored.created_at,
        created_by=stored.created_by.username if stored.created_by else "",
        report=stored.report,
    )
