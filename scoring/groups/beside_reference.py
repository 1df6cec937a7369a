"""The groups of one protected attribute, each beside the reference group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.contract import Protected, ProtectedGroup
from scoring.groups import words
from scoring.groups.compare import compare, compare_within, rate_of
from scoring.groups.judge import Asked, Judged, Side, judge, of_reference
from scoring.groups.mean_difference import Smd, smd
from scoring.groups.report import (
    AttributeReport,
    Comparison,
    GroupReport,
    Rate,
    StratumReport,
    Verdict,
    worst,
)
from scoring.groups.shares import Rows, Shares, count_by_group
from scoring.groups.told import Told, told_of, told_strata
from scoring.proportions import Interval, Share, Z
from scoring.strata import Stratum


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attribute:
    """All that the groups of an attribute are told from."""

    attribute: Protected
    rows: Rows
    shares: Mapping[str, Shares]
    told: Told
    asked: Asked

    @property
    def reference(self) -> ProtectedGroup:
        """The group that the others are compared with."""
        return next(
            each for each in self.attribute.groups if each.value == self.attribute.reference
        )

    def side(self, group: ProtectedGroup) -> Side:
        """Speak of a group."""
        return Side(
            label=group.label,
            n=self.shares[group.value].n,
            is_told=group.value in self.told.groups,
            is_untold=self.attribute.name in self.asked.untold.attributes,
        )

    def is_enough(self, group: ProtectedGroup) -> bool:
        """Say whether figures of a group may be stated."""
        side = self.side(group)
        return side.is_told and side.n >= self.asked.smallest


def of_attribute(attribute: Protected, *, rows: Rows, asked: Asked) -> AttributeReport:
    """Report on one attribute, or say why nothing can be said about it."""
    if not attribute.assessable:
        return _blind(attribute)
    one = _Attribute(
        attribute=attribute,
        rows=rows,
        shares=count_by_group(attribute, rows),
        told=asked.untold.left_of(
            attribute.name, told_of(attribute, rows, smallest=asked.kept_back)
        ),
        asked=asked,
    )
    groups = tuple(_group(one, group) for group in attribute.groups)
    verdict = worst([group.verdict for group in groups])
    n_missing = rows.n_missing if one.told.missing else None
    named = [group.label for group in groups if group.verdict is verdict]
    return AttributeReport(
        name=attribute.name,
        label=attribute.label,
        assessable=True,
        why_not=attribute.why_not,
        reference=attribute.reference,
        n=int(rows.known.sum()) if one.told.missing else None,
        n_missing=n_missing,
        groups=groups,
        strata=tuple(_strata(one)),
        verdict=verdict,
        words=words.of_attribute(attribute, verdict=verdict, named=named, n_missing=n_missing),
    )


def _blind(attribute: Protected) -> AttributeReport:
    verdict = Verdict.INSUFFICIENT
    return AttributeReport(
        name=attribute.name,
        label=attribute.label,
        assessable=False,
        why_not=attribute.why_not,
        reference=attribute.reference,
        n=0,
        n_missing=0,
        groups=(),
        strata=(),
        verdict=verdict,
        words=words.of_attribute(attribute, verdict=verdict, named=(), n_missing=0),
    )


def _group(one: _Attribute, group: ProtectedGroup) -> GroupReport:
    own, bounds = one.shares[group.value], one.asked.bounds
    is_good_told, is_bad_told = (group.value in each for each in (one.told.goods, one.told.bads))
    has_both = is_good_told and is_bad_told
    is_apart = not one.asked.is_selective
    gap = _smd(one, group)
    found = _judge(one, group, smd=gap)
    bad = rate_of(own.bad, bounds, is_told=has_both)
    return GroupReport(
        value=group.value,
        label=group.label,
        is_reference=group is one.reference,
        n=own.n if group.value in one.told.groups else None,
        approval=rate_of(own.approval, bounds, is_told=group.value in one.told.groups),
        true_positive=rate_of(own.true_positive, bounds, is_told=is_good_told and is_apart),
        false_positive=rate_of(own.false_positive, bounds, is_told=is_bad_told and is_apart),
        precision=rate_of(own.precision, bounds, is_told=has_both),
        bad=bad,
        mean_pd=None if bad.value is None else _mean_pd(one.rows, group.value),
        smd=gap,
        offered=_offered(one, group),
        comparison=found.comparison,
        verdict=found.verdict,
        screens=found.screens,
        words=found.words,
    )


def _judge(one: _Attribute, group: ProtectedGroup, *, smd: Smd | None) -> Judged:
    own, reference = one.side(group), one.side(one.reference)
    if group is one.reference:
        return of_reference(own, one.asked)
    return judge(own, reference, lambda: _compared(one, group), one.asked, smd=smd)


def _compared(one: _Attribute, group: ProtectedGroup) -> Comparison | None:
    is_favourable = one.asked.is_favourable
    if one.rows.people.strata is None:
        own, other = one.shares[group.value].approval, one.shares[one.reference.value].approval
        if own is None or other is None:
            return None
        return compare(own, other, is_favourable=is_favourable)
    found = [_stratum(one, group, name) for name in _names(one)]
    return compare_within([each for each in found if each], is_favourable=is_favourable)


def _names(one: _Attribute) -> list[str]:
    strata = one.rows.people.strata
    return [] if strata is None else sorted(set(strata.tolist()))


def _stratum(one: _Attribute, group: ProtectedGroup, name: str) -> Stratum | None:
    own, other = (_share_in(one, each.value, name) for each in (group, one.reference))
    return Stratum(share=own, reference=other) if own and other else None


def _share_in(one: _Attribute, value: str, name: str) -> Share | None:
    within = one.rows.of(value) & (one.rows.people.strata == name)
    n = int(within.sum())
    return Share(count=int(one.rows.people.selected[within].sum()), n=n) if n else None


def _strata(one: _Attribute) -> Iterator[StratumReport]:
    """Lay the strata out one by one, each as far as it may be told."""
    names = _names(one)
    untold = one.asked.untold
    if not names or one.attribute.name in untold.attributes | untold.strata:
        return
    told = told_strata(one.attribute, one.rows, one.told, names, one.asked.kept_back)
    at = [group.value for group in one.attribute.groups].index(one.reference.value)
    for row, group in enumerate(one.attribute.groups):
        for column, name in enumerate(names):
            if group is not one.reference:
                yield _one_stratum(one, group, name, (told[row, column], told[at, column]))


def _one_stratum(
    one: _Attribute, group: ProtectedGroup, name: str, is_told: Sequence[bool]
) -> StratumReport:
    shares = [_share_in(one, each.value, name) for each in (group, one.reference)]
    counts = [
        (0 if share is None else share.n) if told else None
        for share, told in zip(shares, is_told, strict=True)
    ]
    rates = [
        share.value if share and n is not None and n >= one.asked.smallest else None
        for share, n in zip(shares, counts, strict=True)
    ]
    return StratumReport(
        stratum=name,
        value=group.value,
        label=group.label,
        n=counts[0],
        rate=rates[0],
        reference_n=counts[1],
        reference_rate=rates[1],
        air=_ratio(*(rates if one.asked.is_favourable else reversed(rates))),
    )


def _ratio(own: float | None, other: float | None) -> float | None:
    return own / other if own is not None and other else None


def _mean_pd(rows: Rows, value: str) -> float | None:
    has_outcome = rows.of(value) & ~np.isnan(rows.people.bad) & ~np.isnan(rows.people.pd)
    return float(rows.people.pd[has_outcome].mean()) if has_outcome.any() else None


def _smd(one: _Attribute, group: ProtectedGroup) -> Smd | None:
    if group is one.reference or not (one.is_enough(group) and one.is_enough(one.reference)):
        return None
    score = one.rows.people.score
    found = smd(score[one.rows.of(group.value)], score[one.rows.of(one.reference.value)])
    if found is None or min(found.n, found.reference_n) < one.asked.smallest:
        return None
    return found


def _offered(one: _Attribute, group: ProtectedGroup) -> Rate:
    """State the mean share of the amount asked for, by the normal distribution."""
    shares = one.rows.people.offered[one.rows.of(group.value)]
    offered = shares[~np.isnan(shares)]
    if not one.is_enough(group) or len(offered) < one.asked.smallest:
        return Rate(n=None)
    middle = float(offered.mean())
    error = Z * float(offered.std(ddof=1)) / float(np.sqrt(len(offered)))
    return Rate(
        n=len(offered), value=middle, interval=Interval(low=middle - error, high=middle + error)
    )
