"""Makes and stores fairness reports. For the worker and for commands: it reads the vault."""

from datetime import datetime
from typing import Any

from django.db import transaction

from credit.models import ModelVersion, User
from monitoring import populations
from monitoring.models import FairnessReport
from monitoring.populations import Sample
from scoring import fairness
from scoring.fairness_report import AttributeReport, GroupReport, Rate
from scoring.proportions import CONFIDENCE, Interval

Population = FairnessReport.Population


@transaction.atomic
def make(
    *, version: ModelVersion, population: str, by: User | None, at: datetime
) -> FairnessReport | None:
    """Compute and store a report; None where the group of nobody in the population is known.

    Validation always gives a report: that no group is known there is itself a finding.
    """
    sample = populations.sample_of(version, population, at=at)
    groups = populations.groups_of(sample, of=version, by=by)
    if population == Population.DECISIONS and not any(any(known) for known in groups.values()):
        return None
    found = fairness.assess(
        contract=version.contract.read(), selected=sample.selected, bad=sample.bad, groups=groups
    )
    return FairnessReport.objects.create(
        product=version.product,
        model_version=version,
        population=population,
        report=_stored(found, sample),
        created_at=at,
        created_by=by,
    )


@transaction.atomic
def make_once(*, version: ModelVersion, at: datetime) -> FairnessReport | None:
    """Report on a new model's validation, unless that was done: a task may run twice."""
    ModelVersion.objects.select_for_update().get(pk=version.pk)
    done = FairnessReport.objects.filter(model_version=version, population=Population.VALIDATION)
    if done.exists():
        return None
    return make(version=version, population=Population.VALIDATION, by=None, at=at)


def _stored(found: fairness.FairnessReport, sample: Sample) -> dict[str, Any]:
    """Lay a report out as `monitoring.queries` reads it."""
    return {
        "n": found.n,
        "period": sample.period,
        "approved_means": sample.approved_means,
        "minimum_air": found.minimum_air,
        "minimum_group": found.minimum_group,
        "confidence": CONFIDENCE,
        "verdict": found.verdict,
        "verdict_words": found.words,
        "attributes": [_attribute(each) for each in found.attributes],
    }


def _attribute(found: AttributeReport) -> dict[str, Any]:
    labels = {group.value: group.label for group in found.groups}
    return {
        "name": found.name,
        "label": found.label,
        "assessable": found.assessable,
        "why_not": found.why_not or "",
        "reference_label": labels.get(found.reference or "", ""),
        "n": found.n,
        "n_missing": found.n_missing,
        "verdict": found.verdict,
        "verdict_words": found.words,
        "groups": [_group(group) for group in found.groups],
    }


def _group(group: GroupReport) -> dict[str, Any]:
    return {
        "value": group.value,
        "label": group.label,
        "is_reference": group.is_reference,
        "n": group.n,
        **_rate("approval_rate", "approval", group.approval),
        **_comparison(group),
        **_rate("tpr", "tpr", group.true_positive),
        "tpr_n": group.true_positive.n,
        **_rate("fpr", "fpr", group.false_positive),
        "fpr_n": group.false_positive.n,
        "verdict": group.verdict or "",
        "verdict_words": group.words,
    }


def _comparison(group: GroupReport) -> dict[str, Any]:
    found = group.comparison
    return {
        "air": found.air if found else None,
        **_ends("air", found.air_interval if found else None),
        "p_value": found.significance.p_value if found else None,
        "test": found.significance.test if found else "",
        "marginal_effect_pp": found.marginal_effect if found else None,
        **_ends("marginal_effect", found.marginal_effect_interval if found else None),
    }


def _rate(name: str, ends: str, rate: Rate) -> dict[str, Any]:
    return {name: rate.value, **_ends(ends, rate.interval)}


def _ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {f"{name}_low": None, f"{name}_high": None}
    return {f"{name}_low": interval.low, f"{name}_high": interval.high}
