"""One look at the applications of a time beside those that a model learned from."""

from dataclasses import dataclass
from typing import Literal

from scoring import drift
from scoring.contract import Contract, Feature, Kind
from scoring.populations import drift_bins, drift_tests, drift_units
from scoring.populations.drift_bins import Bin
from scoring.populations.drift_cells import MISSING, Counted, Counts
from scoring.populations.drift_tests import Index, Level, Rate
from scoring.populations.drift_units import Unit

Cause = Literal["", "units_changed", "missing_rate", "new_category", "feature_drift"]
OF_DATA: tuple[Cause, ...] = ("units_changed", "missing_rate", "new_category")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureLook:
    """What one feature was like then and is like now."""

    feature: Feature
    index: Index
    missing: Rate
    new: Rate
    new_values: tuple[str, ...]
    unit: Unit | None
    bins: tuple[Bin, ...]

    @property
    def cause(self) -> Cause:
        """What is wrong: the one that explains the others comes first."""
        if self.unit is not None:
            return "units_changed"
        if self.missing.has_moved:
            return "missing_rate"
        if self.new.has_moved:
            return "new_category"
        return "feature_drift" if self.index.level == "large" else ""

    @property
    def strength(self) -> float:
        """How far it has moved in all: no score that it alone moves can move further."""
        both = (
            (self.missing.then, self.missing.now),
            (1 - self.missing.then, 1 - self.missing.now),
        )
        then, now = ([max(share, 1e-6) for share in side] for side in zip(*both, strict=True))
        return max(self.index.value, drift.psi(then, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look at some applications: the score, and each feature in the contract's order."""

    n: int
    m: int
    score: Index
    score_bins: tuple[Bin, ...]
    features: tuple[FeatureLook, ...]

    @property
    def worst_first(self) -> list[FeatureLook]:
        """The features, those first that somebody must look at, then by how far they moved."""
        return sorted(
            self.features,
            key=lambda each: (_ORDER.index(each.cause), -each.index.beyond_chance),
        )

    @property
    def level(self) -> Level:
        """How far the score has moved."""
        return self.score.level

    def caused_by(self, cause: Cause) -> list[FeatureLook]:
        """Give the features that have this wrong, the worst first."""
        return [each for each in self.worst_first if each.cause == cause]

    def is_explained_by(self, wrong: frozenset[str]) -> bool:
        """Whether features whose data are wrong account for a score that moved."""
        strengths = [each.strength for each in self.features if each.feature.name in wrong]
        return bool(strengths) and max(strengths) >= self.score.value


_ORDER: tuple[Cause, ...] = (*OF_DATA, "feature_drift", "")


def look(contract: Contract, then: Counted, now: Counted, *, version: str, error: float) -> Look:
    """Compare some applications with others.

    Parameters
    ----------
    then, now : Counted
        What the model learned from, and what came.
    version : str
        Whose scores, as `Counted.scores` names it.
    error : float
        That each comparison may make, as `drift_tests.error_of` divides it.
    """
    bins = drift_bins.of_numbers(then.scores.get(version, {}), now.scores.get(version, {}))
    return Look(
        n=now.n,
        m=then.n,
        score=drift_tests.index_of(bins, error=error),
        score_bins=tuple(bins),
        features=tuple(
            _feature(feature, then, now, error=error)
            for feature in contract.features
            if feature.name in then.features
        ),
    )


def _feature(feature: Feature, then: Counted, now: Counted, *, error: float) -> FeatureLook:
    before, today = then.features[feature.name], now.features.get(feature.name, {})
    is_number = feature.kind.is_numeric
    order = ("false", "true") if feature.kind is Kind.BOOLEAN else feature.values
    bins = (
        drift_bins.of_numbers(before, today)
        if is_number
        else drift_bins.of_values(before, today, order=order)
    )
    new = () if is_number else tuple(v for v in sorted({*today} - {*before, MISSING}))
    known = _known(today)
    return FeatureLook(
        feature=feature,
        index=drift_tests.index_of(bins, error=error),
        missing=drift_tests.missing_of(
            (then.n - _known(before), then.n), (now.n - known, now.n), error=error
        ),
        new=drift_tests.new_of(
            (0, _known(before)), (sum(today[value] for value in new), known), error=error
        ),
        new_values=new,
        unit=drift_units.changed(before, today, error=error) if is_number else None,
        bins=tuple(bins),
    )


def _known(counts: Counts) -> int:
    return sum(n for cell, n in counts.items() if cell != MISSING)
