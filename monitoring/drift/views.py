"""Drift as pages and commands show it: days that were counted, added up and compared."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from credit.models import ModelVersion, Partner, Product
from credit.models.model_versions import Stage
from monitoring import periods
from monitoring.drift import words as drift_words
from monitoring.drift.bin_words import BinView, bins_of, bins_of_score
from monitoring.drift.counts import DRIFT, PARTNER
from monitoring.drift.windows import DAY, Days, days_of, learned_by, unit_since
from scoring.populations import drift_cells, drift_tests
from scoring.populations.drift_look import FeatureLook, Look, look
from scoring.populations.drift_tests import Index

State = Literal["compared", "no champion", "not counted", "too few"]
FEWEST = 30  # applications; of fewer nothing is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureView:
    """One feature, or the score, then and now."""

    name: str
    label: str
    level: str  # "too few", "stable", "some" or "large"
    cause: str  # of an alert that it would open; "" where nothing is wrong
    said: str  # in English
    index: float
    clear_above: float | None  # chance stays below; None where too few bins are left
    n: int
    missing_then: float | None
    missing_now: float | None
    bins: tuple[BinView, ...]

    @property
    def is_bad(self) -> bool:
        """Whether somebody must look."""
        return bool(self.cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftView:
    """A product's applications of a time beside what its champion learned from."""

    state: State
    product: str
    since: datetime
    until: datetime  # its last day
    partner: str  # slug; "" is everybody
    partners: tuple[tuple[str, str], ...]  # slug and name of who sent something in that time
    model: str = ""
    n: int = 0
    m: int = 0  # loans that the champion learned from
    rate: float = drift_tests.RATE
    score: FeatureView | None = None
    features: tuple[FeatureView, ...] = ()  # the worst first

    @property
    def bad(self) -> list[FeatureView]:
        """What somebody must look at."""
        everything = [*([self.score] if self.score else []), *self.features]
        return [each for each in everything if each.is_bad]


def drift_of(product: Product, *, since: datetime, until: datetime, partner: str = "") -> DriftView:
    """Compare what came from the midnight `since` to the midnight `until` with the champion's."""
    partners = tuple(_partners(product, since=since, until=until))
    view = DriftView(
        state="no champion",
        product=product.slug,
        since=since,
        until=until - DAY,
        partner=partner,
        partners=partners,
    )
    versions = ModelVersion.objects.select_related("product", "contract")
    champion = versions.filter(product=product, stage=Stage.CHAMPION).first()
    if champion is None:
        return view
    segment = f"{PARTNER}{partner}" if partner else ""
    days = days_of(product, until=until, days=(until - since).days, segment=segment)
    return _compared(view, champion, days)


def _compared(view: DriftView, champion: ModelVersion, days: Days) -> DriftView:
    then = learned_by(champion)
    now = drift_cells.added(counted for _, counted in days.each)
    view = replace(view, model=champion.name, n=now.n, m=then.n if then else 0)
    if then is None:
        return replace(view, state="not counted")
    if now.n < FEWEST:
        return replace(view, state="too few")
    contract = champion.contract.read()
    error = drift_tests.error_of(features=len(contract.features), segments=len(view.partners) + 1)
    found = look(contract, then, now, version=str(champion.pk), error=error)
    features = [
        _feature(each, n=now.n, since=unit_since(then, days, each), model=champion.name)
        for each in found.worst_first
    ]
    return replace(view, state="compared", score=_score(found), features=tuple(features))


def _score(found: Look) -> FeatureView:
    return FeatureView(
        name="",
        label="",
        cause="score_drift" if found.level == "large" else "",
        said=drift_words.of_index(found.score),
        missing_then=None,
        missing_now=None,
        bins=bins_of_score(found.score_bins),
        **_figures(found.score),
    )


def _feature(found: FeatureLook, *, n: int, since: datetime | None, model: str) -> FeatureView:
    return FeatureView(
        name=found.feature.name,
        label=found.feature.label,
        cause=found.cause,
        said=drift_words.of_feature(found, model=model, since=since),
        missing_then=found.missing.then,
        missing_now=found.missing.now,
        bins=bins_of(found.feature, found.bins),
        **_figures(found.index) | {"n": n},
    )


def _figures(index: Index) -> dict[str, Any]:
    return {
        "level": index.level,
        "index": index.value,
        "clear_above": index.clear_above if index.bins > 1 else None,
        "n": index.n,
    }


def _partners(product: Product, *, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
    """Name who sent something in that time."""
    segments = periods.segments_of(DRIFT, product, since=since, until=until)
    slugs = [each.removeprefix(PARTNER) for each in segments if each.startswith(PARTNER)]
    yield from Partner.objects.filter(slug__in=slugs).order_by("name").values_list("slug", "name")
