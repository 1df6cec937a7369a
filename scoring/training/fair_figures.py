"""What a recipe's model comes to on loans that it has not seen: worth, ranking, and each group."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring import fairness
from scoring.candidates.swap_money import money
from scoring.candidates.swap_set import (
    APPROVE,
    Population,
    Side,
    auc_difference,
    recommended,
    swap_set,
)
from scoring.contract import Contract
from scoring.groups.report import AttributeReport, GroupReport
from scoring.groups.swap_groups import Attribute
from scoring.proportions import Z
from scoring.training.fair_weights import Groups

DIGITS = 6
COARSE = 2
DECLINE = 2
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Some loans, what became of them, and each one's group by attribute."""

    rows: pl.DataFrame
    bad: NDArray[np.bool_]
    groups: Mapping[str, Groups]

    def of(self, which: NDArray[np.bool_]) -> "People":
        """Keep some of them."""
        places = np.flatnonzero(which).tolist()
        return People(
            rows=self.rows.filter(pl.Series(which)),
            bad=self.bad[which],
            groups={name: [each[at] for at in places] for name, each in self.groups.items()},
        )


def figures(contract: Contract, pds: Floats, people: People, *, seed: int) -> dict[str, Any]:
    """Say what it earns, how it ranks, and how its approvals fall on each group.

    Profit is per application, as a share of the mean amount, with a 95 % interval by resampling;
    that of the AUC is DeLong's; those of the AIR are the fairness report's.
    """
    decided = recommended(pds, contract.policy)
    nobody = np.full_like(decided, DECLINE)
    earned = money(
        nobody,
        decided,
        bad=people.bad,
        amounts=amounts_of(contract, people.rows),
        economics=contract.economics,
        seed=seed,
    )
    above, error = auc_difference(people.bad, pds, np.zeros_like(pds))
    groups = groups_of(contract, decided == APPROVE, people)
    return {
        "n": len(pds),
        "bads": int(people.bad.sum()),
        "approved": round(float((decided == APPROVE).mean()), DIGITS),
        "profit": {
            "value": earned["difference"]["profit"],
            "low": earned["low"]["profit"],
            "high": earned["high"]["profit"],
        },
        "auc": _interval(0.5 + above, error),
        "groups": groups,
        "lowest": lowest(groups),
    }


def groups_of(
    contract: Contract, approved: NDArray[np.bool_], people: People
) -> list[dict[str, Any]]:
    """Compare each group with its reference, as a fairness report does; small ones say nothing.

    Ratios are needed to search by. Where a report would withhold a group's figures for a smaller
    one, they are kept to two digits and without n: exact ones would tell the counts.
    """
    found, told = (
        fairness.assess(
            contract=contract,
            selected=approved.tolist(),
            bad=None,
            groups=people.groups,
            is_for_nobody=is_for_nobody,
        )
        for is_for_nobody in (True, False)
    )
    return [
        _of_group(attribute, group, n=as_told.n)
        for attribute, its in zip(found.attributes, told.attributes, strict=True)
        for group, as_told in zip(attribute.groups, its.groups, strict=True)
        if not group.is_reference
    ]


def lowest(groups: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Give the group with the lowest AIR of those whose AIR can be told."""
    told = [each for each in groups if each["air"] is not None]
    return min(told, key=lambda each: (each["air"], each["attribute"], each["group"]), default=None)


def swaps(
    contract: Contract, before: Floats, after: Floats, people: People, *, seed: int
) -> dict[str, Any]:
    """Say who would be decided otherwise, and what it would bring, on the same people."""
    return swap_set(
        Side(pds=before, policy=contract.policy),
        Side(pds=after, policy=contract.policy),
        population=Population(bad=people.bad, amounts=amounts_of(contract, people.rows)),
        bands=contract.bands,
        economics=contract.economics,
        attributes=[
            Attribute(
                name=each.name,
                label=each.label,
                labels={group.value: group.label for group in each.groups},
                groups=people.groups[each.name],
            )
            for each in contract.assessable
        ],
        minimum_group=contract.fairness.minimum_group,
        seed=seed,
    )


def amounts_of(contract: Contract, rows: pl.DataFrame) -> Floats | None:
    """Find what was asked for; None where that is not known of everybody."""
    named = [item.name for item in contract.features if item.same_as == "requested.amount"]
    amounts = rows[named[0]].cast(pl.Float64) if named else None
    if amounts is None or amounts.null_count() or not (amounts > 0).all():
        return None
    return amounts.to_numpy()


def _of_group(attribute: AttributeReport, group: GroupReport, *, n: int | None) -> dict[str, Any]:
    beside = group.comparison
    interval = beside.air_interval if beside else None
    digits = COARSE if n is None else DIGITS
    return {
        "attribute": attribute.name,
        "attribute_label": attribute.label,
        "group": group.value,
        "label": group.label,
        "n": n,
        "air": None if beside is None else _rounded(beside.air, digits),
        "low": None if interval is None else _rounded(interval.low, digits),
        "high": None if interval is None else _rounded(interval.high, digits),
        "verdict": str(group.verdict),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


def _interval(value: float, error: float) -> dict[str, float]:
    return {
        "value": round(value, DIGITS),
        "low": round(max(0.0, value - Z * error), DIGITS),
        "high": round(min(1.0, value + Z * error), DIGITS),
    }
