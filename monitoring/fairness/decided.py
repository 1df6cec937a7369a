"""Decisions with all that a report may ask of them, read in one pass. For worker and commands."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from credit import joins
from credit.ids import LENGTH, first_id
from credit.models import ModelVersion, Product

FIRST, LAST = "0" * LENGTH, "Z" * LENGTH
AT_ONCE = 5_000


class Decided(NamedTuple):
    """A decision as it stands: what the model said, what people made of it, what became of it."""

    id: str
    decided_at: datetime
    recommendation: str
    status: str
    amount: Decimal
    pd: float | None
    score: int | None
    band: str
    route: str
    version: int | None
    verdict: str | None  # of the officer; None: policy decided, or nobody yet
    offered: Decimal | None
    is_final: bool  # nobody can undo it any more
    is_settled: bool  # no answer to a counter-offer came later: what is asked may lie back
    is_bad: bool | None  # None: not known, or not yet mature


# Every table is divided by id, so each is told the bounds.
_ROWS = """
WITH matured AS (
    SELECT decision_id, is_bad FROM (
        SELECT DISTINCT ON (decision_id) decision_id, is_bad, matures_on FROM credit_outcome
        WHERE decision_id >= %(low)s AND decision_id < %(below)s AND reported_at <= %(at)s
        ORDER BY decision_id, number DESC
    ) newest WHERE matures_on <= %(today)s
)
SELECT application.id, decision.decided_at, decision.recommendation, application.status,
    application.amount, score.pd, score.score, score.band, score.route, score.model_version_id,
    officer.verdict, officer.offered_amount,
    coalesce(officer.final_at <= %(at)s, true), coalesce(answer.recorded_at <= %(at)s, true),
    matured.is_bad
FROM credit_application application
JOIN credit_score score ON score.application_id = application.id
JOIN credit_decision decision ON decision.id = application.id
LEFT JOIN credit_officerdecision officer ON officer.decision_id = application.id
    AND officer.decision_id >= %(low)s AND officer.decision_id < %(below)s
LEFT JOIN credit_offeranswer answer ON answer.decision_id = application.id
    AND answer.decision_id >= %(low)s AND answer.decision_id < %(below)s
LEFT JOIN matured ON matured.decision_id = application.id
WHERE application.product_id = %(product)s
    AND (application.status <> 'superseded' OR EXISTS (
        SELECT FROM credit_correction correction
        WHERE correction.supersedes_id = application.id AND correction.corrected_at > %(at)s))
    AND decision.decided_at <= %(at)s
    AND (%(version)s::bigint IS NULL OR score.model_version_id = %(version)s)
    AND application.id >= %(low)s AND application.id < %(below)s
    AND score.application_id >= %(low)s AND score.application_id < %(below)s
    AND decision.id >= %(low)s AND decision.id < %(below)s
ORDER BY application.id
"""


def bounds(since: datetime | None, until: datetime | None) -> tuple[str, str]:
    """Give the ids between which a period's decisions lie: from, below."""
    return first_id(since) if since else FIRST, first_id(until) if until else LAST


def decided(
    product: Product,
    *,
    version: ModelVersion | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    at: datetime,
) -> Iterator[Decided]:
    """Read the decisions of a product, or of one version, from since until, as known at a moment.

    Outcomes are the newest report of each decision, once matured (law 11).
    """
    low, below = bounds(since, until)
    with joins.hashed() as cursor:
        cursor.execute(
            _ROWS,
            {
                "product": product.pk,
                "version": version.pk if version else None,
                "low": low,
                "below": below,
                "at": at,
                "today": at.date(),
            },
        )
        while rows := cursor.fetchmany(AT_ONCE):
            yield from (Decided(*row) for row in rows)
