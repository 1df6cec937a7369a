"""How a canary did with each application that was its own: counted, and nothing about anybody."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from credit.considering import Considered
from credit.models import Score


@dataclass(frozen=True, slots=True)
class Tried:
    """One application that was a canary's to score, without anything about it."""

    version_id: int
    at: datetime  # its minute
    has_failed: bool
    is_timed: bool
    is_slow: bool


def tried_by(made: Considered) -> Tried | None:
    """Say how the canary did; None where the application was not its own."""
    canary, scored = made.terms.canary, made.climbed.scored
    has_failed = made.climbed.canary_failed
    if canary is None or not (has_failed or made.route == Score.Route.CANARY):
        return None
    seconds = None if has_failed or scored is None else scored.seconds
    limit = made.terms.promotion.limits.slow_ms / 1000
    return Tried(
        canary.pk,
        made.at.replace(second=0, microsecond=0),
        has_failed,
        seconds is not None,
        seconds is not None and seconds > limit,
    )


def counted(some: Iterable[Tried]) -> dict[tuple[int, datetime], Counter[str]]:
    """Add up by version and minute."""
    counts: dict[tuple[int, datetime], Counter[str]] = {}
    for each in some:
        said = counts.setdefault((each.version_id, each.at), Counter())
        said["tried"] += 1
        said["failed"] += each.has_failed
        said["timed"] += each.is_timed
        said["slow"] += each.is_slow
    return counts
