"""Fixed cells that values are counted in, whatever the model: any days' counts add up.

A number's cell is a twentieth of a power of ten, on either side of zero; a PD's is a tenth of
log-odds. A value of a list or a yes or no is its own cell. Wider bins, medians and a change of
unit are read from such counts afterwards, so nobody's values need to be kept.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

PER_POWER = 20  # cells to a power of ten: each is 12 % wide
FIRST_POWER, LAST_POWER = -4, 12
MISSING = ""  # the cell of what is not stated

_POWERS = [
    float(f"1e{step // PER_POWER}") if step % PER_POWER == 0 else 10.0 ** (step / PER_POWER)
    for step in range(FIRST_POWER * PER_POWER, LAST_POWER * PER_POWER + 1)
]
EDGES = (*(-edge for edge in reversed(_POWERS)), *_POWERS)
ZERO = len(_POWERS)  # the cell of zero and what is next to it
PD_EDGES = tuple(1 / (1 + math.exp(-step / 10)) for step in range(-80, 81))

Value = str | bool | None
Counts = Mapping[str, int]  # rows by cell; a cell's number is written in digits, as JSON wants it


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What some applications were like, in counts."""

    n: int = 0
    features: Mapping[str, Counts] = field(default_factory=dict)
    scores: Mapping[str, Counts] = field(default_factory=dict)  # by the model version's id

    @property
    def stored(self) -> dict[str, object]:
        """As JSON."""
        return {"n": self.n, "features": self.features, "scores": self.scores}

    def without(self, part: "Counted") -> "Counted":
        """Leave out some that were counted among them."""
        return Counted(
            n=self.n - part.n,
            features=_less(self.features, part.features),
            scores=_less(self.scores, part.scores),
        )

    @classmethod
    def read(cls, stored: Mapping[str, object]) -> "Counted":
        """Read what `stored` gave."""
        return cls(**stored)  # type: ignore[arg-type]  # JSON of our own


def number_cells(values: ArrayLike) -> Counts:
    """Count numbers; NaN is missing.

    Examples
    --------
    >>> number_cells([4200.0, 4300.0, 4.2, float("nan")])
    {'474': 2, '414': 1, '': 1}
    """
    return _cells(values, EDGES)


def pd_cells(values: ArrayLike) -> Counts:
    """Count probabilities of default.

    Examples
    --------
    >>> pd_cells([0.5, 0.52, 0.9])
    {'81': 2, '102': 1}
    """
    return _cells(values, PD_EDGES)


def value_cells(values: Iterable[Value]) -> Counts:
    """Count values of a list, and what is true or false.

    Examples
    --------
    >>> value_cells(["rent", "own", "rent", None]), value_cells([True])
    ({'rent': 2, 'own': 1, '': 1}, {'true': 1})
    """
    return dict(Counter(_name(value) for value in values))


def added(parts: Iterable[Counted]) -> Counted:
    """Add up what days, or partners, came to."""
    n, features, scores = 0, _sums(), _sums()
    for part in parts:
        n += part.n
        for sums, counted in ((features, part.features), (scores, part.scores)):
            for name, counts in counted.items():
                of_it = sums[name]
                for cell, rows in counts.items():
                    of_it[cell] += rows
    return Counted(n=n, features=_plain(features), scores=_plain(scores))


def position(cell: int) -> float:
    """Give the logarithm to base ten of the middle of a positive number's cell."""
    return (cell - ZERO - 0.5) / PER_POWER + FIRST_POWER


def _cells(values: ArrayLike, edges: tuple[float, ...]) -> Counts:
    numbers = np.asarray(values, dtype=np.float64)
    known = numbers[~np.isnan(numbers)]
    places: NDArray[np.intp] = np.searchsorted(np.asarray(edges), known, side="right")
    counts = {str(place): n for place, n in Counter(places.tolist()).items()}
    missing = len(numbers) - len(known)
    return counts | ({MISSING: missing} if missing else {})


def _name(value: Value) -> str:
    if value is None:
        return MISSING
    return str(value).lower() if isinstance(value, bool) else value


def _sums() -> defaultdict[str, defaultdict[str, int]]:
    return defaultdict(lambda: defaultdict(int))


def _plain(sums: Mapping[str, Counts]) -> dict[str, Counts]:
    return {name: dict(counts) for name, counts in sums.items()}


def _less(all_of_it: Mapping[str, Counts], part: Mapping[str, Counts]) -> dict[str, dict[str, int]]:
    return {
        name: dict(Counter(counts) - Counter(part.get(name, {})))
        for name, counts in all_of_it.items()
    }
