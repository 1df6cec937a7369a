"""Finds stored fairness reports, for pages and commands."""

from django.db.models import QuerySet

from credit.models import ModelVersion
from monitoring.fairness.views import AttributeView, FairnessView, GroupView, view
from monitoring.models import FairnessReport

__all__ = ["AttributeView", "FairnessView", "GroupView", "view"]

MOST_BESIDE = 12  # reports of one stage, beside each other
Stage, Population = FairnessReport.Stage, FairnessReport.Population


def latest_fairness(
    version_id: int, *, population: str = Population.VALIDATION, stage: str = Stage.RECOMMENDATION
) -> FairnessView | None:
    """Find the newest report of a model version, or None where none was made yet."""
    found = _stored().filter(model_version_id=version_id, population=population, stage=stage)
    newest = found.first()
    return None if newest is None else view(newest)


def report_numbered(report_id: int) -> FairnessView:
    """Find one report. Raises `FairnessReport.DoesNotExist`."""
    return view(_stored().get(pk=report_id))


def latest_by_champion() -> list[FairnessView]:
    """List the newest report of each champion and population, by product."""
    newest = (
        _stored()
        .filter(model_version__stage=ModelVersion.Stage.CHAMPION, stage=Stage.RECOMMENDATION)
        .order_by("product__slug", "-population", "-created_at", "-id")
        .distinct("product__slug", "population")
    )
    return [view(report) for report in newest]


def newest_of_product(product: str | None) -> list[FairnessView]:
    """List the newest report of each population and stage of a product; None: across products."""
    by_stage = _of(product).order_by("population", "stage", "-created_at", "-id")
    newest = by_stage.distinct("population", "stage")
    found = {(each.population, each.stage): each for each in newest}
    order = [(population, stage) for population in Population.values for stage in Stage.values]
    return [view(found[each]) for each in order if each in found]


def fairness_history(
    product: str | None, *, population: str | None = None, limit: int = 50
) -> list[FairnessView]:
    """List a product's reports, newest first, whichever model, stage and population they are about.

    None instead of a product lists those across products.
    """
    stored = _of(product)
    if population is not None:
        stored = stored.filter(population=population)
    return [view(report) for report in stored[:limit]]


def same_stage(report: FairnessView) -> list[FairnessView]:
    """List what was reported of a product's stage until this report, itself too, oldest first.

    Of a version or period that was reported on again the newest, and the newest twelve of them.
    """
    found = _of(report.product_slug).filter(
        population=report.population, stage=report.stage, pk__lte=report.id
    )
    newest = found.order_by("model_version_id", "since", "until", "-pk").distinct(
        "model_version_id", "since", "until"
    )
    views = sorted((view(each) for each in newest), key=lambda each: each.id)
    return views[-MOST_BESIDE:]


def versions_without_report() -> QuerySet[ModelVersion]:
    """List the versions in use or to be judged whose validation nobody has reported on."""
    reported = FairnessReport.objects.filter(population=Population.VALIDATION)
    return (
        ModelVersion.objects.exclude(stage=ModelVersion.Stage.RETIRED)
        .exclude(pk__in=reported.values("model_version"))
        .select_related("product", "contract", "snapshot")
        .order_by("pk")
    )


def _of(product: str | None) -> QuerySet[FairnessReport]:
    return _stored().filter(product__slug=product) if product else _stored().filter(product=None)


def _stored() -> QuerySet[FairnessReport]:
    return FairnessReport.objects.select_related(
        "product", "model_version__product", "created_by"
    ).order_by("-created_at", "-id")
