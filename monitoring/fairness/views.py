"""What pages, commands and documents show of a stored fairness report.

Nothing is computed here: the figures were stored when the report was made, so that the web process
needs neither the vault nor the statistics libraries. A report made before a figure was known lacks
it, and has None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from monitoring.models import FairnessReport
from scoring.groups.report import Verdict

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A group beside the reference. A figure is None where there were too few to state it."""

    is_reference: bool
    n: int | None  # None where it is withheld
    approval_rate: float | None  # of whoever the stage is about: the share that was chosen
    approval_low: float | None
    approval_high: float | None
    air: float | None
    air_low: float | None
    air_high: float | None
    p_value: float | None
    test: str  # as in "z test"
    marginal_effect_pp: float | None
    marginal_effect_low: float | None
    marginal_effect_high: float | None
    odds_ratio: float | None = None
    shortfall: float | None = None  # people more that would be chosen at the reference's rate
    compared_within: int = 0  # strata
    verdict: str  # "" for the reference group
    verdict_words: str

    @property
    def is_withheld(self) -> bool:
        """Whether figures are missing though there is evidence: they would tell a smaller group's.

        Of a group that is too small, and of a reference group, there is no such verdict.
        """
        has_evidence = self.verdict != Verdict.INSUFFICIENT
        return has_evidence and (self.n is None or (self.air is None and not self.is_reference))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView(Figures):
    """One group of an attribute."""

    value: str
    label: str
    tpr: float | None  # share of the goods that are chosen
    tpr_low: float | None
    tpr_high: float | None
    tpr_n: int | None
    fpr: float | None  # share of the bads that are chosen
    fpr_low: float | None
    fpr_high: float | None
    fpr_n: int | None
    precision: float | None = None  # share of the chosen that are good
    precision_low: float | None = None
    precision_high: float | None = None
    precision_n: int | None = None
    bad_rate: float | None = None
    bad_low: float | None = None
    bad_high: float | None = None
    bad_n: int | None = None
    mean_pd: float | None = None
    smd: float | None = None
    smd_low: float | None = None
    smd_high: float | None = None
    offered: float | None = None
    offered_low: float | None = None
    offered_high: float | None = None
    offered_n: int | None = None
    screens: tuple[str, ...] = ()  # what each screen of the report's law comes to


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView(Figures):
    """People of one group and of another at once."""

    values: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumView:
    """A group beside the reference group within one stratum."""

    stratum: str
    value: str
    label: str
    n: int | None
    rate: float | None
    reference_n: int | None
    reference_rate: float | None
    air: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenView:
    """A bound that groups were held against: the contract's own, or a screen of a law pack."""

    place: str  # "" of the contract's own
    pack: str  # its name
    hash: str
    valid_from: str  # days, as in 2026-07-21; "" where there is none
    valid_until: str
    first: str  # of the report's days those on which it held
    last: str
    name: str
    figure: str  # of `scoring.groups.screens.Figure`
    threshold: float
    decides: bool  # else it is only shown
    citation: str
    is_reading: bool
    verdict: str
    outside: tuple[str, ...]  # groups
    decided: bool  # it gave the report its verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class LawView:
    """By which law a report was judged."""

    first: str  # days
    last: str
    places: tuple[str, ...]
    without: tuple[str, ...]  # places that had no law pack
    words: str
    screens: tuple[ScreenView, ...]

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Build it from its part of a stored report."""
        screens = [{**each, "outside": tuple(each["outside"])} for each in stored["screens"]]
        parts = {
            "places": tuple(stored["places"]),
            "without": tuple(stored["without"]),
            "screens": tuple(read(ScreenView, each) for each in screens),
        }
        return read(cls, {**stored, **parts})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownView:
    """How groups are known, and of how many."""

    how: str
    n: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeView:
    """One protected attribute, or why nothing can be said about it."""

    name: str
    label: str
    assessable: bool
    why_not: str
    reference_label: str
    n: int | None
    n_missing: int | None
    verdict: str
    verdict_words: str
    groups: tuple[GroupView, ...]
    strata: tuple[StratumView, ...] = ()
    known: tuple[KnownView, ...] = ()
    untold: tuple[str, ...] = ()  # why figures are missing that other reports would give away

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Build it from its part of a stored report."""
        parts = {
            "groups": tuple(read(GroupView, group) for group in stored["groups"]),
            "strata": tuple(read(StratumView, each) for each in stored.get("strata", ())),
            "known": tuple(read(KnownView, each) for each in stored.get("known", ())),
            "untold": tuple(stored.get("untold", ())),
        }
        return read(cls, {**stored, **parts})


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """Two attributes at once."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    verdict: str
    verdict_words: str
    cells: tuple[CellView, ...]
    untold: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Build it from its part of a stored report."""
        parts = {
            "cells": tuple(read(CellView, cell) for cell in stored["cells"]),
            "untold": tuple(stored.get("untold", ())),
        }
        return read(cls, {**stored, **parts})


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessView:
    """One stored report with its n, its period and its words."""

    id: int
    product_slug: str  # "" where it is about several
    product_name: str
    model_version_id: int | None
    model_name: str  # "" where it is about all versions
    population: str
    population_label: str
    stage: str
    stage_label: str
    since: datetime | None
    until: datetime | None
    created_at: datetime
    created_by: str
    is_matured: bool = False  # on a month for the second time, its outcomes matured
    n: int
    period: str
    approved_means: str
    minimum_air: float
    minimum_group: int
    confidence: float
    is_favourable: bool = True
    is_selective: bool = False
    within: str = ""  # what groups were compared within, as in "score band"
    verdict: str
    verdict_words: str
    law: LawView | None = None  # None: the contract's own bound alone, before records of the law
    attributes: tuple[AttributeView, ...]
    pairs: tuple[PairView, ...] = ()

    @property
    def deciding_air(self) -> float:
        """The highest ratio that decides: the contract's own bound, or a law's."""
        screens = self.law.screens if self.law else ()
        ratios = [each.threshold for each in screens if each.decides and each.figure == "air"]
        return max([self.minimum_air, *ratios])

    @property
    def title(self) -> str:
        """Whom it is about."""
        return self.model_name or self.product_name


def view(stored: FairnessReport) -> FairnessView:
    """Turn a stored row into what pages and commands show."""
    report = stored.report
    return read(
        FairnessView,
        {
            **report,
            "id": stored.pk,
            "product_slug": stored.product.slug if stored.product else "",
            "product_name": stored.product.name if stored.product else "",
            "model_version_id": stored.model_version_id,
            "model_name": stored.model_version.name if stored.model_version else "",
            "population": stored.population,
            "population_label": stored.get_population_display(),
            "stage": stored.stage,
            "stage_label": stored.get_stage_display(),
            "since": stored.since,
            "until": stored.until,
            "created_at": stored.created_at,
            "created_by": stored.created_by.username if stored.created_by else "",
            "is_matured": stored.is_matured,
            "law": LawView.read(report["law"]) if "law" in report else None,
            "attributes": tuple(AttributeView.read(part) for part in report["attributes"]),
            "pairs": tuple(PairView.read(part) for part in report.get("pairs", ())),
        },
    )


def read(kind: type[T], stored: Mapping[str, Any]) -> T:
    """Build a view from what is stored; what it does not know of stays where it is."""
    known = {each.name for each in fields(kind)}
    return kind(**{name: said for name, said in stored.items() if name in known})
