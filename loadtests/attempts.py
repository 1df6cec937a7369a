"""What came of each request. Pure: no clock, no network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """Four kinds, of which a client can live with three."""

    GOOD = "good"
    REFUSED = "refused"  # a 503 that says when to come again; nothing was stored, or ask again
    BROKEN = "broken"  # the connection went away, as a killed process's do
    FAILED = "failed"  # any other answer, and none in time


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that was sent; moments in seconds from the start of the load."""

    endpoint: str
    due: float
    sent: float
    done: float
    outcome: Outcome

    @property
    def took_ms(self) -> float:
        """Milliseconds from when it was due, so that a queue before it shows."""
        return (self.done - self.due) * 1000


@dataclass(slots=True)
class Tally:
    """Everything that was sent, and the first words about each kind of failure."""

    attempts: list[Attempt] = field(default_factory=list)
    lags_ms: list[float] = field(default_factory=list)  # how late each arrival was sent
    words: dict[str, str] = field(default_factory=dict)  # by endpoint and outcome

    def note(self, attempt: Attempt, words: str = "") -> None:
        """Keep it."""
        self.attempts.append(attempt)
        if attempt.outcome is not Outcome.GOOD and words:
            self.words.setdefault(f"{attempt.endpoint}: {attempt.outcome}", words[:300])


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was done to the product while load ran."""

    name: str
    at: float  # seconds from the start of the load
    is_fault: bool = False
    breaks_connections: bool = False  # the fault ends a process that holds clients' connections


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a client was told of a decision."""

    reference: str
    id: str
    decided_at: str
    version: str | None
    bundle: str | None
    route: str
    by_second_key: bool = False


def recovered_after(
    attempts: Sequence[Attempt], fault: Event, *, endpoint: str, run: int, within: float
) -> float | None:
    """Give the seconds from a fault to steady service; None if it did not come back.

    Steady is the first answer that begins a `run` of requests, in the order they were sent, each
    answered well and within so many seconds of being sent. A request that was under way when the
    fault came is none of them.
    """
    after = sorted(
        (each for each in attempts if each.endpoint == endpoint and each.sent >= fault.at),
        key=lambda each: each.sent,
    )
    began, length = None, 0
    for each in after:
        if each.outcome is Outcome.GOOD and each.done - each.sent <= within:
            began, length = began if length else each, length + 1
            if length == run and began is not None:
                return began.done - fault.at
        else:
            length = 0
    return None


def unexplained(
    attempts: Sequence[Attempt], events: Sequence[Event], *, seconds: float
) -> list[Attempt]:
    """Find broken connections that no ended process explains by having held them shortly before."""
    ends = [event.at for event in events if event.breaks_connections]
    return [
        each
        for each in attempts
        if each.outcome is Outcome.BROKEN
        and not any(at - 0.5 <= each.done and each.sent <= at + seconds for at in ends)
    ]
