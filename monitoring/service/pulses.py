"""The scheduled worker's signs of life: one row a minute, with how the service stood."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from kombu.exceptions import OperationalError as BrokerAway

from credit.messages_waiting import messages_waiting
from credit.queries import standing
from monitoring.models import Pulse

SILENT: Final = timedelta(minutes=5)  # without a sign: then something is wrong
MESSAGES: Final = "queue_messages"
KEPT: Final = timedelta(days=3)

log = structlog.get_logger("monitoring.pulses")
Standing = dict[str, Any]  # by measure: a figure, or figures by label


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """The newest sign of life, and what it told."""

    at: datetime
    standing: Standing
    levels: dict[str, Any]

    def is_silent(self, *, at: datetime) -> bool:
        """Say whether it is too long ago."""
        return at - self.at > SILENT


def beat(*, at: datetime) -> Pulse:
    """Give a sign of life; a second one in a minute is the first."""
    minute = at.replace(second=0, microsecond=0)
    row, _ = Pulse.objects.get_or_create(
        minute=minute, defaults={"beaten_at": at, "standing": measured(at=at)}
    )
    return row


def newest() -> Sign | None:
    """Give the newest sign of life, with the newest levels; None where no worker ever came."""
    latest = list(
        Pulse.objects.order_by("-minute")[:2]
    )  # of the newest levels may be in the making
    if not latest:
        return None
    levels: dict[str, Any] = next(
        (pulse.levels for pulse in latest if pulse.levels is not None), {}
    )
    return Sign(at=latest[0].beaten_at, standing=latest[0].standing, levels=levels)


def forget(*, at: datetime) -> None:
    """Remove signs of life that hours were made of long ago."""
    Pulse.objects.filter(minute__lt=at - KEPT).delete()


def measured(*, at: datetime) -> Standing:
    """Ask PostgreSQL and the broker how things stand, as `/metrics` does."""
    found: Standing = {}
    for measure, samples in standing.read(at=at):
        name = measure.name.removeprefix("evenhand_")
        if measure.labels:
            found[name] = {" ".join(labels): figure for labels, figure in samples}
        elif samples:
            found[name] = samples[0][1]
    try:
        found[MESSAGES] = messages_waiting()[1]
    except BrokerAway as away:
        log.warning("part_away", part="broker", error=type(away).__name__)
    return found
