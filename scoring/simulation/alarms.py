"""Is the model still right? Three questions that can be asked before, or without, new labels.

Who comes (the population's shift), how soon recent loans fail beside earlier ones of the same age,
and whether what was predicted came true among loans whose labels have matured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring import drift
from scoring.contract import Contract
from scoring.features import Value
from scoring.proportions import Share, difference_interval, wilson

LARGEST_PSI = 0.25  # a shift that needs an explanation, by convention
FEWEST_ROWS = 100
FEWEST_BADS = 10
EARLY = timedelta(days=730)  # of a loan's life: most of those that fail have not yet
MOST_EARLY = 1.5  # times what it was
MOST_MISCALIBRATED = 1.25  # times what was predicted, either way
SHIFTED_SHOWN = 3  # features named


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question, what was found, and whether somebody must look."""

    kind: str  # "population", "early_losses", "calibration"
    is_alarm: bool
    said: str
    n: int

    @property
    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """A loan's start and, if it has failed by now, when."""

    began: date
    failed: date | None


def population(
    contract: Contract,
    *,
    then: tuple[NDArray[np.float64], Mapping[str, Sequence[Value]]],
    now: tuple[NDArray[np.float64], Mapping[str, Sequence[Value]]],
) -> Check:
    """Compare scores and features with those that the champion learned from.

    Each side is PDs and columns of features. By chance alone an index grows as rows get fewer,
    so what chance gives is added to the bound.
    """
    n, m = len(now[0]), len(then[0])
    if n < FEWEST_ROWS:
        return _too_few("population", n, f"fewer than {FEWEST_ROWS} applications")
    edges = drift.edges(then[0])
    score = drift.psi(
        drift.counts(then[0], inner_edges=edges), drift.counts(now[0], inner_edges=edges)
    )
    bound = LARGEST_PSI + drift.chance(n, m, bins=len(edges) + 1)
    shifts = {
        feature.name: _csi(then[1][feature.name], now[1][feature.name])
        for feature in contract.features
    }
    worst = sorted(shifts, key=lambda name: -shifts[name])[:SHIFTED_SHOWN]
    named = ", ".join(f"{contract.feature(name).label} {shifts[name]:.2f}" for name in worst)
    return Check(
        kind="population",
        is_alarm=score > bound,
        said=(
            f"PSI of the score {score:.2f} over {n:,} applications (alarm above {bound:.2f}); "
            f"the largest shifts of features: {named}."
        ),
        n=n,
    )


def early_losses(past: Sequence[Aged], recent: Sequence[Aged]) -> Check:
    """Compare how many fail in their first two years; all of them are as old as that.

    It needs no mature label and trains nothing: loans of the same age are compared.
    """
    if len(recent) < FEWEST_ROWS or not past:
        return _too_few("early_losses", len(recent), f"fewer than {FEWEST_ROWS} loans")
    before, now = _early(past), _early(recent)
    gap = difference_interval(now, before)
    is_alarm = now.count >= FEWEST_BADS and gap.low > 0 and now.value > MOST_EARLY * before.value
    interval = wilson(now)
    return Check(
        kind="early_losses",
        is_alarm=is_alarm,
        said=(
            f"{now.value:.1%} of {now.n:,} loans failed within two years (95 % interval "
            f"{interval.low:.1%} to {interval.high:.1%}); of the loans before it was "
            f"{before.value:.1%} of {before.n:,}."
        ),
        n=now.n,
    )


def calibration(pd: ArrayLike, bad: ArrayLike) -> Check:
    """Compare prediction and outcome among loans whose labels matured lately."""
    predicted, bads = np.asarray(pd, dtype=np.float64), np.asarray(bad)
    n = len(predicted)
    if n < FEWEST_ROWS:
        return _too_few("calibration", n, f"fewer than {FEWEST_ROWS} matured outcomes")
    share, mean = Share(count=int(bads.sum()), n=n), float(predicted.mean())
    interval = wilson(share)
    is_outside = not interval.low <= mean <= interval.high
    ratio = max(share.value, 1e-9) / max(mean, 1e-9)
    return Check(
        kind="calibration",
        is_alarm=is_outside and not 1 / MOST_MISCALIBRATED <= ratio <= MOST_MISCALIBRATED,
        said=(
            f"{mean:.1%} were predicted bad and {share.value:.1%} of {n:,} loans with matured "
            f"outcomes were (95 % interval {interval.low:.1%} to {interval.high:.1%})."
        ),
        n=n,
    )


def _early(loans: Sequence[Aged]) -> Share:
    failed = sum(each.failed is not None and each.failed - each.began <= EARLY for each in loans)
    return Share(count=failed, n=len(loans))


def _csi(then: Sequence[Value], now: Sequence[Value]) -> float:
    if any(isinstance(value, str) for value in (*then[:50], *now[:50])):
        names = sorted({str(value) for value in (*then, *now)})
        place = {name: at for at, name in enumerate(names)}
        counted = [
            np.bincount([place[str(value)] for value in side], minlength=len(names))
            for side in (then, now)
        ]
        return drift.psi(*counted)
    sides = [np.array([np.nan if v is None else float(v) for v in side]) for side in (then, now)]
    edges = drift.edges(sides[0])
    return drift.psi(*(drift.counts(side, inner_edges=edges) for side in sides))


def _too_few(kind: str, n: int, why: str) -> Check:
    return Check(kind=kind, is_alarm=False, said=f"Not asked: {why}.", n=n)
