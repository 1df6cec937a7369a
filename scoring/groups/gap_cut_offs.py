"""Groups side by side along the cut-off of approval, and whether another is fairer.

Figures stand only at cut-offs between which each told group, and what a hidden one could be worked
out from, has at least `SMALLEST` people. A small group's cut-offs are some of the reference's, so
that two groups' figures held together tell of no smaller cell either.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from scoring.groups.cells import SMALLEST
from scoring.groups.gap_cells import Counts, cells_of, closed, count, told
from scoring.proportions import CONFIDENCE, Interval, Share, ratio_interval, wilson
from scoring.results.through_the_door import STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """What a cut-off comes to for all."""

    cut_off: float  # PD; who is at or below is approved
    approved: Share
    bad: Share | None  # among the approved whose outcome is known

    @property
    def bad_within(self) -> Interval | None:
        """95 % interval of the bad rate (Wilson)."""
        return wilson(self.bad) if self.bad else None


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A group beside the reference at a cut-off, and the bad rate of all whom it approves."""

    cut_off: float
    own: Share
    reference: Share
    bad: Share | None  # of all the approved

    @property
    def bad_rate(self) -> float | None:
        """Share of bads among all whom it approves."""
        return self.bad.value if self.bad else None

    @property
    def bad_within(self) -> Interval | None:
        """95 % interval of the bad rate (Wilson)."""
        return wilson(self.bad) if self.bad else None

    @property
    def air(self) -> float | None:
        """The ratio of the shares approved; None where nobody of the reference is."""
        return self.own.value / self.reference.value if self.reference.count else None

    @property
    def within(self) -> Interval | None:
        """95 % interval of that ratio (Katz)."""
        return ratio_interval(self.own, self.reference) if self.reference.count else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """Everything along the cut-off; of a group that may not be told there is no entry."""

    everybody: tuple[Everybody, ...]
    groups: Mapping[str, tuple[At, ...]]


def along(
    pds: ArrayLike,
    bad: Sequence[bool | None],
    groups: Sequence[str | None],
    *,
    reference: str,
    others: Sequence[str],
    now: float,
    minimum: int,
) -> Along | None:
    """Lay a population out along the cut-off; None where the reference is too small.

    Parameters
    ----------
    pds : array of shape (n,)
        Probabilities of default, by models that had not seen the row.
    bad, groups : sequence of n
        Outcome and group, None where not known.
    reference, others : str, sequence of str
        The group that the others are compared with, and those.
    now : float
        The cut-off in force: a figure stands there if the cells allow it.
    minimum : int
        Fewest people that figures are stated of.
    """
    columns = cells_of(pds)
    member = np.array([group or "" for group in groups], dtype=np.str_)
    counts = {name: count(columns[member == name]) for name in (reference, *others)}
    shown = told(counts, count(columns), reference=reference, minimum=max(minimum, SMALLEST))
    if reference not in shown:
        return None
    rest = count(columns) - sum(shown.values())
    is_hiding = len(shown) < len([row for row in counts.values() if row.any()])
    rows = [counts[reference], *([rest] if is_hiding else [])]
    cut = round(now * STEPS)
    ends = closed(np.stack(rows), keep=cut)
    everybody = tuple(_everybody(columns, bad, end) for end in ends)
    return Along(
        everybody=everybody,
        groups={
            name: _group(counts[name], counts[reference], ends, everybody, cut=cut)
            for name in shown
            if name != reference
        },
    )


def fairer(points: Sequence[At], *, now: float) -> At | None:
    """Find the cut-off with the highest ratio among those shown to be fairer at the same risk.

    The same risk: a bad rate no higher than the upper end of the present one's interval. Shown: by
    the interval of the change in the ratio, made wide enough for as many cut-offs as are compared
    (Bonferroni). Of two cut-offs the stricter approves some of those whom the other approves, so
    the change's variance is that of two shares of them: log a - log b has 1/a - 1/b, by the delta
    method.

    Returns
    -------
    At or None
        None where no other is, or there is no figure at the present one.
    """
    present = next(
        (each for each in points if round(each.cut_off * STEPS) == round(now * STEPS)), None
    )
    within = present.bad_within if present else None
    if present is None or present.air is None or within is None:
        return None
    most = within.high
    compared = [
        each
        for each in points
        if each is not present and each.bad_rate is not None and each.bad_rate <= most
    ]
    level = (1 - CONFIDENCE) / (2 * max(len(compared), 1))
    z = -float(ndtri(level))
    better = [
        each for each in compared if (low := _gain(each, present, z=z)) is not None and low > 0
    ]
    return max(better, key=lambda each: each.air or 0.0, default=None)


def _gain(other: At, present: At, *, z: float) -> float | None:
    """Give the lower end of the logarithm of how much higher a ratio is; None where it has none."""
    pairs = [(other.own.count, present.own.count), (other.reference.count, present.reference.count)]
    if any(min(pair) == 0 for pair in pairs):
        return None
    (own, own_now), (reference, reference_now) = pairs
    gain = math.log(own / own_now) - math.log(reference / reference_now)
    variance = sum(1 / min(pair) - 1 / max(pair) for pair in pairs)
    return gain - z * math.sqrt(variance)


def _everybody(columns: Counts, bad: Sequence[bool | None], end: int) -> Everybody:
    approved = columns <= end
    known = [each for each, is_in in zip(bad, approved, strict=True) if is_in and each is not None]
    return Everybody(
        cut_off=end / STEPS,
        approved=Share(count=int(approved.sum()), n=len(columns)),
        bad=Share(count=sum(known), n=len(known)) if known else None,
    )


def _group(
    own: Counts,
    reference: Counts,
    ends: Sequence[int],
    everybody: Sequence[Everybody],
    *,
    cut: int,
) -> tuple[At, ...]:
    cells = np.diff(np.cumsum(own)[list(ends)], prepend=0)
    keep = list(ends).index(cut) if cut in ends else None
    chosen = closed(cells[np.newaxis], keep=keep)
    return tuple(
        At(
            cut_off=everybody[at].cut_off,
            own=Share(count=int(own[: ends[at] + 1].sum()), n=int(own.sum())),
            reference=Share(count=int(reference[: ends[at] + 1].sum()), n=int(reference.sum())),
            bad=everybody[at].bad,
        )
        for at in chosen
    )
