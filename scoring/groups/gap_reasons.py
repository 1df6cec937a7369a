"""How often each reason was a principal one of those not recommended for approval, by group."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scoring.contract import Contract, Protected
from scoring.proportions import Share, difference_interval, wilson

SMALLEST_CELL = 5  # people; a smaller count other than nought is not told
DIGITS = 6


@dataclass(slots=True)
class Given:
    """What the people of one group were told."""

    n: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, codes: Sequence[str], *, times: int = 1) -> None:
        """Count one person, or several who were told the same."""
        self.n += times
        self.codes.update(dict.fromkeys(codes, times))


def by_group(
    contract: Contract,
    attribute: Protected,
    given: Mapping[str, Given],
    *,
    minimum: int,
    told: Collection[str],
) -> dict[str, Any]:
    """Compare groups by the reasons they were given.

    A group of fewer than `minimum` people has no figures, nor has one that is not `told`. A count
    below `SMALLEST_CELL` is withheld; where that withholds one group's alone, the next smallest
    goes with it, for the totals of all are told elsewhere.

    Parameters
    ----------
    given : mapping of group to Given
        Of those who were not recommended for approval.
    told : collection of groups
        Of whom anything may be told, by `told_cells.groups_told` of all their people.

    Returns
    -------
    dict
        `people` by group, None where too few; `codes`, the most frequent first: each with
        `groups`, by group its share and how it differs from the reference's, with 95 % intervals
        (Wilson; Newcombe's method 10).
    """
    reference = attribute.reference or ""
    names = [group.value for group in attribute.groups]
    found = {name: given.get(name, Given()) for name in names}
    enough = [name for name in names if found[name].n >= max(minimum, 1) and name in told]
    total: Counter[str] = sum((found[name].codes for name in names), Counter())
    labels = _labels(contract)
    return {
        "people": {name: found[name].n if name in enough else None for name in names},
        "codes": [
            {
                "code": code,
                "label": labels.get(code, code),
                "groups": {
                    name: _figure(found, name, code, reference=reference, enough=enough)
                    for name in names
                    if name not in _withheld(found, code)
                },
            }
            for code, _ in sorted(total.items(), key=lambda each: (-each[1], each[0]))
        ],
    }


def _withheld(found: Mapping[str, Given], code: str) -> set[str]:
    counts = {name: given.codes[code] for name, given in found.items()}
    small = {name for name, count in counts.items() if 0 < count < SMALLEST_CELL}
    others = sorted((count, name) for name, count in counts.items() if name not in small and count)
    return small | {others[0][1]} if len(small) == 1 and others else small


def _figure(
    found: Mapping[str, Given], name: str, code: str, *, reference: str, enough: Sequence[str]
) -> dict[str, Any] | None:
    if name not in enough:
        return None
    share = Share(count=found[name].codes[code], n=found[name].n)
    interval = wilson(share)
    said: dict[str, Any] = {
        "share": round(share.value, DIGITS),
        "low": round(interval.low, DIGITS),
        "high": round(interval.high, DIGITS),
    }
    is_compared = name != reference and reference in enough
    if not is_compared or reference in _withheld(found, code):
        return said | {"difference": None}
    beside = Share(count=found[reference].codes[code], n=found[reference].n)
    gap = difference_interval(share, beside)
    return said | {
        "difference": round(share.value - beside.value, DIGITS),
        "difference_low": round(gap.low, DIGITS),
        "difference_high": round(gap.high, DIGITS),
        "is_shown": not gap.low <= 0 <= gap.high,
    }


def _labels(contract: Contract) -> dict[str, str]:
    found: dict[str, str] = {}
    for feature in contract.features:
        found.setdefault(feature.code, feature.label)
    return found
