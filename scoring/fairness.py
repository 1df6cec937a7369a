"""How a model, a policy or its officers treat the groups of a protected attribute.

*Chosen* is who was approved, or whatever else a stage of deciding does. The **true positive rate**
(TPR) is the share of applicants who repaid that is chosen; the **false positive rate** (FPR) is
the share of applicants who defaulted that is chosen.

Groups come from the vault, so this runs in the learning worker and in commands only, never
where decisions are made.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from scoring.contract import Contract, FairnessBounds, Protected, ProtectedGroup
from scoring.groups import words
from scoring.groups.beside_reference import of_attribute
from scoring.groups.judge import Asked
from scoring.groups.pairs import pairs_of
from scoring.groups.report import (
    SIGNIFICANT,
    AttributeReport,
    FairnessReport,
    GroupReport,
    Verdict,
    worst,
)
from scoring.groups.screens import Placed
from scoring.groups.shares import People, Rows, people_of, rows_of
from scoring.groups.told import Untold

__all__ = [
    "SIGNIFICANT",
    "AttributeReport",
    "FairnessReport",
    "GroupReport",
    "People",
    "Verdict",
    "assess",
    "assess_people",
    "people_of",
    "report",
]

Groups = Mapping[str, Sequence[str | None]]
EVERYTHING = Untold()  # may be told


def assess(
    *,
    contract: Contract,
    selected: Sequence[bool],
    bad: Sequence[bool | None] | None,
    groups: Groups,
    is_for_nobody: bool = False,
) -> FairnessReport:
    """Report on every protected attribute that a contract names: who is approved, who repaid.

    Parameters
    ----------
    contract
        Names the attributes, their groups and the bounds.
    selected, bad
        By row, as in `report`.
    groups
        For each assessable attribute, the group of each row. An attribute that is absent is
        reported as known of nobody.
    is_for_nobody
        The figures are computed with and not told as they are: those that would give a smaller
        group's away are stated too. Of groups below the minimum there are none even so.

    Raises
    ------
    ValueError
        The sequences differ in length.
    """
    return assess_people(
        people_of(selected, bad),
        groups,
        attributes=contract.protected,
        bounds=contract.fairness,
        is_for_nobody=is_for_nobody,
    )


def assess_people(
    people: People,
    groups: Groups,
    *,
    attributes: tuple[Protected, ...],
    bounds: FairnessBounds,
    law: Sequence[Placed] = (),
    deed: str = words.APPROVED,
    is_favourable: bool = True,
    is_for_nobody: bool = False,
    untold: Untold = EVERYTHING,
) -> FairnessReport:
    """Report on people laid out in columns: also their scores, PDs and strata.

    Parameters
    ----------
    people
        As `people_of` lays them out. Where they have strata, groups are compared within them.
    groups
        As in `assess`.
    law
        Screens of the places that are lent in. Those that block decide too: the strictest counts.
    deed, is_favourable
        What is done to those chosen, in words, and whether they would wish it.
    is_for_nobody
        As in `assess`.
    untold
        What is not told, for beside other reports it would tell too much. Verdicts stand.
    """
    nobody: list[str | None] = [None] * len(people)
    has_outcome = ~np.isnan(people.bad)
    asked = Asked(
        bounds=bounds,
        law=tuple(law),
        deed=deed,
        is_favourable=is_favourable,
        is_for_nobody=is_for_nobody,
        untold=untold,
        is_selective=bool(has_outcome.any() and people.selected[has_outcome].all()),
    )
    rows: dict[str, Rows] = {
        each.name: rows_of(each, people, groups.get(each.name, nobody)) for each in attributes
    }
    found = tuple(of_attribute(each, rows=rows[each.name], asked=asked) for each in attributes)
    verdict = worst([each.verdict for each in found if each.assessable])
    return FairnessReport(
        n=len(people),
        minimum_air=bounds.minimum_air,
        minimum_group=bounds.minimum_group,
        is_selective=asked.is_selective,
        attributes=found,
        pairs=pairs_of(rows, attributes, asked),
        verdict=verdict,
        words=words.overall(verdict, found),
    )


def report(
    *,
    selected: Sequence[bool],
    bad: Sequence[bool | None] | None,
    groups: Sequence[str | None],
    reference: str,
    minimum_group: int,
    minimum_air: float,
    attribute: str = "group",
    label: str = "Group",
    labels: Mapping[str, str] | None = None,
) -> AttributeReport:
    """Compare the groups of one attribute with a reference group.

    A group is **outside bounds** where its approval rate is below `minimum_air` times the
    reference's and the gap is significant (p < 0.05); **within bounds** where the whole 95 %
    interval of that ratio is at or above `minimum_air`; and otherwise there is **insufficient
    evidence**, as there always is where the group or the reference group has fewer than
    `minimum_group` people.

    Parameters
    ----------
    selected
        By row, whether the applicant is approved.
    bad
        By row, whether the applicant defaulted, None where that is not known. None instead of
        a sequence where no outcome is known.
    groups
        By row, the name of the group, None where it is not known.
    reference
        The group the others are compared with.
    minimum_group
        Fewest people a figure may be stated of.
    minimum_air
        Lowest acceptable adverse impact ratio, 0.8 for the four-fifths screen.
    attribute, label, labels
        The attribute's name, its name for people, and the groups' names for people.

    Raises
    ------
    ValueError
        The sequences differ in length.

    Examples
    --------
    >>> found = report(
    ...     selected=[True] * 80 + [False] * 20 + [True] * 40 + [False] * 60,
    ...     bad=None,
    ...     groups=["older"] * 100 + ["younger"] * 100,
    ...     reference="older",
    ...     minimum_group=30,
    ...     minimum_air=0.8,
    ... )
    >>> younger = found.groups[1]
    >>> younger.comparison.air, str(younger.verdict)
    (0.5, 'outside bounds')
    """
    values = sorted({reference, *(value for value in groups if value is not None)})
    protected = Protected(
        name=attribute,
        label=label,
        source=None,
        assessable=True,
        groups=tuple(
            ProtectedGroup(value=value, label=(labels or {}).get(value, value)) for value in values
        ),
        reference=reference,
    )
    bounds = FairnessBounds(
        minimum_air=minimum_air, minimum_group=minimum_group, blocks_promotion=False
    )
    found = assess_people(
        people_of(selected, bad), {attribute: groups}, attributes=(protected,), bounds=bounds
    )
    return found.attributes[0]
