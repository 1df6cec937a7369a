"""What a report on gaps holds, as plain values. For the worker: the proxy test learns."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.gaps.loading import Validated
from monitoring.gaps.ratios import compared, shares_of
from monitoring.gaps.written import at_said, ends_said, everybody_said, label_of, short
from scoring.contract import Contract, Protected
from scoring.groups import gap_reasons
from scoring.groups.gap_cut_offs import along, fairer
from scoring.groups.gap_reasons import Given
from scoring.groups.gaps import FEWEST, Gap, Sums, decompose, sums_of
from scoring.groups.proxy_signs import Sign, signs, suspects
from scoring.groups.told_cells import groups_told
from scoring.reasons import principal_codes
from scoring.training.proxy_test import Told, predictability

Member = NDArray[np.str_]


def of_validation(contract: Contract, found: Validated) -> dict[str, Any]:
    """Lay out everything that a version's past loans show."""
    return {
        "n": found.frame.height,
        "explained": len(found.explained),
        "period": found.period,
        "minimum_group": contract.fairness.minimum_group,
        "minimum_air": contract.fairness.minimum_air,
        "cut_off": contract.policy.approve_pd_at_most,
        "seed": contract.training.seed,
        "attributes": [_attribute(contract, each, found) for each in contract.assessable],
        "not_assessable": [
            {"label": each.label, "why_not": each.why_not or ""}
            for each in contract.protected
            if not each.assessable
        ],
    }


def _attribute(contract: Contract, attribute: Protected, found: Validated) -> dict[str, Any]:
    known = found.groups.get(attribute.name, {})
    rows = found.frame["row"].to_list()
    member = np.array([known.get(row, "") for row in rows], dtype=np.str_)
    reference = attribute.reference or ""
    explained = member[found.explained]
    sums = _sums(attribute, explained, found, minimum=contract.fairness.minimum_group)
    return {
        "name": attribute.name,
        "label": attribute.label,
        "reference": reference,
        "reference_label": label_of(attribute, reference),
        "reference_n": sums[reference].n if reference in sums else None,
        "groups": [
            {
                "value": group.value,
                "label": group.label,
                "n": sums[group.value].n if group.value in sums else None,
                **_group(contract, found, explained, sums, of=group.value, beside=reference),
            }
            for group in attribute.groups
            if group.value != reference
        ],
        "ratios": compared(attribute, shares_of(contract, attribute, member, found)),
        "along": _along(contract, attribute, member, found),
        "reasons": _reasons(contract, attribute, member, found, told=set(sums)),
    }


def _sums(
    attribute: Protected, member: Member, found: Validated, *, minimum: int
) -> dict[str, Sums]:
    """Sum up the groups that are large enough, and give no smaller one away."""
    counts = {group.value: int((member == group.value).sum()) for group in attribute.groups}
    unknown = len(member) - sum(counts.values())
    told = groups_told(counts, smallest=max(minimum, FEWEST), unknown=unknown)
    made = {}
    for value in told & set(member.tolist()):
        is_in = member == value
        made[value] = sums_of(found.scores.points[is_in], found.scores.reasons[is_in])
    return made


def _group(
    contract: Contract,
    found: Validated,
    member: Member,
    sums: dict[str, Sums],
    *,
    of: str,
    beside: str,
) -> dict[str, Any]:
    if not {of, beside} <= set(sums):
        return {"gap": None, "proxy": None, "signs": [], "suspects": []}
    gap = decompose(sums[of], sums[beside], contract.feature_names)
    both = np.flatnonzero(np.isin(member, [of, beside]))
    rows = found.frame[found.explained[both]]
    is_own = member[both] == of
    values = {name: rows[name].to_list() for name in contract.feature_names}
    told = signs(contract, values, is_own)
    proxy = predictability(contract, rows, is_own, seed=contract.training.seed)
    return {
        "gap": said_of(gap, contract),
        "proxy": _proxy(proxy) if proxy else None,
        "signs": [_sign(sign, contract) for sign in told],
        "suspects": suspects(gap, told),
    }


def said_of(gap: Gap, contract: Contract) -> dict[str, Any]:
    """Write a gap down, its features with the most points first."""
    parts = sorted(gap.parts, key=lambda part: -abs(part.points))
    return {
        "n": gap.n,
        "reference_n": gap.reference_n,
        **ends_said("points", gap.points, gap.within),
        "is_shown": gap.is_shown,
        **ends_said("smd", gap.smd, gap.smd_within),
        "rounding": short(gap.rounding),
        "parts": [
            {
                "feature": part.feature,
                "label": contract.feature(part.feature).label,
                **ends_said("points", part.points, part.within),
                "share": short(part.share),
                "is_shown": part.is_shown,
            }
            for part in parts
        ],
    }


def _sign(sign: Sign, contract: Contract) -> dict[str, Any]:
    return {
        "feature": sign.feature,
        "label": contract.feature(sign.feature).label,
        "measure": sign.measure,
        "n": sign.n,
        **ends_said("value", sign.value, sign.within),
        "by_chance": short(sign.by_chance),
        "is_shown": sign.is_shown,
    }


def _proxy(told: Told) -> dict[str, Any]:
    return asdict(told) | {"is_shown": told.is_shown}


def _along(
    contract: Contract, attribute: Protected, member: Member, found: Validated
) -> dict[str, Any] | None:
    """Lay a population out along the cut-off, out of fold."""
    now, reference = contract.policy.approve_pd_at_most, attribute.reference or ""
    laid_out = along(
        found.frame["pd"].to_numpy(),
        found.frame["bad"].to_list(),
        member.tolist(),
        reference=reference,
        others=[group.value for group in attribute.groups if group.value != reference],
        now=now,
        minimum=contract.fairness.minimum_group,
    )
    if laid_out is None:
        return None
    return {
        "n": found.frame.height,
        "now": now,
        "everybody": [everybody_said(each) for each in laid_out.everybody],
        "groups": {
            name: {
                "points": [at_said(each) for each in points],
                "fairer": at_said(better) if (better := fairer(points, now=now)) else None,
            }
            for name, points in laid_out.groups.items()
        },
    }


def _reasons(
    contract: Contract,
    attribute: Protected,
    member: Member,
    found: Validated,
    *,
    told: Collection[str],
) -> dict[str, Any]:
    """Count the principal reasons of those whom the cut-off, out of fold, would not approve."""
    pds = found.frame["pd"].to_numpy()[found.explained]
    given = {group.value: Given() for group in attribute.groups}
    adverse = np.flatnonzero(pds > contract.policy.approve_pd_at_most)
    for at in adverse:
        group = member[found.explained[at]]
        if group in given:
            given[str(group)].add(principal_codes(contract, found.scores.reasons[at].tolist()))
    return gap_reasons.by_group(
        contract,
        attribute,
        given,
        minimum=contract.fairness.minimum_group,
        told=told,
    )
