"""Applications counted by month and PD, for trying other policies on. For the worker alone."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from credit import joins, locks, vault
from credit.actions import audit
from credit.ids import first_id
from credit.models import (
    Application,
    AuditEvent,
    CountedGroups,
    CountedMonth,
    Outcome,
    PolicyVersion,
    Product,
)
from scoring.contract import Protected
from scoring.groups import cells as group_cells
from scoring.groups.cells import COLUMNS, NEVER, SMALLEST
from scoring.results import through_the_door
from scoring.results.through_the_door import Cell
from scoring.results.windows import months_after

AGAIN_AFTER = timedelta(minutes=5)  # a month that is not over
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# The cell is that of `through_the_door.cell_of`; rules are as the stored policy took them.
_CELL = """
    CASE WHEN score.pd IS NULL THEN -1
        ELSE greatest(0, ceil(score.pd * %(steps)s - 1e-9))::int END AS cell,
    CASE WHEN EXISTS (
            SELECT FROM unnest(%(policies)s::bigint[], %(failed)s::text[])
                declining (policy, failed)
            WHERE declining.policy = decision.policy_id
                AND decision.policy_results @> declining.failed::jsonb
        ) THEN 'declines'
        WHEN decision.policy_results @> '[{"passed": false}]' THEN 'refers'
        ELSE 'passes' END AS rules
"""
# Every table is divided by id, so each is told the bounds.
_ROWS = """
FROM credit_application application
JOIN credit_score score ON score.application_id = application.id
JOIN credit_decision decision ON decision.id = application.id
WHERE application.product_id = %(product)s AND application.status <> 'superseded'
    AND application.id >= %(low)s AND application.id < %(below)s
    AND score.application_id >= %(low)s AND score.application_id < %(below)s
    AND decision.id >= %(low)s AND decision.id < %(below)s
"""
_TALLY = f"""
WITH matured AS (
    SELECT decision_id, is_bad FROM (
        SELECT DISTINCT ON (decision_id) decision_id, is_bad, matures_on FROM credit_outcome
        WHERE decision_id >= %(low)s AND decision_id < %(below)s AND reported_at <= %(at)s
        ORDER BY decision_id, number DESC
    ) newest WHERE matures_on <= %(today)s
), counted AS (
    SELECT application.id, score.pd, application.amount::float8 AS amount, {_CELL} {_ROWS}
)
SELECT cell, rules,
    CASE WHEN is_bad THEN 'bad' WHEN NOT is_bad THEN 'good' ELSE 'unknown' END AS outcome,
    count(*), coalesce(sum(pd), 0), sum(amount), coalesce(sum(amount * pd), 0),
    sum(amount * amount), coalesce(sum(amount * amount * pd), 0)
FROM counted LEFT JOIN matured ON matured.decision_id = counted.id
GROUP BY 1, 2, 3
"""  # noqa: S608 - put together from this file alone
_DAYS = f"SELECT count(DISTINCT (decision.decided_at AT TIME ZONE 'UTC')::date) {_ROWS}"
_EACH = f"SELECT application.id, {_CELL} {_ROWS}"


def count_due(*, at: datetime) -> int:
    """Count every month of every product of which something may have changed; says how many."""
    months = _months(at=at)
    products = Product.objects.order_by("pk")
    return sum(_count_product(product, months, at=at) for product in products)


def _count_product(product: Product, months: list[date], *, at: datetime) -> int:
    before = dict(product.counted_months.values_list("month", "counted_at"))
    told = set(product.counted_groups.values_list("month", flat=True))
    due = [month for month in months if _is_due(month, before.get(month), at=at)]
    for month in due:
        if month in before and _stands(product, month, since=before[month], at=at):
            product.counted_months.filter(month=month).update(counted_at=at)
        else:
            count_month(product_id=product.pk, month=month, at=at)
    if _assessable(product):
        for month in months:
            if month not in told and _is_over(month, at=at):
                count_groups(product_id=product.pk, month=month, at=at)
    return len(due)


@transaction.atomic
def count_month(*, product_id: int, month: date, at: datetime) -> CountedMonth:
    """Count a month's applications; what was counted of it before gives way."""
    product = Product.objects.get(pk=product_id)
    asked = _asked(product, month) | {"at": at, "today": at.date()}
    with joins.hashed() as cursor:
        cursor.execute(_TALLY, asked)
        cells = [Cell(*row) for row in cursor.fetchall()]
        cursor.execute(_DAYS, asked)
        (days,) = cursor.fetchone()
    tally = through_the_door.tally(cells, days=days)
    made, _ = CountedMonth.objects.update_or_create(
        product=product,
        month=month,
        defaults={
            "tally": through_the_door.to_json(tally),
            "n": tally.n,
            "counted_at": at,
        },
    )
    return made


