"""Finds stored fairness reports, for pages and commands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product as product_of

from django.db.models import Max, QuerySet
from django.db.models.fields.json import KT

from credit.models import ModelVersion, Product
from monitoring.fairness.views import AttributeView, FairnessView, GroupView, view
from monitoring.models import FairnessReport
from scoring.groups.report import Verdict

__all__ = ["AttributeView", "FairnessView", "GroupView", "view"]

MOST_BESIDE = 12  # reports of one stage, beside each other
Stage, Population = FairnessReport.Stage, FairnessReport.Population
STAGES = list(Stage)
FROM_BEST: list[str] = [Verdict.WITHIN, Verdict.INSUFFICIENT, Verdict.OUTSIDE]
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageVerdict:
    """What one of a month's reports came to."""

    stage: FairnessReport.Stage
    verdict: str
    since: datetime
    last: datetime  # a day, included
    n: int


def latest_fairness(
    version_id: int, *, population: str = Population.VALIDATION, stage: str = Stage.RECOMMENDATION
) -> FairnessView | None:
    """Find the newest report of a model version, or None where none was made yet."""
    found = _stored().filter(model_version_id=version_id, population=population, stage=stage)
    newest = found.filter(is_matured=False).first()
    return None if newest is None else view(newest)


def report_numbered(report_id: int) -> FairnessView:
    """Find one report. Raises `FairnessReport.DoesNotExist`."""
    return view(_stored().get(pk=report_id))


def latest_by_champion() -> list[FairnessView]:
    """List the newest report of each champion and population, by product."""
    newest = (
        _stored()
        .filter(model_version__stage=ModelVersion.Stage.CHAMPION, stage=Stage.RECOMMENDATION)
        .filter(is_matured=False)
        .order_by("product__slug", "-population", "-created_at", "-id")
        .distinct("product__slug", "population")
    )
    return [view(report) for report in newest]


def newest_of_product(product: str | None) -> list[FairnessView]:
    """List the newest report of each population and stage of a product; None: across products.

    Months whose outcomes matured are older, and come beside them.
    """
    by_kind = _of(product).order_by("population", "stage", "is_matured", "-created_at", "-id")
    newest = by_kind.distinct("population", "stage", "is_matured")
    found = {(each.population, each.stage, each.is_matured): each for each in newest}
    order = product_of(Population.values, Stage.values, (False, True))
    return [view(found[each]) for each in order if each in found]


def newest_month(product: Product) -> list[StageVerdict]:
    """Say what the worker's reports on the newest month came to: each stage once, the worst first.

    Only words and numbers of people are read, not the figures.
    """
    first_reports = FairnessReport.objects.filter(
        created_by=None,
        asked_by_event=None,
        population=Population.DECISIONS,
        product=product,
        is_matured=False,
    )
    last = first_reports.aggregate(until=Max("until"))["until"]
    rows = first_reports.filter(until=last).values_list(
        "stage", KT("report__verdict"), "since", "until", KT("report__n")
    )
    said = [
        StageVerdict(stage=Stage(stage), verdict=verdict, since=since, last=until - A_DAY, n=int(n))
        for stage, verdict, since, until, n in (rows if last else ())
    ]
    worst_last = sorted(said, key=_from_best)
    return sorted({each.stage: each for each in worst_last}.values(), key=_from_best, reverse=True)


def _from_best(each: StageVerdict) -> tuple[int, int]:
    return FROM_BEST.index(each.verdict), -STAGES.index(each.stage)


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
    # A report is long: only those that are shown are read.
    shown = sorted(newest.values_list("pk", flat=True))[-MOST_BESIDE:]
    return [view(each) for each in _stored().filter(pk__in=shown).order_by("pk")]


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
