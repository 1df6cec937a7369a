"""How often each group is approved beside the reference: of past loans, and of a month."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.gaps.loading import Month, Validated
from monitoring.gaps.written import ends_said, label_of, short
from scoring.contract import Contract, Protected
from scoring.groups.cells import SMALLEST
from scoring.groups.told_cells import groups_told
from scoring.proportions import Share, difference_interval, ratio_interval, significance

Member = NDArray[np.str_]


def shares_of(
    contract: Contract, attribute: Protected, member: Member, found: Validated
) -> dict[str, Share]:
    """Count, out of fold, whom the cut-off approves of each group that is large enough."""
    is_approved = found.frame["pd"].to_numpy() <= contract.policy.approve_pd_at_most
    counts = {
        group.value: (
            int(is_approved[member == group.value].sum()),
            int((member == group.value).sum()),
        )
        for group in attribute.groups
    }
    return _enough(contract, counts, of=len(member))


def ratios_of(
    contract: Contract, found: Month, *, untold: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Compare how often each group was recommended for approval in a month.

    `untold` says of which attributes nothing may be told, and why.
    """
    made = []
    for attribute in contract.assessable:
        of = {
            group.value: found.recommended[attribute.name, group.value]
            for group in attribute.groups
        }
        counts = {value: (each.approved, each.n) for value, each in of.items()}
        shares = {} if attribute.name in untold else _enough(contract, counts, of=found.n)
        made.append(
            {
                "name": attribute.name,
                "label": attribute.label,
                "reference": attribute.reference or "",
                "reference_label": label_of(attribute, attribute.reference or ""),
                "untold": untold.get(attribute.name, ""),
                "ratios": compared(attribute, shares),
            }
        )
    return made


def _enough(contract: Contract, counts: dict[str, tuple[int, int]], *, of: int) -> dict[str, Share]:
    """Keep the groups that may be told, of so many people whose number is told."""
    people = {value: n for value, (_approved, n) in counts.items()}
    told = groups_told(
        people,
        smallest=max(contract.fairness.minimum_group, SMALLEST),
        unknown=of - sum(people.values()),
    )
    return {
        value: Share(count=approved, n=n)
        for value, (approved, n) in counts.items()
        if n and value in told
    }


def compared(attribute: Protected, shares: dict[str, Share]) -> list[dict[str, Any]]:
    """Give each group's approval beside the reference's; without figures where either is small."""
    beside = shares.get(attribute.reference or "")
    return [
        {
            "value": group.value,
            "label": group.label,
            "n": shares[group.value].n if group.value in shares else None,
            **_ratio(shares.get(group.value), beside),
        }
        for group in attribute.groups
        if group.value != attribute.reference
    ]


def _ratio(own: Share | None, beside: Share | None) -> dict[str, Any]:
    if own is None or beside is None:
        return {**ends_said("air", None, None), **ends_said("effect", None, None), "p_value": None}
    has_ratio = beside.count > 0
    return {
        **ends_said(
            "air",
            own.value / beside.value if has_ratio else None,
            ratio_interval(own, beside) if has_ratio else None,
        ),
        **ends_said(
            "effect",
            100 * (own.value - beside.value),
            difference_interval(own, beside).times(100),
        ),
        "p_value": short(significance(own, beside).p_value),
    }
