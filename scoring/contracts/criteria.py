"""`[policy.criteria]` of a contract: what its owner holds the product's figures against."""

from datetime import date

from scoring.contracts.tables import Table, whole_of
from scoring.results.criteria import MEASURES, Criteria, Criterion, Unit

_HIGHEST = {
    Unit.SHARE: 1.0,
    Unit.GAIN: 1.0,
    Unit.HOURS: 24.0 * 366,
    Unit.NUMBER: 10_000_000.0,
}


def read_criteria(table: Table) -> Criteria:
    """Read the targets; a figure whose table is empty has none."""
    return Criteria(**{name: _maybe(table, name) for name in MEASURES})


def _maybe(criteria: Table, name: str) -> Criterion | None:
    table = criteria.table(name, optional=True)
    if not table.raw:
        return None
    unit = MEASURES[name].unit
    return whole_of(table, lambda table: _criterion(table, unit))


def _criterion(table: Table, unit: Unit) -> Criterion:
    highest = _HIGHEST[unit]
    lowest = -highest if unit is Unit.GAIN else 0.0
    return Criterion(
        target=table.number("target", low=lowest, high=highest),
        tolerance=table.number("tolerance", low=0, high=highest),
        since=_day(table),
    )


def _day(table: Table) -> date:
    found = table.maybe_date("since")
    if "since" not in table.raw:
        table.refuse("since", "is missing: the day from which the target counts")
    return found or date.min
