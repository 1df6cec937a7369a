"""The officer mirror: whether the humans are fair, accurate, and like themselves.

Every figure of an officer is taken within recommendation and score band, so that who is given the
riskier applications is not blamed for them, and is drawn towards the team by as much as it is
uncertain. Who differs from peers is found by `scoring.officers.alarms`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from scoring.officers import alarms, outcomes, practice, sequence
from scoring.officers import groups as mirror_groups
from scoring.officers.alarms import FEWEST_OFFICERS, Look
from scoring.officers.groups import Pair
from scoring.officers.outcomes import HighSide, LowSide, Reliance
from scoring.officers.parts import Measure, Part, Ratio, part, ratio_of, ratio_of_pooled
from scoring.officers.pooling import OUTCOMES, Effects, pooled_effects
from scoring.officers.practice import Answer, Consistency
from scoring.officers.rows import REFER, Decided, Flags, apart
from scoring.officers.sequence import EXPOSURES


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSaid:
    """What is said of a group beside the reference group of its attribute."""

    attribute: str
    label: str
    reference_label: str
    measure: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """What an officer sees of themselves, or everybody of the team."""

    n: int
    officers: int
    approved: Part
    overrides: Measure  # beside peers; of the team, alone
    low_side: LowSide
    high_side: HighSide
    moments: Mapping[str, Measure]  # approved at that moment, beside approved at others
    reliance: Reliance
    followed: Part  # of recommendations to approve or to decline
    unaided: Part  # in practice, without seeing the recommendation
    consistency: Consistency
    groups: tuple[GroupSaid, ...]

    def to_dict(self) -> dict[str, Any]:
        """Turn it into plain values that JSON can hold."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrors:
    """Of a product and a period: the team's, each officer's, and who differs."""

    team: Mirror
    officers: Mapping[int, Mirror]
    look: Look


def assess(
    decided: Decided,
    *,
    pairs: Sequence[Pair],
    answers: Mapping[int, Sequence[Answer]],
    minimum: int,
) -> Mirrors:
    """Hold the mirror up to everybody who decided.

    Parameters
    ----------
    decided : Decided
        In the order of time.
    pairs : sequence of Pair
        By `mirror_groups.pairs`.
    answers : mapping of officer to sequence
        What officers said in practice.
    minimum : int
        People of a group below which nobody is compared.
    """
    look = alarms.find(questions(decided, pairs, minimum=minimum))
    effects = pooled_effects(decided, pairs)
    moments = {name: exposed(decided, decided.approved) for name, exposed in EXPOSURES.items()}
    return Mirrors(
        team=_team(decided, pairs, answers, moments),
        officers={
            who: _officer(
                _plain(decided, decided.officer == who, answers.get(who, ()), moments),
                decided,
                who,
                pairs,
                look=look,
                effects=effects,
            )
            for who in decided.people
        },
        look=look,
    )


def questions(
    decided: Decided, pairs: Sequence[Pair], *, minimum: int
) -> dict[str, alarms.Question]:
    """List what is asked in one look: each group, and how overrides turned out."""
    by_group = {
        pair.name: mirror_groups.unlike_peers(decided, pair, minimum=minimum) for pair in pairs
    }
    return {**by_group, OUTCOMES: outcomes.unlike_peers(decided)}


