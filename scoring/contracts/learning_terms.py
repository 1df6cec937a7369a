"""What a contract says of learning: whose labels count, when to train again, and exploring."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class LabelSource(StrEnum):
    """Where the label of a snapshot's row came from."""

    INGESTED = "ingested"
    MATURED = "matured_outcome"
    CORRECTED = "corrected_outcome"
    INFERRED = "inferred_for_a_reject"  # no label yet: the training infers it
    OFFICER = "officers_decision"


# What really happened. Models are measured on these rows alone, whatever else they learn from.
KNOWN = tuple(
    each.value for each in (LabelSource.INGESTED, LabelSource.MATURED, LabelSource.CORRECTED)
)


class RejectInference(StrEnum):
    """What is made of declined applicants, who never have an outcome."""

    NONE = "matured_outcomes"
    FUZZY = "fuzzy_augmentation"
    PARCELLING = "parcelling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """When a product is trained again, and how much of that a calendar month may cost."""

    runs_a_month: int = 31
    minutes_a_month: int = 600  # of trainings that began in the month (UTC)
    drift_above: float | None = None  # stability index of the score; None: drift trains nothing
    drift_days: int = 30  # applications this recent are compared
    drift_rows_at_least: int = 200  # fewer of them say nothing
    drift_alerts: bool = False  # whether an alert of monitoring that applicants changed asks, too
    new_labels: int | None = None  # matured since the last snapshot; None: they train nothing
    pause_days: int = 30  # between two trainings for the same of these two reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """Whose labels count, and when to train again."""

    labels: RejectInference = RejectInference.NONE
    prudence: float = 1.0  # odds of bad of a declined applicant, to a booked one of the same PD
    reject_weight: float = 1.0  # of each declined applicant, beside 1 of a real outcome
    officer_weight: float = 0.0  # of an officer's decision taken as a label; 0: not taken
    retraining: Retraining = Retraining()

    @property
    def infers(self) -> bool:
        """Whether declined applicants are learned from."""
        return self.labels is not RejectInference.NONE

    @property
    def policy(self) -> str:
        """Name the label policy.

        Examples
        --------
        >>> Learning(officer_weight=0.2).policy
        'matured_outcomes+officers_decisions'
        """
        return self.labels + ("+officers_decisions" if self.officer_weight else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """A lane for a few applications that policy alone would decline: a person looks at them."""

    share: float  # of the applications that could be drawn
    loss_budget: Decimal  # expected loss of those drawn in a calendar month (UTC)
    pd_at_most: float  # riskier ones are never drawn
    amount_at_most: Decimal  # larger ones neither
