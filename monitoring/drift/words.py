"""What drift's figures come to, in plain English; pages say it in their reader's language.

Each sentence stands in `frontend.stored_sentences` too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scoring.contract import Feature, Kind
from scoring.populations.drift_look import OF_DATA, FeatureLook, Look
from scoring.populations.drift_tests import Index
from scoring.populations.drift_units import Unit

MOST_NAMED = 3
MAYBE = {  # by how many times they are smaller, and larger
    (1_000, True): "it may be sent in thousands",
    (1_000, False): "it may no longer be sent in thousands",
    (100, True): "it may be sent in hundreds, or no longer in cents or per cent",
    (100, False): "it may be sent in cents or per cent",
    (12, True): "it may be sent by the month in place of the year, or in years in place of months",
    (12, False): "it may be sent by the year in place of the month, or in months in place of years",
    (10, True): "a decimal place may have been lost",
    (10, False): "a decimal place may have been lost",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a look says: its alert, with n, period and uncertainty."""

    look: Look
    model: str
    partner: str  # "" of everything
    since: datetime
    until: datetime  # its last day

    def alert(
        self, cause: str, features: Sequence[FeatureLook], since: datetime | None = None
    ) -> str:
        """Say what was found."""
        said = self._alert(cause, features, since)
        return f"From {self.partner}: {said}" if self.partner else said

    @property
    def basis(self) -> str:
        """What it stands on."""
        return f"{self.look.n:,} applications, {day(self.since)} to {day(self.until)}"

    def _alert(self, cause: str, features: Sequence[FeatureLook], since: datetime | None) -> str:
        if not features:
            return f"Nothing of the kind in {self.basis}."
        if cause == "score_drift":
            return (
                f"The score has moved from what {self.model} learned from: "
                f"{_figures(self.look.score)}; {self.basis}. "
                f"The largest shifts: {_named(features)}."
            )
        if cause == "feature_drift":
            return (
                f"Applicants are no longer as {self.model} knew them: {_named(features)}; "
                f"{self.basis}."
            )
        worst, *others = features
        said = f"{_of_data(worst, self.model, since)} Seen in {self.basis}."
        also = ", ".join(each.feature.label for each in others[:MOST_NAMED])
        return f"{said} The same of: {also}." if also else said


def of_feature(found: FeatureLook, *, model: str, since: datetime | None = None) -> str:
    """Say of one feature what it comes to."""
    if found.cause in OF_DATA:
        return _of_data(found, model, since)
    return of_index(found.index)


def day(at: datetime) -> str:
    """Write a day so that no reader takes it for the month."""
    return f"{at:%-d %B %Y}"


def of_index(index: Index) -> str:
    """Say what an index comes to, the score's or a feature's."""
    match index.level:
        case "too few":
            return f"Too few to say: {index.n:,} applications in bins that need more."
        case "stable" if not index.is_clear:
            return f"No change that chance does not explain: {_figures(index)}."
        case "stable":
            return f"A clear change, but a small one: {_figures(index)}."
        case "some":
            return f"Some change, to be watched: {_figures(index)}."
    return f"A large change: {_figures(index)}."


def _figures(index: Index) -> str:
    return f"index {index.value:.2f}, chance stays below {index.clear_above:.2f}"


def _named(features: Sequence[FeatureLook]) -> str:
    return ", ".join(
        f"{each.feature.label} {each.index.value:.2f}" for each in features[:MOST_NAMED]
    )


def _of_data(found: FeatureLook, model: str, since: datetime | None) -> str:
    label = found.feature.label
    if found.unit is not None:
        return _of_unit(label, found.unit, since)
    if found.missing.has_moved:
        return (
            f"{label}: not stated in {found.missing.now:.1%}; "
            f"it was {found.missing.then:.1%} when {model} learned."
        )
    values = ", ".join(_label(found.feature, value) for value in found.new_values[:MOST_NAMED])
    return f"{label}: {found.new.now:.1%} now are {values}, which {model} never saw."


def _of_unit(label: str, unit: Unit, since: datetime | None) -> str:
    size = "smaller" if unit.is_smaller else "larger"
    when = f" since {day(since)}" if since else ""
    maybe = MAYBE[unit.times, unit.is_smaller]
    return f"{label}: about {unit.times:,} times {size}{when}; {maybe}."


def _label(feature: Feature, value: str) -> str:
    if feature.kind is Kind.BOOLEAN:
        return value
    return next((each.label for each in feature.categories if each.value == value), value)