def _officer(
    plain: Mirror,
    decided: Decided,
    who: int,
    pairs: Sequence[Pair],
    *,
    look: Look,
    effects: Effects,
) -> Mirror:
    own = decided.officer == who
    has_few_peers = len(decided.people) < FEWEST_OFFICERS  # they were one colleague

    def ratio(name: str) -> Ratio | None:
        if has_few_peers and name in {"overrides", OUTCOMES}:
            return None
        return ratio_of_pooled(effects[name].get(who))

    def beside_peers(measure: Measure, name: str) -> Measure:
        return replace(measure, ratio=ratio(name) if measure.own.share is not None else None)

    if has_few_peers:
        plain = replace(plain, overrides=Measure(own=plain.overrides.own, beside=Part(n=0)))
    measure = plain.low_side.measure
    return replace(
        plain,
        overrides=beside_peers(plain.overrides, "overrides"),
        low_side=replace(
            plain.low_side,
            measure=replace(measure, verdict=look.verdict(OUTCOMES, who)),
            peers=ratio(OUTCOMES) if measure.own.share is not None else None,
        ),
        moments={name: beside_peers(each, name) for name, each in plain.moments.items()},
        groups=tuple(
            _said(
                pair,
                replace(
                    mirror_groups.told(decided, pair, own, ratio(pair.name)),
                    verdict=look.verdict(pair.name, who),
                ),
            )
            for pair in pairs
        ),
    )


def _team(
    decided: Decided,
    pairs: Sequence[Pair],
    answers: Mapping[int, Sequence[Answer]],
    exposed: Mapping[str, Flags],
) -> Mirror:
    everybody = np.ones(decided.n, dtype=bool)
    practised = sum(bool(each) for each in answers.values()) >= FEWEST_OFFICERS
    said = [one for each in answers.values() for one in each] if practised else []
    repeated = sum(any(one.before is not None for one in each) for each in answers.values())
    if repeated < FEWEST_OFFICERS:  # it would be how one colleague answered again
        said = [one for one in said if one.before is None]
    plain = _plain(decided, everybody, said, exposed)
    strata = apart(decided.officer, decided.strata)
    moments = {}
    for name, exposure in EXPOSURES.items():
        found = sequence.effect(decided, exposure, strata=strata)
        moments[name] = replace(
            plain.moments[name], ratio=ratio_of(found), p_value=sequence.p_value(found)
        )
    if len(decided.people) < FEWEST_OFFICERS:  # they would be one colleague's
        nothing = Measure(own=Part(n=0), beside=Part(n=0))
        moments = dict.fromkeys(moments, nothing)
    return replace(
        plain, moments=moments, groups=tuple(_of_team(decided, pair, everybody) for pair in pairs)
    )


def _of_team(decided: Decided, pair: Pair, everybody: Flags) -> GroupSaid:
    found, p_value = mirror_groups.whole(decided, pair)
    measure = mirror_groups.told(decided, pair, everybody, ratio_of(found))
    is_told = measure.own.share is not None
    return _said(
        pair,
        replace(measure, p_value=None if p_value is None or not is_told else round(p_value, 3)),
    )


def _said(pair: Pair, measure: Measure) -> GroupSaid:
    return GroupSaid(
        attribute=pair.attribute_label,
        label=pair.label,
        reference_label=pair.reference_label,
        measure=measure,
    )


def _plain(
    decided: Decided, own: Flags, answers: Sequence[Answer], exposed: Mapping[str, Flags]
) -> Mirror:
    """Count what needs no pooling; `exposed` says of each moment which decisions were made then."""
    judged = decided.recommended != REFER
    return Mirror(
        n=int(own.sum()),
        officers=int(np.unique(decided.officer[own]).size),
        approved=_part(decided.approved, own),
        overrides=Measure(
            own=_part(decided.overridden, own & judged),
            beside=_part(decided.overridden, ~own & judged),
        ),
        low_side=outcomes.low_side(decided, own),
        high_side=outcomes.high_side(decided, own),
        moments={name: _beside(decided, own, then) for name, then in exposed.items()},
        reliance=outcomes.reliance(decided, own),
        followed=_part(~decided.overridden, own & judged),
        unaided=practice.unaided(answers),
        consistency=practice.consistency(answers),
        groups=(),
    )


def _beside(decided: Decided, own: Flags, exposed: Flags) -> Measure:
    return Measure(
        own=_part(decided.approved, own & exposed), beside=_part(decided.approved, own & ~exposed)
    )


def _part(came: Flags, among: Flags) -> Part:
    return part(int((came & among).sum()), int(among.sum()))