@transaction.atomic
def count_groups(*, product_id: int, month: date, at: datetime) -> list[CountedGroups]:
    """Count the protected groups of a month that is over, once; cells that are too small stay away.

    The vault's role reads who is in which group; that meets the PDs in this process's memory only.
    """
    locks.alone(f"groups/{product_id}")
    product = Product.objects.get(pk=product_id)
    is_done = product.counted_groups.filter(month=month).exists()
    if is_done or not _is_over(month, at=at):
        return []
    asked, smallest = _asked(product, month), _smallest(product)
    with joins.hashed() as cursor:
        cursor.execute(_EACH, asked)
        columns = {row[0]: _column(row[1], row[2]) for row in cursor.fetchall()}
    made = []
    for attribute in _assessable(product):
        known = _known(product, attribute.name, asked) if columns else {}
        values = [group.value for group in attribute.groups]
        cells = group_cells.told(*_counts(columns, known, values), smallest=smallest)
        made.append(
            CountedGroups(
                product=product,
                month=month,
                attribute=attribute.name,
                cells=cells,
                counted_at=at,
            )
        )
    CountedGroups.objects.bulk_create(made)
    if columns:
        audit.record(
            AuditEvent.Type.POPULATION_COUNTED,
            target=f"product:{product.slug}",
            by=None,
            at=at,
            month=f"{month:%Y-%m}",
            attributes=[each.attribute for each in made],
        )
    return made


def _known(product: Product, attribute: str, asked: dict[str, Any]) -> dict[str, str]:
    return vault.groups_of_ids(product, attribute, low=asked["low"], below=asked["below"])


def _counts(
    columns: dict[str, int], known: dict[str, str], values: list[str]
) -> tuple[dict[str, group_cells.Counts], group_cells.Counts]:
    """Count people by group and column; a group that the contract does not know is no group."""
    counts = {value: np.zeros(COLUMNS, dtype=np.int64) for value in values}
    unknown = np.zeros(COLUMNS, dtype=np.int64)
    for application_id, column in columns.items():
        counts.get(known.get(application_id, ""), unknown)[column] += 1
    return counts, unknown


def _column(cell: int, rules: str) -> int:
    return cell if rules == "passes" and cell != through_the_door.UNSCORED else NEVER


def _asked(product: Product, month: date) -> dict[str, Any]:
    """Give the bounds of a month's ids, and which rule under which policy declines."""
    declining = [
        (policy.pk, json.dumps([{"rule": rule.rule, "passed": False}]))
        for policy in PolicyVersion.objects.filter(product=product).select_related("contract")
        for rule in policy.read().policy.rules
        if rule.otherwise == "decline"
    ]
    return {
        "product": product.pk,
        "low": first_id(_begins(month)),
        "below": first_id(_begins(months_after(month, 1))),
        "steps": through_the_door.STEPS,
        "policies": [policy for policy, _ in declining],
        "failed": [failed for _, failed in declining],
    }


def _begins(month: date) -> datetime:
    return datetime.combine(month, time(), tzinfo=UTC)


def _months(*, at: datetime) -> list[date]:
    """List the months from the first application of all to now."""
    oldest = Application.objects.order_by("pk").values_list("received_at", flat=True).first()
    if oldest is None:
        return []
    month, found = oldest.astimezone(UTC).date().replace(day=1), []
    while _begins(month) <= at:
        found.append(month)
        month = months_after(month, 1)
    return found


def _is_over(month: date, *, at: datetime) -> bool:
    """Say whether a month ended a day ago: by then what was decided in it is stored."""
    return _begins(months_after(month, 1)) + DAY <= at


def _is_due(month: date, before: datetime | None, *, at: datetime) -> bool:
    if before is None:
        return True
    return before + (HOUR if _is_over(month, at=before) else AGAIN_AFTER) <= at


def _stands(product: Product, month: date, *, since: datetime, at: datetime) -> bool:
    """Say whether a month that was over when it was counted would come out the same."""
    if not _is_over(month, at=since):
        return False
    of_it = Outcome.objects.filter(
        decision_id__gte=first_id(_begins(month)),
        decision_id__lt=first_id(_begins(months_after(month, 1))),
        decision__application__product=product,
    )
    reported = of_it.filter(reported_at__gt=since, reported_at__lte=at)
    matured = of_it.filter(matures_on__gt=since.date(), matures_on__lte=at.date())
    return not reported.exists() and not matured.exists()


def _assessable(product: Product) -> tuple[Protected, ...]:
    contract = product.deciding_contract()
    return contract.read().assessable if contract else ()


def _smallest(product: Product) -> int:
    """Say of how many people at least something is told; fewer than that of no contract."""
    contract = product.deciding_contract()
    return max(contract.read().fairness.minimum_group if contract else 0, SMALLEST)
