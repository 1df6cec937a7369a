"""Numbers that stand apart from all others, as codes for missing do."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

FEWEST_OTHERS = 3  # distinct numbers beside the codes
MOST_NEGATIVE = 5  # distinct codes below zero
LONG = 12  # distinct numbers from zero on: it is a quantity, and what is below zero is none of it
FAR = 2.0  # spreads (5 to 95 %) between a usual code and the rest
FARTHER = 5.0  # whole ranges between any repeated number and the rest
REPEATED, REPEATED_SHARE = 10, 0.005  # rows, and share of the rows, of such a number
_HIGH = {float(f"{'9' * nines}{last}") for nines in range(1, 4) for last in "6789"}
_HIGH |= {99999.0, 999999.0, 9999999.0, 999999.375}
_LOW = {float(f"-{digit * times}") for digit in "789" for times in (1, 2, 3)}
_LOW |= {-97.0, -98.0, -997.0, -998.0, -9999.0, -99999.0, -999999.0}

Values = NDArray[np.float64]


def codes_apart(numbers: pl.Series) -> tuple[float, ...]:
    """Find what looks like codes for missing among numbers, smallest first.

    Examples
    --------
    >>> import polars as pl
    >>> codes_apart(pl.Series([*range(60), -7, -9, 998, 999]).cast(pl.Float64))
    (-9.0, -7.0, 998.0, 999.0)
    """
    counted = numbers.drop_nulls().to_frame("value").group_by("value").len().sort("value")
    values = counted["value"].to_numpy()
    found = {*_below_zero(values)}
    rest = np.setdiff1d(values, [*found])
    found |= {*_block(rest, _HIGH)} | {-code for code in _block(-rest[::-1], {-x for x in _LOW})}
    is_other = ~np.isin(values, [*found])
    found |= _far(values[is_other], counted["len"].to_numpy()[is_other])
    return tuple(sorted(float(code) for code in found))


def _below_zero(values: Values) -> Values:
    """Take the few whole numbers below zero of what else never is."""
    below, others = values[values < 0], values[values >= 0]
    none = values[:0]
    if not 0 < len(below) <= MOST_NEGATIVE or len(others) < FEWEST_OTHERS:
        return none
    is_usual = all(code in _LOW or -10 < code < 0 for code in below) and (below % 1 == 0).all()
    is_sure = len(others) > LONG or set(below) <= (_LOW | {-1.0} if len(below) == 1 else _LOW)
    return below if is_usual and is_sure else none


def _block(values: Values, usual: set[float]) -> Values:
    """Take the usual codes above all other numbers, where they are far from them."""
    size = 0
    while size < len(values) and values[len(values) - 1 - size] in usual:
        size += 1
    others, block = values[: len(values) - size], values[len(values) - size :]
    if len(others) < FEWEST_OTHERS:
        return block[:0]
    spread = float(np.quantile(others, 0.95) - np.quantile(others, 0.05)) or 1.0
    edge = float(others[-1])
    return np.asarray(block[block - edge > FAR * spread], dtype=np.float64)


def _far(values: Values, rows: NDArray[np.uint32]) -> set[float]:
    """Take a number that many rows have and that is many ranges away from all others."""
    fewest = max(REPEATED, REPEATED_SHARE * int(rows.sum()))
    found = set()
    for at, others in ((-1, values[:-1]), (0, values[1:])):
        if len(others) <= LONG or rows[at] < fewest or values[at] % 1 != 0:
            continue
        gap = min(abs(values[at] - others[0]), abs(values[at] - others[-1]))
        if gap > FARTHER * (others[-1] - others[0]):
            found.add(float(values[at]))
    return found
