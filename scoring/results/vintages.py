"""A month's applications counted so finely that ranking, calibration and profit need no row.

Counts lie in bins of the PD's log-odds (`scoring.results.binned_ranking`), so a vintage is as large
for a million loans as for a thousand, and vintages add up. Only loans that were approved have
outcomes: nothing here says how those who were declined would have turned out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self

import numpy as np

from scoring.contract import Economics
from scoring.proportions import Interval, Z
from scoring.results.binned_ranking import BINS, Floats

DIGITS = 9
# Of each bin: approved loans and the sum of their PDs; of the matured also squares, and the bads.
COUNTS = ("n", "pd", "pd2", "matured", "matured_pd", "matured_pd2", "bads")
MONEY = ("good", "good2", "bad", "bad2")  # amounts of matured loans, and their squares


class Cell(NamedTuple):
    """Applications that are alike in all that is counted, as sums."""

    bin: int
    band: str
    status: str  # "approved", "declined" or "open"
    outcome: str  # "good", "bad" or "unknown": only matured ones are known
    n: int
    pd: float
    pd2: float
    amount: float
    amount2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Approved loans of a band, and what the matured ones came to."""

    n: int = 0
    matured: int = 0
    matured_pd: float = 0.0
    bads: int = 0

    def __add__(self, other: Self) -> Self:
        """Put two periods together."""
        return type(self)(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in _OF_BAND}
        )


_OF_BAND = fields(Band)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vintage:
    """What was decided in a period, as sums."""

    bins: Floats  # (COUNTS, BINS) of approved loans
    money: Floats  # (MONEY,)
    bands: dict[str, Band]
    declined: int
    declined_pd: float
    open: int  # neither approved nor declined: waiting, withdrawn, incomplete

    def __add__(self, other: Self) -> Self:
        """Put two periods together that have no application in common."""
        names = dict.fromkeys([*self.bands, *other.bands])
        return type(self)(
            bins=self.bins + other.bins,
            money=self.money + other.money,
            bands={
                name: self.bands.get(name, Band()) + other.bands.get(name, Band()) for name in names
            },
            declined=self.declined + other.declined,
            declined_pd=self.declined_pd + other.declined_pd,
            open=self.open + other.open,
        )

    def of(self, name: str) -> Floats:
        """Give one of COUNTS by bin, the safest first."""
        found: Floats = self.bins[COUNTS.index(name)]
        return found

    def sum(self, name: str) -> float:
        """Give one of COUNTS of all bins."""
        return float(self.of(name).sum())

    def count(self, name: str) -> int:
        """Give one of COUNTS of all bins, of loans."""
        return round(self.sum(name))

    @property
    def goods(self) -> Floats:
        """Matured loans that were repaid, by bin."""
        return np.asarray(self.of("matured") - self.of("bads"), dtype=np.float64)

    @property
    def bads(self) -> Floats:
        """Matured loans that were not repaid, by bin."""
        return self.of("bads")


def empty() -> Vintage:
    """Begin with nobody."""
    return Vintage(
        bins=np.zeros((len(COUNTS), BINS)),
        money=np.zeros(len(MONEY)),
        bands={},
        declined=0,
        declined_pd=0.0,
        open=0,
    )


def counted(cells: Iterable[Cell]) -> Vintage:
    """Put counted cells together; a cell may come in several parts."""
    made, bands, declined, declined_pd, others = empty(), dict[str, Band](), 0, 0.0, 0
    for cell in cells:
        if cell.status == "approved":
            _add(made, cell)
            bands[cell.band] = bands.get(cell.band, Band()) + _band(cell)
        elif cell.status == "declined":
            declined, declined_pd = declined + cell.n, declined_pd + cell.pd
        else:
            others += cell.n
    return Vintage(
        bins=made.bins,
        money=made.money,
        bands=bands,
        declined=declined,
        declined_pd=declined_pd,
        open=others,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profit:
    """What loans earned, as a share of the mean amount lent; `money` is of all of them."""

    share: float
    interval: Interval
    money: float
    n: int


def realised_profit(vintage: Vintage, economics: Economics) -> Profit | None:
    """Work out what matured loans earned by the contract's margin and loss; None of nobody.

    Reviews are not among it: what they cost does not depend on how loans turn out.
    """
    good, good2, bad, bad2 = (float(each) for each in vintage.money)
    margin, loss = economics.margin, economics.loss_given_default
    gain = margin * good - loss * bad
    gain2 = margin**2 * good2 + loss**2 * bad2
    return profit_of(vintage.count("matured"), amount=good + bad, gain=gain, gain2=gain2)


def profit_of(n: int, *, amount: float, gain: float, gain2: float) -> Profit | None:
    """Bound a mean gain by the normal distribution; `gain2` is the sum of (expected) squares.

    Examples
    --------
    >>> profit_of(100, amount=100_000.0, gain=5_000.0, gain2=1_000_000.0).share
    0.05
    """
    if not n or amount <= 0:
        return None
    mean, mean_amount = gain / n, amount / n
    half = Z * (max(gain2 / n - mean**2, 0.0) / n) ** 0.5
    return Profit(
        share=mean / mean_amount,
        interval=Interval(low=(mean - half) / mean_amount, high=(mean + half) / mean_amount),
        money=gain,
        n=n,
    )


def to_json(vintage: Vintage) -> dict[str, Any]:
    """Write a vintage as plain values, without its empty bins; `from_json` reads it."""
    used = np.flatnonzero(vintage.bins.any(axis=0))
    return {
        "bins": used.tolist(),
        "counts": vintage.bins[:, used].round(DIGITS).tolist(),
        "money": vintage.money.round(2).tolist(),
        "bands": {
            name: [band.n, band.matured, round(band.matured_pd, DIGITS), band.bads]
            for name, band in vintage.bands.items()
        },
        "declined": vintage.declined,
        "declined_pd": round(vintage.declined_pd, DIGITS),
        "open": vintage.open,
    }


def from_json(said: Mapping[str, Any]) -> Vintage:
    """Read a vintage."""
    bins = np.zeros((len(COUNTS), BINS))
    if said["bins"]:
        bins[:, said["bins"]] = said["counts"]
    return Vintage(
        bins=bins,
        money=np.asarray(said["money"], dtype=np.float64),
        bands={
            name: Band(n=n, matured=matured, matured_pd=pd, bads=bads)
            for name, (n, matured, pd, bads) in said["bands"].items()
        },
        declined=said["declined"],
        declined_pd=said["declined_pd"],
        open=said["open"],
    )


def _add(made: Vintage, cell: Cell) -> None:
    is_known, is_bad = cell.outcome != "unknown", cell.outcome == "bad"
    known = (cell.n, cell.pd, cell.pd2) if is_known else (0, 0.0, 0.0)
    made.bins[:, cell.bin] += (
        *(cell.n, cell.pd, cell.pd2),
        *known,
        cell.n if is_bad else 0,
    )
    if is_known:
        place = MONEY.index("bad" if is_bad else "good")
        made.money[place : place + 2] += (cell.amount, cell.amount2)


def _band(cell: Cell) -> Band:
    is_known = cell.outcome != "unknown"
    return Band(
        n=cell.n,
        matured=cell.n if is_known else 0,
        matured_pd=cell.pd if is_known else 0.0,
        bads=cell.n if cell.outcome == "bad" else 0,
    )
