"""Whether an officer approves one protected group less often than another, within score bands.

What leaves is coarse: no figure where any of the four cells has fewer than ten people, numbers of
people in tens, shares in steps of five points. So neither a small cell nor the difference of two
months gives away who belongs to which group.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.contract import Protected
from scoring.groups.cells import SMALLEST
from scoring.officers import alarms, tables
from scoring.officers.alarms import Question
from scoring.officers.parts import Measure, Part, Ratio, part
from scoring.officers.rows import Decided, Flags, apart
from scoring.officers.tables import Estimate, Tables

TENS, STEP = 10, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A group and the reference group of its attribute, in words and by the row."""

    attribute: str
    value: str
    attribute_label: str
    label: str
    reference_label: str
    inside: Flags  # by decision: in the group
    outside: Flags  # in the reference group

    @property
    def name(self) -> str:
        """The name of the question, as in age_group=under_25."""
        return f"{self.attribute}={self.value}"

    @property
    def either(self) -> Flags:
        """Who is compared."""
        return self.inside | self.outside


def pairs(
    attributes: Sequence[Protected], groups: Mapping[str, Sequence[str | None]]
) -> list[Pair]:
    """Set each group beside the reference group of its attribute.

    Parameters
    ----------
    attributes : sequence of Protected
        Those that may be assessed.
    groups : mapping of attribute to sequence
        The group of each decision, None where it is not known.
    """
    found = []
    for attribute in attributes:
        known = np.array([each or "" for each in groups.get(attribute.name, [])], dtype=np.str_)
        labels = {group.value: group.label for group in attribute.groups}
        found += [
            Pair(
                attribute=attribute.name,
                value=value,
                attribute_label=attribute.label,
                label=label,
                reference_label=labels[attribute.reference or ""],
                inside=known == value,
                outside=known == attribute.reference,
            )
            for value, label in labels.items()
            if known.size and value != attribute.reference
        ]
    return found


def of_each(decided: Decided, pair: Pair) -> dict[int, Tables]:
    """Count for each officer the group against approval, within recommendation and band."""
    among = pair.either
    return tables.tables_of_each(
        decided.officer[among], pair.inside[among], decided.approved[among], decided.strata[among]
    )


def unlike_peers(decided: Decided, pair: Pair, *, minimum: int) -> Question:
    """Ask who treats the group otherwise than their peers do.

    Only of officers who decided on at least `minimum` people of either group.
    """
    enough = {
        who for who in decided.people if min(_people(pair, decided.officer == who)) >= minimum
    }
    return alarms.unlike_peers(of_each(decided, pair), asked=frozenset(enough))


def _people(pair: Pair, own: Flags) -> tuple[int, int]:
    return int((own & pair.inside).sum()), int((own & pair.outside).sum())


def whole(decided: Decided, pair: Pair) -> tuple[Estimate | None, float | None]:
    """Compare the groups over all officers, each in strata of their own: the team's CMH test."""
    among = pair.either
    if not among.any():
        return None, None
    strata = apart(decided.officer[among], decided.strata[among])
    found = tables.tables(pair.inside[among], decided.approved[among], strata)
    p_value = tables.cmh(found) if found.n.size else None
    return tables.odds_ratio(found), p_value


def told(decided: Decided, pair: Pair, own: Flags, ratio: Ratio | None) -> Measure:
    """Say of approvals what may be said: coarsely, and nothing where a cell is small."""
    group, reference = own & pair.inside, own & pair.outside
    cells = [
        int((who & came).sum())
        for who in (group, reference)
        for came in (decided.approved, ~decided.approved)
    ]
    if min(cells) < SMALLEST:
        return Measure(own=Part(n=0), beside=Part(n=0))
    return Measure(
        own=_coarse(cells[0], cells[0] + cells[1]),
        beside=_coarse(cells[2], cells[2] + cells[3]),
        ratio=None if ratio is None else _rounded(ratio),
    )


def _coarse(count: int, n: int) -> Part:
    exact = part(count, n)
    if exact.share is None or exact.low is None or exact.high is None:
        return Part(n=0)
    return Part(
        n=n // TENS * TENS,
        share=round(round(exact.share / STEP) * STEP, 2),
        low=round(math.floor(exact.low / STEP) * STEP, 2),
        high=round(math.ceil(exact.high / STEP) * STEP, 2),
    )


def _rounded(ratio: Ratio) -> Ratio:
    return Ratio(value=round(ratio.value, 1), low=round(ratio.low, 1), high=round(ratio.high, 1))
