"""Lays a fairness report out as JSON, as `monitoring.fairness.queries` reads it."""

from collections.abc import Sequence
from typing import Any

from monitoring.fairness import by_law
from monitoring.fairness.apart import Withheld
from monitoring.fairness.by_law import Law
from monitoring.fairness.populations import Groups, Sample
from scoring.groups.mean_difference import Smd
from scoring.groups.report import (
    AttributeReport,
    CellReport,
    Comparison,
    FairnessReport,
    GroupReport,
    PairReport,
    Rate,
    StratumReport,
)
from scoring.proportions import CONFIDENCE, Interval

FILE, APPLICATION = "in the file of past loans", "sent with the application"


def laid_out(
    found: FairnessReport,
    sample: Sample,
    groups: Groups,
    *,
    law: Law,
    within: str = "",
    is_favourable: bool = True,
    withheld: Withheld | None = None,
) -> dict[str, Any]:
    """Lay a report out. `within` says of what kind the strata are, as in "score band"."""
    why = withheld or Withheld()
    return {
        "n": found.n,
        "period": sample.period,
        "approved_means": sample.approved_means,
        "minimum_air": found.minimum_air,
        "minimum_group": found.minimum_group,
        "confidence": CONFIDENCE,
        "is_favourable": is_favourable,
        "is_selective": found.is_selective,
        "within": within,
        "verdict": found.verdict,
        "verdict_words": found.words,
        "law": by_law.laid_out(law, found),
        "attributes": [
            _attribute(
                each,
                _known(
                    sample,
                    groups.get(each.name, ()),
                    smallest=found.minimum_group,
                    is_told=each.n is not None,
                ),
                why.why(each.name),
            )
            for each in found.attributes
        ],
        "pairs": [_pair(each, why.why_pair(each.names)) for each in found.pairs],
    }


def _known(
    sample: Sample, groups: Sequence[str | None], *, smallest: int, is_told: bool
) -> list[dict[str, Any]]:
    """Say how groups are known, and of how many where that gives nobody away."""
    counts = {FILE: 0, APPLICATION: 0}
    for row, group in zip(sample.rows, groups, strict=False):
        if group is not None:
            counts[FILE if row.startswith("ingestion:") else APPLICATION] += 1
    found = {how: n for how, n in counts.items() if n}
    is_told = is_told and all(n >= smallest for n in found.values())
    return [{"how": how, "n": n if is_told else None} for how, n in found.items()]


def _attribute(
    found: AttributeReport, known: list[dict[str, Any]], untold: list[str]
) -> dict[str, Any]:
    labels = {group.value: group.label for group in found.groups}
    return {
        "name": found.name,
        "label": found.label,
        "assessable": found.assessable,
        "why_not": found.why_not or "",
        "reference_label": labels.get(found.reference or "", ""),
        "n": found.n,
        "n_missing": found.n_missing,
        "known": known,
        "untold": untold,
        "verdict": found.verdict,
        "verdict_words": found.words,
        "groups": [_group(group) for group in found.groups],
        "strata": [_stratum(each) for each in found.strata],
    }


def _group(group: GroupReport) -> dict[str, Any]:
    return {
        "value": group.value,
        "label": group.label,
        "is_reference": group.is_reference,
        "n": group.n,
        **_rate("approval_rate", "approval", group.approval),
        **_comparison(group.comparison),
        **_rate("tpr", "tpr", group.true_positive),
        "tpr_n": group.true_positive.n,
        **_rate("fpr", "fpr", group.false_positive),
        "fpr_n": group.false_positive.n,
        **_rate("precision", "precision", group.precision),
        "precision_n": group.precision.n,
        **_rate("bad_rate", "bad", group.bad),
        "bad_n": group.bad.n,
        "mean_pd": group.mean_pd,
        **_smd(group.smd),
        **_rate("offered", "offered", group.offered),
        "offered_n": group.offered.n,
        "screens": list(group.screens),
        "verdict": group.verdict or "",
        "verdict_words": group.words,
    }


def _stratum(each: StratumReport) -> dict[str, Any]:
    return {
        "stratum": each.stratum,
        "value": each.value,
        "label": each.label,
        "n": each.n,
        "rate": each.rate,
        "reference_n": each.reference_n,
        "reference_rate": each.reference_rate,
        "air": each.air,
    }


def _pair(found: PairReport, untold: str) -> dict[str, Any]:
    return {
        "names": list(found.names),
        "labels": list(found.labels),
        "untold": [untold] if untold else [],
        "verdict": found.verdict,
        "verdict_words": found.words,
        "cells": [_cell(each) for each in found.cells],
    }


def _cell(found: CellReport) -> dict[str, Any]:
    return {
        "values": list(found.values),
        "labels": list(found.labels),
        "is_reference": found.is_reference,
        "n": found.n,
        **_rate("approval_rate", "approval", found.approval),
        **_comparison(found.comparison),
        "verdict": found.verdict or "",
        "verdict_words": found.words,
    }


def _comparison(found: Comparison | None) -> dict[str, Any]:
    return {
        "air": found.air if found else None,
        **_ends("air", found.air_interval if found else None),
        "p_value": found.significance.p_value if found else None,
        "test": found.significance.test if found else "",
        "marginal_effect_pp": found.marginal_effect if found else None,
        **_ends("marginal_effect", found.marginal_effect_interval if found else None),
        "odds_ratio": found.odds_ratio if found else None,
        "shortfall": found.shortfall if found else None,
        "compared_within": found.strata if found else 0,
    }


def _smd(found: Smd | None) -> dict[str, Any]:
    return {
        "smd": found.value if found else None,
        **_ends("smd", found.interval if found else None),
    }


def _rate(name: str, ends: str, rate: Rate) -> dict[str, Any]:
    return {name: rate.value, **_ends(ends, rate.interval)}


def _ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {f"{name}_low": None, f"{name}_high": None}
    return {f"{name}_low": interval.low, f"{name}_high": interval.high}
