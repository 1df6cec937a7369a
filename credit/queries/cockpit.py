"""What other cut-offs would have come to, from months that the worker counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import add

from credit.models import CountedGroups, CountedMonth
from scoring.contract import Contract, Protected
from scoring.groups.cells import GroupMonth, Ratio, ratio
from scoring.results.through_the_door import (
    CurvePoint,
    Tally,
    Tried,
    curve,
    empty,
    from_json,
    try_cut_offs,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Months that were counted, both inclusive."""

    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A period's applications."""

    period: Period
    by_month: dict[date, Tally]
    everybody: Tally
    counted_at: datetime | None  # the oldest count among them


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A group at the cut-off tried, and at the one in force."""

    label: str
    tried: Ratio
    now: Ratio
    is_below: bool  # the ratio tried is below the contract's bound


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRow:
    """A protected attribute: its groups beside the reference, or nothing that could be told."""

    label: str
    reference: str
    months: int  # that are told
    groups: tuple[GroupRow, ...]


def months(product_id: int) -> list[date]:
    """List the counted months in which somebody applied, oldest first."""
    found = CountedMonth.objects.filter(product=product_id, n__gt=0).order_by("month")
    return list(found.values_list("month", flat=True))


def counted(product_id: int, period: Period) -> Counted:
    """Sum the months of a period."""
    found = CountedMonth.objects.filter(
        product=product_id, n__gt=0, month__gte=period.since, month__lte=period.until
    ).order_by("month")
    rows = list(found)
    by_month = {row.month: from_json(row.tally) for row in rows}
    return Counted(
        period=period,
        by_month=by_month,
        everybody=reduce(add, by_month.values(), empty()),
        counted_at=min((row.counted_at for row in rows), default=None),
    )


def tried(found: Counted, contract: Contract, *, approve: float, decline: float) -> Tried:
    """Try two cut-offs on a period."""
    return try_cut_offs(
        found.everybody, approve=approve, decline=decline, economics=contract.economics
    )


def along(found: Counted, contract: Contract, *, decline: float) -> tuple[CurvePoint, ...]:
    """Try every cut-off of approval on a period."""
    return curve(found.everybody, decline=decline, economics=contract.economics)


def by_group(
    product_id: int, found: Counted, contract: Contract, *, approve: float, now: float
) -> list[AttributeRow]:
    """Compare groups at two cut-offs; only for who may see aggregates of protected attributes."""
    told = CountedGroups.objects.filter(
        product=product_id, month__gte=found.period.since, month__lte=found.period.until
    ).order_by("month")
    by_attribute: dict[str, list[GroupMonth]] = {}
    for each in told:
        if each.cells["groups"] and each.month in found.by_month:
            month = GroupMonth(cells=each.cells, everybody=found.by_month[each.month])
            by_attribute.setdefault(each.attribute, []).append(month)
    return [
        _attribute(each, by_attribute.get(each.name, []), contract, approve=approve, now=now)
        for each in contract.assessable
    ]


def _attribute(
    attribute: Protected,
    told: Sequence[GroupMonth],
    contract: Contract,
    *,
    approve: float,
    now: float,
) -> AttributeRow:
    reference = attribute.reference or ""
    bounds = contract.fairness

    def at(group: str, cut_off: float) -> Ratio:
        return ratio(
            told,
            group=group,
            reference=reference,
            approve=cut_off,
            minimum=bounds.minimum_group,
        )

    rows = []
    for group in attribute.groups:
        if group.value != reference:
            then = at(group.value, approve)
            is_below = then.air is not None and then.air < bounds.minimum_air
            rows.append(
                GroupRow(label=group.label, tried=then, now=at(group.value, now), is_below=is_below)
            )
    labels = {group.value: group.label for group in attribute.groups}
    return AttributeRow(
        label=attribute.label,
        reference=labels.get(reference, reference),
        months=len(told),
        groups=tuple(rows),
    )
