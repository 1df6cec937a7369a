"""Two protected attributes at once: a gap may open where neither attribute alone shows one."""

from itertools import combinations, product

import numpy as np
from fairlearn.metrics import selection_rate

from scoring import fairness_words as words
from scoring.contract import Protected, ProtectedGroup
from scoring.fairness_compare import compare, rate_of, verdict_of, worst
from scoring.fairness_groups import Asked
from scoring.fairness_report import CellReport, Comparison, PairReport, Verdict
from scoring.fairness_told import told_of, told_pairs
from scoring.group_shares import Rows, by_group
from scoring.proportions import Share

Groups = tuple[ProtectedGroup, ProtectedGroup]
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
        told_of(each, its, smallest=asked.smallest) for each, its in zip(of, rows, strict=True)
    ]
    told = told_pairs(*of, rows, (told_each[0], told_each[1]), asked.smallest)
    shares = _shares(rows)
    reference = _reference(of)
    is_told = {
        (one.value, other.value): bool(told[row, column])
        for row, one in enumerate(of[0].groups)
        for column, other in enumerate(of[1].groups)
    }
    cells = tuple(
        _cell(groups, reference, shares, is_told, asked)
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


def _shares(rows: tuple[Rows, Rows]) -> dict[tuple[str, str], Share]:
    both = rows[0].known & rows[1].known
    joined = np.char.add(np.char.add(rows[0].groups, BETWEEN), rows[1].groups)
    found = by_group(selection_rate, joined, among=both, chosen=rows[0].people.selected)
    shares = {}
    for name, share in found.items():
        one, _, other = name.partition(BETWEEN)
        shares[one, other] = share
    return shares


def _reference(of: tuple[Protected, Protected]) -> Groups:
    one, other = (
        next(group for group in each.groups if group.value == each.reference) for each in of
    )
    return one, other


def _cell(
    groups: Groups,
    reference: Groups,
    shares: dict[tuple[str, str], Share],
    is_told: dict[tuple[str, str], bool],
    asked: Asked,
) -> CellReport:
    key = (groups[0].value, groups[1].value)
    own = shares.get(key)
    n = own.n if own else 0
    verdict, comparison, sentence = _judge(groups, reference, shares, is_told, asked)
    return CellReport(
        values=key,
        labels=(groups[0].label, groups[1].label),
        is_reference=groups == reference,
        n=n if is_told[key] else None,
        approval=rate_of(own, asked.bounds, is_told=is_told[key]),
        comparison=comparison,
        verdict=verdict,
        words=sentence,
    )


def _judge(
    groups: Groups,
    reference: Groups,
    shares: dict[tuple[str, str], Share],
    is_told: dict[tuple[str, str], bool],
    asked: Asked,
) -> tuple[Verdict | None, Comparison | None, str]:
    both = (groups,) if groups == reference else (groups, reference)
    for each in both:
        key = (each[0].value, each[1].value)
        share = shares.get(key)
        n = share.n if share else 0
        few = None if groups == reference else Verdict.INSUFFICIENT
        if not is_told[key] and not 0 < n < asked.smallest:
            return few, None, words.WITHHELD
        if n < asked.smallest:
            return few, None, words.too_small(n, who=_label(each), bounds=asked.bounds)
    if groups == reference:
        return None, None, "Reference group: the others are compared with it."
    own, other = (shares[each[0].value, each[1].value] for each in both)
    comparison = compare(own, other, is_favourable=asked.is_favourable)
    verdict = verdict_of(comparison, asked.bounds.minimum_air)
    sentence = words.compared(
        comparison,
        verdict=verdict,
        who=_label(groups),
        reference=_label(reference),
        bounds=asked.bounds,
        deed=asked.deed,
        is_favourable=asked.is_favourable,
    )
    return verdict, comparison, sentence


def _label(groups: Groups) -> str:
    return f"{groups[0].label}, {groups[1].label}"
