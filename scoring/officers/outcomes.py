"""How overrides turned out beside agreements, and what officers followed that was wrong.

Only what was approved has an outcome (selective labels). So what is said of declines, and of
counter-offers where approving was recommended, is said of others like them that were approved, and
what is said of following a wrong recommendation is said of loans that somebody made.
"""

from dataclasses import dataclass

import numpy as np

from scoring.officers import tables
from scoring.officers.alarms import FEWEST_OFFICERS, P_values, Question
from scoring.officers.parts import ENOUGH, Measure, Part, Ratio, part, ratio_of
from scoring.officers.rows import APPROVE, DECLINE, Decided, Flags, Floats
from scoring.officers.tables import Estimate, Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class HighSide:
    """What was not granted as asked against a recommendation to approve; it has no outcome."""

    n: int
    mean_pd: float | None
    alike: Part  # bads among agreements of the same bands and amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class LowSide:
    """What was approved against a recommendation to decline, beside matched agreements."""

    n: int  # matured or not
    measure: Measure  # bads among those matured, beside bads among the agreements
    mean_pd: float | None  # of those matured
    peers: Ratio | None = None  # bads beside those of peers' overrides; of an officer, pooled


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliance:
    """How often the recommendation was followed: when it was right, and when it was wrong."""

    when_wrong: Part
    when_right: Part
    minutes_wrong: float | None  # median time in hand, of those followed
    minutes_right: float | None


def low_side(decided: Decided, own: Flags) -> LowSide:
    """Compare one's own low-side overrides with everybody's approvals that were none."""
    mine = own & decided.low_side & ~np.isnan(decided.bad)
    matched = decided.agreed & np.isin(decided.alike, decided.alike[mine])
    chosen = mine | matched
    found = tables.tables(mine[chosen], decided.bad[chosen] == 1, decided.alike[chosen])
    n, enough = int(mine.sum()), int(mine.sum()) >= ENOUGH
    return LowSide(
        n=int((own & decided.low_side).sum()),
        measure=Measure(
            own=part(int((decided.bad[mine] == 1).sum()), n),
            beside=part(int((decided.bad[matched] == 1).sum()), int(matched.sum())),
            ratio=ratio_of(tables.odds_ratio(found)) if enough else None,
            p_value=tables.cmh(found) if enough and found.n.size else None,
        ),
        mean_pd=_mean(decided.pd[mine]),
    )


def high_side(decided: Decided, own: Flags) -> HighSide:
    """Say what became of agreements like one's own high-side overrides."""
    mine = own & decided.high_side
    matched = decided.agreed & np.isin(decided.alike, decided.alike[mine])
    return HighSide(
        n=int(mine.sum()),
        mean_pd=_mean(decided.pd[mine]),
        alike=part(int((decided.bad[matched] == 1).sum()), int(matched.sum())),
    )


def reliance(decided: Decided, own: Flags) -> Reliance:
    """Say how often recommendations were followed that were right, and that were wrong.

    Among loans that were made and have matured: a recommendation to approve was wrong of a bad
    one, a recommendation to decline of a good one.
    """
    judged = own & ~np.isnan(decided.bad) & np.isin(decided.recommended, (APPROVE, DECLINE))
    followed = judged & ~decided.overridden
    wrong = judged & ((decided.recommended == APPROVE) == (decided.bad == 1))
    right = judged & ~wrong
    return Reliance(
        when_wrong=part(int((followed & wrong).sum()), int(wrong.sum())),
        when_right=part(int((followed & right).sum()), int(right.sum())),
        minutes_wrong=_minutes(decided.seconds[followed & wrong]),
        minutes_right=_minutes(decided.seconds[followed & right]),
    )


def unlike_peers(decided: Decided) -> Question:
    """Ask whose low-side overrides turn out otherwise than those of peers, by band and amount."""
    chosen = decided.low_side & ~np.isnan(decided.bad)
    overrides, alike = decided.only(chosen), decided.alike[chosen]
    officers = np.unique(overrides.officer)
    asked = [int(who) for who in officers if (overrides.officer == who).sum() >= ENOUGH]

    def ask(without: frozenset[int]) -> P_values:
        stays = ~np.isin(overrides.officer, list(without))
        if np.unique(overrides.officer[stays]).size < FEWEST_OFFICERS:
            return {}
        return {
            who: tables.cmh(_beside(overrides, stays, who, alike))
            for who in asked
            if who not in without
        }

    return ask


def estimates(decided: Decided) -> dict[int, Estimate]:
    """Estimate for each officer how one's overrides turn out beside those of peers."""
    chosen = decided.low_side & ~np.isnan(decided.bad)
    overrides, alike = decided.only(chosen), decided.alike[chosen]
    everybody = np.ones(overrides.n, dtype=bool)
    found = {
        int(who): tables.odds_ratio(_beside(overrides, everybody, int(who), alike))
        for who in np.unique(overrides.officer)
    }
    return {who: each for who, each in found.items() if each is not None}


def _beside(overrides: Decided, stays: Flags, who: int, alike: np.ndarray) -> Tables:
    return tables.tables(
        (overrides.officer == who)[stays], (overrides.bad == 1)[stays], alike[stays]
    )


def _mean(pds: Floats) -> float | None:
    known = pds[~np.isnan(pds)]
    return float(known.mean()) if known.size else None


def _minutes(seconds: Floats) -> float | None:
    known = seconds[~np.isnan(seconds)]
    return float(np.median(known)) / 60 if known.size >= ENOUGH else None
