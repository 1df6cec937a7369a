"""Bins as charts and tables show them: what is in each, and the shares then and now."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scoring.contract import Feature, Kind
from scoring.populations.drift_bins import Bin
from scoring.populations.drift_cells import EDGES, PD_EDGES

WHOLE_BELOW = 1e9  # beyond it no cell's ends are told as whole numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class BinView:
    """A bin, and how many of everybody are in it. Of numbers its ends, else the values' labels."""

    then: float
    now: float
    labels: tuple[str, ...] = ()
    low: float | None = None  # None: everything up to `high`
    high: float | None = None
    is_share: bool = False
    is_missing: bool = False


def bins_of(feature: Feature, bins: Sequence[Bin]) -> tuple[BinView, ...]:
    """Say what is in each of a feature's bins."""
    if not feature.kind.is_numeric:
        labels = {each.value: each.label for each in feature.categories}
        return tuple(
            replace(view, labels=tuple(labels.get(value, value) for value in each.values))
            for view, each in zip(_views(bins), bins, strict=True)
        )
    is_whole = feature.kind is not Kind.DECIMAL
    return tuple(
        view if each.is_missing else _ends(view, each, EDGES, is_whole=is_whole)
        for view, each in zip(_views(bins), bins, strict=True)
    )


def bins_of_score(bins: Sequence[Bin]) -> tuple[BinView, ...]:
    """Say what is in each bin of the probability of default."""
    return tuple(
        replace(_ends(view, each, PD_EDGES, is_whole=False), is_share=True)
        for view, each in zip(_views(bins), bins, strict=True)
    )


def _views(bins: Sequence[Bin]) -> list[BinView]:
    then, now = sum(each.then for each in bins) or 1, sum(each.now for each in bins) or 1
    return [
        BinView(then=each.then / then, now=each.now / now, is_missing=each.is_missing)
        for each in bins
    ]


def _ends(view: BinView, found: Bin, edges: Sequence[float], *, is_whole: bool) -> BinView:
    """Give a bin's ends: a cell holds what is at its lower edge and not what is at its upper."""
    first, last = int(found.values[0]), int(found.values[-1])
    low = edges[first - 1] if first else None
    high = edges[min(last, len(edges) - 1)]
    if is_whole and abs(high) < WHOLE_BELOW:
        above = None if low is None else float(math.ceil(round(low, 6)))
        return replace(view, low=above, high=float(math.ceil(round(high, 6)) - 1))
    return replace(view, low=None if low is None else _short(low), high=_short(high))


def _short(value: float) -> float:
    """Keep three digits: an edge is no more exact to a reader."""
    return float(f"{value:.3g}")
