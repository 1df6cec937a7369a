"""Whether it matters when an application comes: after approvals, late, after noon.

Decisions of one person in a row say less than they seem: among few decisions, those after a run
of approvals hold fewer approvals than the rest although nothing depends on anything (J. B. Miller
and A. Sanjurjo, Econometrica 86 (2018) 2019-2047). So the effect of a run is measured against the
same decisions in other orders: shuffled within officer, month, band and recommendation.

Source of the question: D. Chen, T. Moskowitz and K. Shue, Quarterly Journal of Economics 131
(2016) 1181-1242, where loan officers and judges lean against what they decided before.
"""

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from scoring.officers import tables
from scoring.officers.rows import Decided, Flags, Ints, apart
from scoring.officers.tables import Estimate, Tables

RUN = 3  # approvals in a row, of one day
LATE = 0.25  # of a day's decisions, the last ones
LONG_DAY = 8  # decisions, for a day to have an end
NOON = 12 * 60
SHUFFLES = 199

Exposure = Callable[[Decided, Flags], Flags]


def after_run(decided: Decided, approved: Flags) -> Flags:
    """Find the decisions that follow at least three approvals by the same officer that day."""
    order = np.argsort(decided.officer, kind="stable")
    who, day, came = decided.officer[order], decided.day[order], approved[order]
    found = np.zeros(decided.n, dtype=bool)
    found[order] = _after_run(_together(who, day), came)
    return found


def _together(who: Ints, day: Ints) -> Flags:
    """Say which decisions have three before them of the same officer and day; in their order."""
    found = np.zeros(who.size, dtype=bool)
    found[RUN:] = (who[RUN:] == who[:-RUN]) & (day[RUN:] == day[:-RUN])
    return found


def _after_run(together: Flags, came: Flags) -> Flags:
    found = together.copy()
    for back in range(1, RUN + 1):
        found[RUN:] &= came[RUN - back : -back]
    return found


def late(decided: Decided, approved: Flags) -> Flags:  # noqa: ARG001 - as the others are asked
    """Find the last quarter of an officer's decisions of each day that has enough of them."""
    days = apart(decided.officer, decided.day)
    counted = np.bincount(days) if decided.n else np.zeros(0, dtype=np.int64)
    order = np.argsort(days, kind="stable")
    begins = np.cumsum(counted) - counted
    place = np.empty(decided.n, dtype=np.int64)
    place[order] = np.arange(decided.n) - begins[days[order]]
    many = counted[days]
    found: Flags = (many >= LONG_DAY) & (place >= np.ceil(many * (1 - LATE)))
    return found


def afternoon(decided: Decided, approved: Flags) -> Flags:  # noqa: ARG001 - as above
    """Find what was decided after noon by the local clock."""
    return decided.minute >= NOON


EXPOSURES: Mapping[str, Exposure] = {
    "after_run": after_run,
    "late": late,
    "afternoon": afternoon,
}


def effect(decided: Decided, exposure: Exposure, *, strata: Ints) -> Estimate | None:
    """Estimate how the odds of approval change with the moment, within strata.

    None where nothing can be compared. Deterministic: the shuffles have a seed of their own.
    """
    plain = _estimate(decided, exposure, decided.approved, strata)
    if plain is None or exposure is not after_run:
        return plain
    shuffled = (tables.odds_ratio(each) for each in _shuffled(decided, strata))
    found = [each.value for each in shuffled if each is not None]
    if len(found) < SHUFFLES // 2 or np.std(found) == 0:
        return None
    return Estimate(
        value=plain.value - float(np.mean(found)), variance=float(np.var(found, ddof=1))
    )


def p_value(found: Estimate | None) -> float | None:
    """Say how surprising an effect would be if there were none, by the normal distribution."""
    if found is None:
        return None
    return math.erfc(abs(found.value) / math.sqrt(2 * found.variance))


def _estimate(
    decided: Decided, exposure: Exposure, approved: Flags, strata: Ints
) -> Estimate | None:
    exposed = exposure(decided, approved)
    return tables.odds_ratio(tables.tables(exposed, approved, strata))


def _shuffled(decided: Decided, strata: Ints) -> Iterator[Tables]:
    """Count decisions after a run of approvals in tables, in one order after the other.

    All that no order changes is found once, officer by officer; each order is then one sort.
    """
    codes = apart(decided.officer, decided.day // 30, decided.strata)
    order = np.argsort(decided.officer, kind="stable")
    home = np.empty_like(order)
    home[order] = np.arange(decided.n)
    home = home[np.argsort(codes, kind="stable")]
    together = _together(decided.officer[order], decided.day[order])
    strata = strata[order]
    size = int(strata.max()) + 1
    n, came = np.bincount(strata, minlength=size), np.empty(decided.n, dtype=bool)
    for approved in _orders(codes, decided.approved):
        came[home] = approved
        exposed = _after_run(together, came)
        yield tables.informative(
            both=np.bincount(strata[exposed & came], minlength=size),
            exposed=np.bincount(strata[exposed], minlength=size),
            true=np.bincount(strata[came], minlength=size),
            n=n,
        )


def _orders(codes: Ints, approved: Flags) -> Iterator[Flags]:
    """Give who was approved in the order of codes, and within each in an order drawn at random.

    A number holds the code, what was drawn, and in its last bit who was approved: so the numbers
    themselves are sorted, which takes a tenth of the time of finding their order.
    """
    bits = min(53, 62 - int(codes.max()).bit_length())  # 53: all that is drawn
    firm, random = codes << bits, np.random.default_rng(7)
    for _ in range(SHUFFLES):
        drawn = (random.random(codes.size) * 2.0**bits).astype(np.int64)
        yield (np.sort((firm + drawn) * 2 + approved) & 1).astype(bool)
