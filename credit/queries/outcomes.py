"""What was told of how a loan turned out: every version, with who told it."""

from dataclasses import dataclass
from datetime import date, datetime

from credit.models import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """How the loan turned out, as one version says."""

    number: int
    corrects: int | None
    is_bad: bool
    observed_on: date
    matures_on: date
    who: str  # a person here, or a partner
    at: datetime
    reason: str

    @classmethod
    def of(cls, outcome: Outcome) -> "OutcomeRow":
        """Read a version."""
        return cls(
            number=outcome.number,
            corrects=outcome.corrects,
            is_bad=outcome.is_bad,
            observed_on=outcome.observed_on,
            matures_on=outcome.matures_on,
            who=who_told(outcome),
            at=outcome.reported_at,
            reason=outcome.reason,
        )


def who_told(outcome: Outcome) -> str:
    """Name the person or the partner."""
    if outcome.reported_by is not None:
        return outcome.reported_by.known_as
    return outcome.reported_with.partner.name if outcome.reported_with else ""
