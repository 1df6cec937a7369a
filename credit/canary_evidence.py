"""What was stored of a canary and of the champion beside it, added up since it began."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from credit.ids import first_id
from credit.models import CanaryCheck, ModelVersion
from scoring.candidates.canary import Seen

SETTLED = timedelta(seconds=30)  # by then what was decided is committed, rows of files too

_MINUTES = """
SELECT coalesce(sum(tried), 0), coalesce(sum(failed), 0), coalesce(sum(timed), 0),
    coalesce(sum(slow), 0)
FROM credit_canaryminute WHERE version_id = %s AND at >= %s
"""
# Only what came since the check before: ids go by time, so this looks at one stretch of an index.
_DECIDED = """
SELECT count(*) FILTER (WHERE is_canary), count(*) FILTER (WHERE is_canary AND approves),
    count(*) FILTER (WHERE NOT is_canary), count(*) FILTER (WHERE NOT is_canary AND approves)
FROM (
    SELECT score.route = 'canary' AS is_canary, decision.recommendation = 'approve' AS approves
    FROM credit_decision decision
    JOIN credit_score score ON score.application_id = decision.id
    WHERE decision.id >= %(low)s AND decision.id < %(high)s
        AND score.application_id >= %(low)s AND score.application_id < %(high)s
        AND (score.route = 'canary' AND score.model_version_id = %(canary)s
            OR score.route = 'champion' AND score.model_version_id = %(champion)s)
) decided
"""
_BAD = """
SELECT count(*) FILTER (WHERE score.route = 'canary'),
    count(*) FILTER (WHERE score.route = 'champion')
FROM (
    SELECT DISTINCT ON (decision_id) decision_id, is_bad FROM credit_outcome
    WHERE decision_id >= %(low)s AND decision_id < %(high)s ORDER BY decision_id, number DESC
) newest
JOIN credit_score score ON score.application_id = newest.decision_id
WHERE newest.is_bad AND score.application_id >= %(low)s AND score.application_id < %(high)s
    AND (score.route = 'canary' AND score.model_version_id = %(canary)s
        OR score.route = 'champion' AND score.model_version_id = %(champion)s)
"""
_GRANTED = """
SELECT coalesce(sum(score.pd) FILTER (WHERE score.route = 'canary'), 0),
    coalesce(sum(score.pd) FILTER (WHERE score.route = 'champion'), 0)
FROM credit_application application
JOIN credit_score score ON score.application_id = application.id
WHERE application.id >= %(low)s AND application.id < %(high)s
    AND score.application_id >= %(low)s AND score.application_id < %(high)s
    AND application.status = 'approved'
    AND (score.route = 'canary' AND score.model_version_id = %(canary)s
        OR score.route = 'champion' AND score.model_version_id = %(champion)s)
"""


def seen(
    canary: ModelVersion, champion: ModelVersion, *, before: CanaryCheck | None, at: datetime
) -> tuple[Seen, str]:
    """Add up what is stored, and say up to which id decisions are counted.

    Bad loans are asked for anew each time, since they become known later; and what both models
    expected only where there are any.
    """
    since = canary.canary_at or at
    begin = first_id(since)
    upto = max(first_id(at - SETTLED), before.upto if before else begin)
    which = {"canary": canary.pk, "champion": champion.pk}
    so_far = Seen(**before.seen) if before else Seen()
    tried, failed, timed, slow = _row(_MINUTES, [canary.pk, _minute(since)])
    new = _row(_DECIDED, which | {"low": before.upto if before else begin, "high": upto})
    bads, champion_bads = _row(_BAD, which | {"low": begin, "high": upto})
    own, other = (
        _row(_GRANTED, which | {"low": begin, "high": upto}) if bads + champion_bads else (0.0, 0.0)
    )
    found = replace(
        so_far,
        tried=tried,
        failed=failed,
        timed=timed,
        slow=slow,
        decided=so_far.decided + new[0],
        approved=so_far.approved + new[1],
        champion_decided=so_far.champion_decided + new[2],
        champion_approved=so_far.champion_approved + new[3],
        bads=bads,
        champion_bads=champion_bads,
        expected_bads=own,
        champion_expected_bads=other,
    )
    return found, upto


def _row(sql: str, values: list[Any] | dict[str, Any]) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[int, ...] = cursor.fetchone()
        return row


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
