"""How a version in shadow compares with the champions that answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from scoring.proportions import Interval

_MOST = 100_000  # the newest decisions: so the page stays quick

_COMPARED = """
SELECT count(*), avg(difference), coalesce(stddev_samp(difference), 0),
    count(*) FILTER (WHERE flips), min(at), max(at)
FROM (
    SELECT shadow.pd - champion.pd AS difference, shadow.at,
        shadow.recommendation <> decision.recommendation AS flips
    FROM credit_shadowscore shadow
    JOIN credit_score champion ON champion.application_id = shadow.decision_id
    JOIN credit_decision decision ON decision.id = shadow.decision_id
    WHERE shadow.version_id = %s
    ORDER BY shadow.decision_id DESC LIMIT %s
) newest
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a version said beside the champion, over `n` decisions; intervals are of 95 %."""

    n: int
    first_at: datetime
    last_at: datetime
    pd_difference: float  # mean of the shadow's PD less the champion's
    pd_difference_in: "Interval"
    flips: int  # another recommendation than the champion's
    flips_share: float
    flips_share_in: "Interval"


def compared(version_id: int) -> Comparison | None:
    """Compare a version with the champion over the newest decisions; None where it has no score."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED, [version_id, _MOST])
        n, mean, deviation, flips, first_at, last_at = cursor.fetchone()
    if not n:
        return None
    # It brings scipy along, which takes a second to load, and only this page asks.
    from scoring.proportions import Interval, Share, Z, wilson  # noqa: PLC0415

    half = Z * deviation / n**0.5
    share = Share(count=flips, n=n)
    return Comparison(
        n=n,
        first_at=first_at,
        last_at=last_at,
        pd_difference=mean,
        pd_difference_in=Interval(low=mean - half, high=mean + half),
        flips=flips,
        flips_share=share.value,
        flips_share_in=wilson(share),
    )
