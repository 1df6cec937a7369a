"""Each officer's effects, pooled over all officers of the product."""

from collections.abc import Callable, Mapping, Sequence

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
    own = {who: decided.only(decided.officer == who) for who in decided.people}
    found: dict[str, Mapping[int, Estimate]] = {
        OVERRIDES: _overrides(decided),
        OUTCOMES: outcomes.estimates(decided),
    }
    for name, exposure in EXPOSURES.items():
        found[name] = _moments(own, exposure)
    for pair in pairs:
        found[pair.name] = _groups(decided, pair)
    return {
        name: dict(zip(each, shrink(list(each.values())), strict=True))
        for name, each in found.items()
    }


def _each(people: Sequence[int], estimate: Callable[[int], Estimate | None]) -> dict[int, Estimate]:
    found = {who: estimate(who) for who in people}
    return {who: each for who, each in found.items() if each is not None}


def _overrides(decided: Decided) -> dict[int, Estimate]:
    judged = decided.only(decided.recommended != REFER)

    def estimate(who: int) -> Estimate | None:
        return mirror_tables.odds_ratio(
            mirror_tables.tables(judged.officer == who, judged.overridden, judged.strata)
        )

    return _each(decided.people, estimate)


def _moments(own: Mapping[int, Decided], exposure: Exposure) -> dict[int, Estimate]:
    return _each(list(own), lambda who: sequence.effect(own[who], exposure, strata=own[who].strata))


def _groups(decided: Decided, pair: Pair) -> dict[int, Estimate]:
    tables = groups.of_each(decided, pair)
    return _each(list(tables), lambda who: mirror_tables.odds_ratio(tables[who]))
