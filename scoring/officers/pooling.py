"""Each officer's effects, pooled over all officers of the product."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from scoring.officers import groups, outcomes, sequence
from scoring.officers import tables as mirror_tables
from scoring.officers.groups import Pair
from scoring.officers.rows import REFER, Decided
from scoring.officers.sequence import EXPOSURES, Exposure
from scoring.officers.shrink import Shrunk, shrink
from scoring.officers.tables import Estimate

OVERRIDES, OUTCOMES = "overrides", "outcomes"

Effects = Mapping[str, Mapping[int, Shrunk]]  # by name and officer


def pooled_effects(decided: Decided, pairs: Sequence[Pair]) -> Effects:
    """Estimate every effect of every officer where there is anything to estimate it from.

    Returns
    -------
    mapping of name to mapping of officer to Shrunk
        `overrides`: the odds that one goes against a recommendation, beside peers. `outcomes`: the
        odds that one's low-side overrides turn out bad, beside those of peers. Each moment and
        each pair of groups: the odds of one's own approval, beside one's own otherwise.
    """
    people = [int(who) for who in np.unique(decided.officer)]
    found: dict[str, Mapping[int, Estimate]] = {
        OVERRIDES: _each(people, lambda who: _overrides(decided, who)),
        OUTCOMES: outcomes.estimates(decided),
    }
    for name, exposure in EXPOSURES.items():
        found[name] = _moments(decided, people, exposure)
    for pair in pairs:
        found[pair.name] = _groups(decided, pair)
    return {
        name: dict(zip(each, shrink(list(each.values())), strict=True))
        for name, each in found.items()
    }


def _each(people: Sequence[int], estimate: Callable[[int], Estimate | None]) -> dict[int, Estimate]:
    found = {who: estimate(who) for who in people}
    return {who: each for who, each in found.items() if each is not None}


def _overrides(decided: Decided, who: int) -> Estimate | None:
    judged = decided.only(decided.recommended != REFER)
    return mirror_tables.odds_ratio(
        mirror_tables.tables(judged.officer == who, judged.overridden, judged.strata)
    )


def _moments(decided: Decided, people: Sequence[int], exposure: Exposure) -> dict[int, Estimate]:
    def estimate(who: int) -> Estimate | None:
        own = decided.only(decided.officer == who)
        return sequence.effect(own, exposure, strata=own.strata)

    return _each(people, estimate)


def _groups(decided: Decided, pair: Pair) -> dict[int, Estimate]:
    tables = groups.of_each(decided, pair)
    return _each(list(tables), lambda who: mirror_tables.odds_ratio(tables[who]))
