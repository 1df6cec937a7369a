"""Fairness reports as pages and commands show them.

Nothing is computed here: the figures were stored when the report was made, so that the web
process needs neither the vault nor the statistics libraries.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db.models import QuerySet

from credit.models import ModelVersion
from monitoring.models import FairnessReport


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """One group of an attribute. A figure is None where there were too few people to state it."""

    value: str
    label: str
    is_reference: bool
    n: int
    approval_rate: float | None
    approval_low: float | None
    approval_high: float | None
    air: float | None
    air_low: float | None
    air_high: float | None
    p_value: float | None
    test: str  # "Fisher's exact test" or "z test"
    marginal_effect_pp: float | None
    marginal_effect_low: float | None
    marginal_effect_high: float | None
    tpr: float | None  # share of the goods that are approved
    tpr_low: float | None
    tpr_high: float | None
    tpr_n: int
    fpr: float | None  # share of the bads that are approved
    fpr_low: float | None
    fpr_high: float | None
    fpr_n: int
    verdict: str  # "" for the reference group
    verdict_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeView:
    """One protected attribute, or why nothing can be said about it."""

    name: str
    label: str
    assessable: bool
    why_not: str
    reference_label: str
    n: int
    n_missing: int
    verdict: str
    verdict_words: str
    groups: tuple[GroupView, ...]

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """Build it from its part of a stored report."""
        groups = tuple(GroupView(**group) for group in stored["groups"])
        return cls(**{**stored, "groups": groups})


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessView:
    """One stored report with its n, its period and its words."""

    id: int
    product_slug: str
    product_name: str
    model_version_id: int
    model_name: str
    population: str
    population_label: str
    created_at: datetime
    created_by: str
    n: int
    period: str
    approved_means: str
    minimum_air: float
    minimum_group: int
    confidence: float
    verdict: str
    verdict_words: str
    attributes: tuple[AttributeView, ...]


def latest_fairness(
    version_id: int, *, population: str = FairnessReport.Population.VALIDATION
) -> FairnessView | None:
    """Find the newest report of a model version, or None where none was made yet."""
    found = _stored().filter(model_version_id=version_id, population=population).first()
    return None if found is None else view(found)


def latest_by_champion() -> list[FairnessView]:
    """List the newest report of each champion and population, by product."""
    newest = (
        _stored()
        .filter(model_version__stage=ModelVersion.Stage.CHAMPION)
        .order_by("product__slug", "-population", "-created_at", "-id")
        .distinct("product__slug", "population")
    )
    return [view(report) for report in newest]


def fairness_history(
    product: str, *, population: str | None = None, limit: int = 50
) -> list[FairnessView]:
    """List a product's reports, newest first, whichever model and population they are about."""
    stored = _stored().filter(product__slug=product)
    if population is not None:
        stored = stored.filter(population=population)
    return [view(report) for report in stored[:limit]]


def versions_without_report() -> QuerySet[ModelVersion]:
    """List the versions in use or to be judged whose validation nobody has reported on."""
    reported = FairnessReport.objects.filter(population=FairnessReport.Population.VALIDATION)
    return (
        ModelVersion.objects.exclude(stage=ModelVersion.Stage.RETIRED)
        .exclude(pk__in=reported.values("model_version"))
        .select_related("product", "contract", "snapshot")
        .order_by("pk")
    )


def view(stored: FairnessReport) -> FairnessView:
    """Turn a stored row into what pages and commands show."""
    attributes = tuple(AttributeView.read(part) for part in stored.report["attributes"])
    return FairnessView(
        id=stored.pk,
        product_slug=stored.product.slug,
        product_name=stored.product.name,
        model_version_id=stored.model_version_id,
        model_name=stored.model_version.name,
        population=stored.population,
        population_label=stored.get_population_display(),
        created_at=stored.created_at,
        created_by=stored.created_by.username if stored.created_by else "",
        **{**stored.report, "attributes": attributes},
    )


def _stored() -> QuerySet[FairnessReport]:
    return FairnessReport.objects.select_related(
        "product", "model_version__product", "created_by"
    ).order_by("-created_at", "-id")
