"""Two protected attributes at once: a gap may open where neither attribute alone shows one."""

from collections.abc import Mapping
from itertools import combinations, product

from fairlearn.metrics import selection_rate

from scoring.contract import Protected, ProtectedGroup
from scoring.groups.compare import compare, rate_of
from scoring.groups.judge import Asked, Side, judge, of_reference
from scoring.groups.report import CellReport, Comparison, PairReport, worst
from scoring.groups.shares import Rows, by_group
from scoring.groups.told import told_of, told_pairs
from scoring.proportions import Share

Groups = tuple[ProtectedGroup, ProtectedGroup]
Values = tuple[str, str]
BETWEEN = "\x1f"  # in no name of a group


def pairs_of(
    rows: dict[str, Rows], attributes: tuple[Protected, ...], asked: Asked
) -> tuple[PairReport, ...]:
    """Report on each two attributes that somebody's group is known of.

    Every cell is held against the one of both reference groups.
    """
    known = [each for each in attributes if each.assessable and rows[each.name].known.any()]
    return tuple(
        _pair((one, other), (rows[one.name], rows[other.name]), asked)
        for one, other in combinations(known, 2)
    )


def _pair(of: tuple[Protected, Protected], rows: tuple[Rows, Rows], asked: Asked) -> PairReport:
    told_each = [
        told_of(each, its, smallest=asked.kept_back) for each, its in zip(of, rows, strict=True)
    ]
    told = told_pairs(*of, rows, (told_each[0], told_each[1]), asked.kept_back)
    is_untold = asked.untold.has_pair((of[0].name, of[1].name))
    shares = _shares(rows)
    reference = _reference(of)
    is_told = {
        (one.value, other.value): bool(told[row, column]) and not is_untold
        for row, one in enumerate(of[0].groups)
        for column, other in enumerate(of[1].groups)
    }
    cells = tuple(
        _cell(groups, reference, shares, is_told, asked, is_untold=is_untold)
        for groups in product(of[0].groups, of[1].groups)
    )
    verdict = worst([each.verdict for each in cells])
    named = [", ".join(each.labels) for each in cells if each.verdict is verdict]
    return PairReport(
        names=(of[0].name, of[1].name),
        labels=(of[0].label, of[1].label),
        cells=cells,
        verdict=verdict,
        words=f"{str(verdict).capitalize()}: {'; '.join(named) or 'there is no group to compare'}.",
    )


def _shares(rows: tuple[Rows, Rows]) -> dict[Values, Share]:
    one, other = rows
    joined = Rows(
        people=one.people,
        names=tuple(BETWEEN.join(names) for names in product(one.names, other.names)),
        group=one.group * len(other.names) + other.group,
    )
    both = one.known & other.known
    found = by_group(selection_rate, joined, among=both, chosen=one.people.selected)
    shares = {}
    for name, share in found.items():
        first, _, second = name.partition(BETWEEN)
        shares[first, second] = share
    return shares


def _reference(of: tuple[Protected, Protected]) -> Groups:
    one, other = (
        next(group for group in each.groups if group.value == each.reference) for each in of
    )
    return one, other


def _cell(
    groups: Groups,
    reference: Groups,
    shares: Mapping[Values, Share],
    is_told: Mapping[Values, bool],
    asked: Asked,
    *,
    is_untold: bool,
) -> CellReport:
    key = _values(groups)
    own, beside = (
        _side(each, shares, is_told, is_untold=is_untold) for each in (groups, reference)
    )
    found = (
        of_reference(own, asked)
        if groups == reference
        else judge(own, beside, lambda: _compared(groups, reference, shares, asked), asked)
    )
    return CellReport(
        values=key,
        labels=(groups[0].label, groups[1].label),
        is_reference=groups == reference,
        n=own.n if own.is_told else None,
        approval=rate_of(shares.get(key), asked.bounds, is_told=own.is_told),
        comparison=found.comparison,
        verdict=found.verdict,
        words=found.words,
    )


def _side(
    groups: Groups,
    shares: Mapping[Values, Share],
    is_told: Mapping[Values, bool],
    *,
    is_untold: bool,
) -> Side:
    key = _values(groups)
    return Side(
        label=f"{groups[0].label}, {groups[1].label}",
        n=shares[key].n if key in shares else 0,
        is_told=is_told[key],
        is_untold=is_untold,
    )


def _compared(
    groups: Groups, reference: Groups, shares: Mapping[Values, Share], asked: Asked
) -> Comparison:
    own, other = (shares[_values(each)] for each in (groups, reference))
    return compare(own, other, is_favourable=asked.is_favourable)


def _values(groups: Groups) -> Values:
    return groups[0].value, groups[1].value
