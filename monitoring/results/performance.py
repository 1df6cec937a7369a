"""How well a product's models rank and predict, by the months of their applications."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from credit.models import ModelVersion, Product
from monitoring.gauges import Gauge, State
from monitoring.models import CountedVintage
from monitoring.results import figures_in_words as words
from monitoring.results import vintage_rows
from monitoring.results.vintage_rows import Pool, VintageRow
from scoring.results import performance_checks, vintage_figures
from scoring.results.performance_checks import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The newest matured months, and what both checks found of them; None: too few to say."""

    pool: Pool | None
    ranking: Check | None
    calibration: Check | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version that decided something, as a choice."""

    id: int
    segment: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """All that is shown of a product, or of one version."""

    segment: str
    versions: list[Version]
    months: list[VintageRow]
    looked: Looked
    together: VintageRow | None  # all shown months put together
    window_months: int


def performance(product: Product, *, at: datetime, segment: str = "") -> Performance:
    """Read what months came to. Checks are of the whole product."""
    months = vintage_rows.rows(product, at=at, segment=segment)
    return Performance(
        segment=segment,
        versions=_versions(product),
        months=months,
        looked=look(product, at=at),
        together=vintage_rows.together(product, months, segment=segment),
        window_months=vintage_rows.window_months(product),
    )


def look(product: Product, *, at: datetime) -> Looked:
    """Check the newest matured months against what their own PDs promised."""
    pool = vintage_rows.newest_matured(product, at=at)
    if pool is None:
        return Looked(pool=None, ranking=None, calibration=None)
    found = pool.vintage
    return Looked(
        pool=pool,
        ranking=performance_checks.ranking(
            found.of("matured"), found.of("matured_pd"), found.goods, found.bads
        ),
        calibration=performance_checks.calibration(
            n=found.count("matured"), pd=found.sum("matured_pd"), bads=found.count("bads")
        ),
    )


def gauge(product: Product, *, at: datetime) -> Gauge:
    """Sum up for Home what the newest matured months say."""
    looked = look(product, at=at)
    return Gauge(
        name="performance",
        label=gettext("Performance"),
        state=_state(looked),
        value=_value(looked),
        detail=_detail(looked),
        link=address(product),
    )


def address(product: Product) -> str:
    """Give the page's path."""
    return f"/monitoring/{product.slug}/performance/"


def _versions(product: Product) -> list[Version]:
    """List the versions that months were counted of, the newest first."""
    counted = CountedVintage.objects.filter(product=product).exclude(segment="")
    segments = set(counted.values_list("segment", flat=True).distinct())
    found = ModelVersion.objects.filter(product=product).select_related("product").order_by("-pk")
    return [
        Version(id=each.pk, segment=f"version:{each.pk}", name=each.name)
        for each in found
        if f"version:{each.pk}" in segments
    ]


def _state(looked: Looked) -> State:
    checks = [each for each in (looked.ranking, looked.calibration) if each is not None]
    if not checks:
        return "unknown"
    return "bad" if any(each.is_bad for each in checks) else "good"


def _value(looked: Looked) -> str:
    if looked.pool is None:
        return gettext("Nothing has matured yet")
    if looked.ranking is not None and looked.ranking.is_bad:
        return gettext("Ranks worse than promised")
    if looked.calibration is not None and looked.calibration.is_bad:
        return gettext("Predictions did not come true")
    if looked.ranking is None or looked.calibration is None:
        return gettext("Too few outcomes to say")
    return gettext("As promised")


def _detail(looked: Looked) -> str:
    if looked.pool is None or looked.calibration is None:
        return gettext("Only outcomes whose window has passed count.")
    measured = vintage_figures.measured(looked.pool.vintage)
    auc, bad = measured["auc"], measured["bad_rate"]
    return gettext(
        "AUC {auc} ({low} to {high}), bad {bad} ({bad_low} to {bad_high}) of {n} loans of {months}"
    ).format(
        auc=words.number(auc["value"], 3) if auc else "\u2013",
        low=words.number(auc["low"], 3) if auc else "\u2013",
        high=words.number(auc["high"], 3) if auc else "\u2013",
        bad=words.share(bad["value"]),
        bad_low=words.share(bad["low"]),
        bad_high=words.share(bad["high"]),
        n=words.number(looked.calibration.n),
        months=words.months(looked.pool.since, looked.pool.until),
    )
