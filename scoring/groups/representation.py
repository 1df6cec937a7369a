"""How many rows of each protected group there are: aggregates, with small cells left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from scoring.contract import Contract, Protected

Cells = list[dict[str, Any]]


def counted(contract: Contract, groups: Mapping[str, Sequence[str | None]]) -> list[dict[str, Any]]:
    """Count the rows of each group of each attribute that can be assessed.

    Parameters
    ----------
    contract : Contract
        Names attributes and groups; its `fairness.minimum_group` is the smallest count told.
    groups : mapping of attribute to groups
        The group of each row, None where it is not known.

    Returns
    -------
    list of dict
        JSON: `name`, `label`, `n` (rows) and `cells` of `label` and `n`, None where kept back.
    """
    return [
        {
            "name": each.name,
            "label": each.label,
            "n": len(groups[each.name]),
            "cells": suppressed(
                _cells(each, groups[each.name]), smallest=contract.fairness.minimum_group
            ),
        }
        for each in contract.assessable
        if each.name in groups
    ]


def suppressed(cells: Cells, *, smallest: int) -> Cells:
    """Keep back counts below the smallest, and one more where the total would give one away.

    A count of nobody is told: there is no one that it could be about.

    Examples
    --------
    >>> told = suppressed([{"n": 900}, {"n": 12}, {"n": 88}], smallest=30)
    >>> [cell["n"] for cell in told]
    [900, None, None]
    """
    small = {at for at, cell in enumerate(cells) if 0 < cell["n"] < smallest}
    others = [at for at, cell in enumerate(cells) if at not in small and cell["n"]]
    if len(small) == 1 and others:
        small.add(min(others, key=lambda at: (cells[at]["n"], at)))
    return [{**cell, "n": None if at in small else cell["n"]} for at, cell in enumerate(cells)]


def _cells(attribute: Protected, groups: Sequence[str | None]) -> Cells:
    known = {group.value for group in attribute.groups}
    found = Counter(group if group in known else None for group in groups)
    return [
        *({"label": group.label, "n": found[group.value]} for group in attribute.groups),
        {"label": "not known", "n": found[None]},
    ]
