"""Scores of versions in shadow: after the answer, bounded, dropped visibly, never in its way."""

from collections import Counter
from collections.abc import Iterator, Sequence

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from credit import meters, shadowing
from credit.actions import alerts
from credit.considering import Considered
from credit.models import Score
from credit.serving import ModelUnavailable
from credit.shadow_queue import Queue
from credit.shadowing import ShadowScored

log = structlog.get_logger("credit.shadows")
_UNTOLD = frozenset({"set_aside", "other_contract"})  # told before, or nothing is wrong

_INSERT = """
INSERT INTO credit_shadowscore (version_id, decision_id, pd, score, band, recommendation, at)
SELECT * FROM unnest(%s::bigint[], %s::varchar[], %s::float8[], %s::integer[], %s::varchar[],
    %s::varchar[], %s::timestamptz[])
ON CONFLICT DO NOTHING
"""


def offer(made: Considered) -> None:
    """Let the versions in shadow score a decision of the champion's, when there is time."""
    shadows = made.terms.shadows
    if shadows and made.route == Score.Route.CHAMPION:
        for version in shadows:
            meters.shadowed(version.name, "offered")
        _queue.offer(made)


def work(some: Iterator[Considered]) -> None:
    """Score some decisions by the versions that were in shadow, and store that in one statement.

    A database that is away loses these scores, and says so; the next ones find a new connection.
    """
    rows: list[ShadowScored] = []
    troubles: list[tuple[Considered, ModelUnavailable]] = []
    for made in some:
        for version in made.terms.shadows:
            try:
                rows.append(shadowing.scored(made, version))
            except ModelUnavailable as trouble:
                trouble.version = version
                meters.shadowed(version.name, trouble.cause)
                troubles.append((made, trouble))
    try:
        _tell(troubles)
        store(rows=rows)
    except (DatabaseError, InterfaceError) as lost:
        log.warning("shadow_scores_lost", scores=len(rows), error=type(lost).__name__)
        _count(rows, "not_stored")
        connection.close()


def store(*, rows: Sequence[ShadowScored]) -> None:
    """Write scores; one that is there already stays as it is."""
    if not rows:
        return
    figures = zip(*(_figures(row) for row in rows), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [list(column) for column in figures])
    _count(rows, "stored")


def _figures(row: ShadowScored) -> tuple[object, ...]:
    score = row.score
    recommendation = str(row.recommended.recommendation)
    said = (score.pd, score.score, score.band, recommendation)
    return (row.version.pk, row.decision_id, *said, row.at)


def _count(rows: Sequence[ShadowScored], result: str) -> None:
    for name, times in Counter(row.version.name for row in rows).items():
        meters.shadowed(name, result, times)


def _tell(troubles: Sequence[tuple[Considered, ModelUnavailable]]) -> None:
    """Leave an alert of each that failed; those set aside were told of when they were."""
    for made, trouble in troubles:
        if trouble.cause not in _UNTOLD:
            log.error("shadow_failed", cause=trouble.cause, message=str(trouble))
            alerts.raise_alert(
                cause=trouble.cause,
                product=made.terms.product,
                version=trouble.version,
                message=f"{trouble}. Answers are not affected.",
                at=made.at,
            )


def _dropped(made: Considered, why: str) -> None:
    for version in made.terms.shadows:
        meters.shadowed(version.name, why)


def _most() -> int:
    return int(settings.EVENHAND_SHADOW_QUEUE)


def _is_busy() -> bool:
    return meters.under_way() > int(settings.EVENHAND_SHADOW_BUSY)


_queue: Queue[Considered] = Queue(
    work, drop=_dropped, most=_most, is_busy=_is_busy, leave=connections.close_all
)
