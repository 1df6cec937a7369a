"""Counts months of decisions with their matured outcomes. For the worker: it reads decisions."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from credit import joins, locks
from credit.ids import first_id
from credit.models import Application, OfferAnswer, OfficerDecision, Outcome, Product
from monitoring.models import CountedVintage
from scoring.results import vintage_figures, vintages
from scoring.results.binned_ranking import BINS, REACH, STEP
from scoring.results.vintages import Cell
from scoring.results.windows import months_after

HOUR = timedelta(hours=1)
MOST_AT_ONCE = 120  # months of a product a run
MODELS = ["champion", "canary", "previous_champion"]  # routes; the fallback scorecard is no model

# The bin is that of `binned_ranking.bin_of`. Every table is divided by id, so each is told the
# bounds. What was lent on a counter-offer is its amount.
_CELLS = """
WITH matured AS (
    SELECT decision_id, is_bad FROM (
        SELECT DISTINCT ON (decision_id) decision_id, is_bad, matures_on FROM credit_outcome
        WHERE decision_id >= %(low)s AND decision_id < %(below)s AND reported_at <= %(at)s
        ORDER BY decision_id, number DESC
    ) newest WHERE matures_on <= %(today)s
), scored AS (
    SELECT application.id, score.model_version_id AS version, score.band, score.pd,
        CASE WHEN application.status IN ('approved', 'declined') THEN application.status
            ELSE 'open' END AS status,
        coalesce(made.offered_amount, application.amount)::float8 AS amount,
        CASE WHEN score.pd <= 0 THEN 0 WHEN score.pd >= 1 THEN %(bins)s - 1
            ELSE least(%(bins)s - 1, greatest(0, floor(
                (ln(score.pd / (1 - score.pd)) + %(reach)s) / %(step)s + 1e-9)))::int END AS bin
    FROM credit_application application
    JOIN credit_score score ON score.application_id = application.id
    LEFT JOIN credit_officerdecision made ON made.decision_id = application.id
        AND made.decision_id >= %(low)s AND made.decision_id < %(below)s
    WHERE application.product_id = %(product)s AND application.status <> 'superseded'
        AND application.id >= %(low)s AND application.id < %(below)s
        AND score.application_id >= %(low)s AND score.application_id < %(below)s
        AND score.pd IS NOT NULL AND score.route = ANY(%(models)s)
)
SELECT version, bin, band, status,
    CASE WHEN is_bad THEN 'bad' WHEN NOT is_bad THEN 'good' ELSE 'unknown' END,
    count(*), sum(pd), sum(pd * pd), sum(amount), sum(amount * amount)
FROM scored LEFT JOIN matured ON matured.decision_id = scored.id
GROUP BY 1, 2, 3, 4, 5
"""


def count_due(*, at: datetime) -> int:
    """Count each month of each product of which something came since; says how many."""
    return sum(count_product(product, at=at) for product in Product.objects.order_by("pk"))


@transaction.atomic
def count_month(product: Product, month: date, *, at: datetime) -> None:
    """Count a month's decisions; what was counted of it before gives way."""
    seen = _seen(month, at=at)
    locks.alone(f"vintage/{product.pk}/{month}")
    with joins.hashed() as cursor:
        cursor.execute(_CELLS, _asked(product, month, at=at))
        found = cursor.fetchall()
    cells: dict[str, list[Cell]] = defaultdict(list)
    for version, *values in found:
        cells[""].append(Cell(*values))
        cells[f"version:{version}"].append(Cell(*values))
    of_month = CountedVintage.objects.filter(product=product, month=month)
    of_month.exclude(segment__in=["", *cells]).delete()
    for segment in ["", *(each for each in cells if each)]:
        vintage = vintages.counted(cells[segment])
        of_month.update_or_create(
            product=product,
            month=month,
            segment=segment,
            defaults={
                "vintage": vintages.to_json(vintage),
                "measured": vintage_figures.measured(vintage),
                "seen": seen,
                "computed_at": at,
            },
        )


def count_product(product: Product, *, at: datetime, is_anew: bool = False) -> int:
    """Count a product's months of which something came since; says how many.

    `is_anew` looks again at once: a replay goes through many months in an hour.
    """
    stored = CountedVintage.objects.filter(product=product, segment="")
    counted = stored.none() if is_anew else stored
    before = {row.month: row for row in counted.only("month", "seen", "computed_at")}
    due = [month for month in _months(product, at=at) if _is_due(month, before.get(month), at=at)]
    for month in due[:MOST_AT_ONCE]:
        count_month(product, month, at=at)
    return min(len(due), MOST_AT_ONCE)


def _is_due(month: date, before: CountedVintage | None, *, at: datetime) -> bool:
    """Look again at most once an hour, and count only where something came or matured."""
    if before is None:
        return True
    if at < before.computed_at + HOUR:
        return False
    was_running = before.computed_at < _begins(months_after(month, 1))
    return was_running or (before.seen != _seen(month, at=at) and _is_kept(month))


def _is_kept(month: date) -> bool:
    """Say whether a month's applications are there; of one that was dropped the count stays."""
    low, below = first_id(_begins(month)), first_id(_begins(months_after(month, 1)))
    return Application.objects.filter(pk__gte=low, pk__lt=below).exists()


def _seen(month: date, *, at: datetime) -> list[int]:
    """Count what may change a vintage after its month: a replay's facts come with old dates."""
    low, below = first_id(_begins(month)), first_id(_begins(months_after(month, 1)))
    outcomes = Outcome.objects.filter(
        decision_id__gte=low, decision_id__lt=below, reported_at__lte=at
    )
    return [
        outcomes.count(),
        outcomes.filter(matures_on__lte=at.date()).count(),
        OfficerDecision.objects.filter(decision_id__gte=low, decision_id__lt=below).count(),
        OfferAnswer.objects.filter(decision_id__gte=low, decision_id__lt=below).count(),
    ]


def _asked(product: Product, month: date, *, at: datetime) -> dict[str, Any]:
    return {
        "product": product.pk,
        "low": first_id(_begins(month)),
        "below": first_id(_begins(months_after(month, 1))),
        "at": at,
        "today": at.date(),
        "bins": BINS,
        "reach": REACH,
        "step": STEP,
        "models": MODELS,
    }


def _begins(month: date) -> datetime:
    return datetime.combine(month, time(), tzinfo=UTC)


def _months(product: Product, *, at: datetime) -> list[date]:
    """List the months from a product's first to the running one."""
    month, found = product.created_at.astimezone(UTC).date().replace(day=1), []
    while _begins(month) <= at:
        found.append(month)
        month = months_after(month, 1)
    return found
