"""How the ratio between groups went, by model version and by month, and who was promoted when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from credit.models import StageChange
from credit.models.model_versions import Stage
from monitoring.gaps import queries as gaps
from monitoring.gaps.queries import GapView, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A group beside the reference in one month, or by one version; no figure of too few."""

    label: str  # of a version: its number
    month: date | None
    n: int | None
    air: float | None
    low: float | None
    high: float | None
    points: float | None  # gap of the mean score; of a month: by the version that scored most
    points_low: float | None
    points_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One group of one attribute."""

    attribute: str
    attribute_label: str
    reference_label: str
    value: str
    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A version became champion."""

    on: date
    version: str
    is_rollback: bool


def by_version(product: str) -> list[Series]:
    """Follow each group over the versions, on the loans that each was validated on."""
    return _series(
        [(view, view.attributes, view.attributes) for view in gaps.every_version(product)]
    )


def by_month(product: str) -> list[Series]:
    """Follow each group over the months of live decisions."""
    return _series(
        [
            (view, view.attributes, _most(view))
            for view in gaps.every_month(product)
            if view.report["n"]
        ]
    )


def promotions(product: str) -> list[Promotion]:
    """List when a version became champion, oldest first."""
    found = StageChange.objects.filter(product__slug=product, stage=Stage.CHAMPION)
    return [
        Promotion(on=each.at.date(), version=each.version.name, is_rollback=each.is_rollback)
        for each in found.select_related("version__product").order_by("at", "pk")
    ]


def _most(view: GapView) -> list[Said]:
    """Take what the version that scored most of a month's known people says."""
    versions = view.report["versions"]

    def known(version: Said) -> int:
        return sum(
            (attribute["reference_n"] or 0) + sum(group["n"] or 0 for group in attribute["groups"])
            for attribute in version["attributes"]
        )

    return list(max(versions, key=known)["attributes"]) if versions else []


def _series(found: Iterable[tuple[GapView, list[Said], list[Said]]]) -> list[Series]:
    made: dict[tuple[str, str], tuple[Said, Said, list[Point]]] = {}
    for view, compared, decomposed in found:
        gap_of = {
            (attribute["name"], group["value"]): group["gap"]
            for attribute in decomposed
            for group in attribute["groups"]
        }
        for attribute in compared:
            for group in attribute["ratios"]:
                key = (attribute["name"], group["value"])
                _, _, points = made.setdefault(key, (attribute, group, []))
                points.append(_point(view, group, gap_of.get(key)))
    return [
        Series(
            attribute=attribute["name"],
            attribute_label=attribute["label"],
            reference_label=attribute["reference_label"],
            value=group["value"],
            label=group["label"],
            points=tuple(points),
        )
        for attribute, group, points in made.values()
    ]


def _point(view: GapView, group: Said, gap: Said | None) -> Point:
    said = gap or {}
    return Point(
        label=view.model_name,
        month=view.month,
        n=group["n"],
        air=group["air"],
        low=group["air_low"],
        high=group["air_high"],
        points=said.get("points"),
        points_low=said.get("points_low"),
        points_high=said.get("points_high"),
    )
