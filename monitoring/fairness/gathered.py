"""The people of several reports, each as it counted them when it was made. It reads the vault."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credit.models import ModelVersion, Product, User
from monitoring.fairness import populations
from monitoring.fairness.decided import FIRST, LAST
from monitoring.fairness.earlier import Earlier, Scope
from monitoring.fairness.populations import Reader, Sample, contract_of, product_of
from monitoring.fairness.told_figures import ALL, BAD, GOOD, KNOWN, OFFERED, stratum
from monitoring.models import FairnessReport
from scoring.contract import Contract

Ids = NDArray[np.bytes_]
Mask = NDArray[np.bool_]
Said = Mapping[str, Any]
PREFIX = len("decision:")
MODELS = ("champion", "canary", "previous_champion")  # routes on which a model scored


@dataclass(frozen=True, kw_only=True)  # without slots, for what is worked out once
class Part:
    """A report's people of one product."""

    product: Product
    sample: Sample
    across: Contract | None = None  # of a report on several products: this one's
    by_models: bool = False

    @cached_property
    def ids(self) -> Ids:
        """The ids of the applications, in order."""
        return np.array([row[PREFIX:] for row in self.sample.rows], dtype="S26")

    @cached_property
    def sets(self) -> Mapping[str, Mask]:
        """The sets of people that a report may count, by name."""
        return dict(self._sets())

    def _sets(self) -> Iterator[tuple[str, Mask]]:
        sample, n = self.sample, len(self.sample.rows)
        everybody = np.ones(n, dtype=bool)
        if self.by_models:
            everybody = np.array([route in MODELS for route in sample.route], dtype=bool)
        yield ALL, everybody
        for of, bad in ((GOOD, False), (BAD, True)):
            yield of, np.array([each is bad for each in sample.bad], dtype=bool)
        yield KNOWN, np.array([each is not None for each in sample.bad], dtype=bool)
        offered = sample.share_offered or (None,) * n
        yield OFFERED, np.array([each is not None for each in offered], dtype=bool)
        if self.across is not None:
            yield stratum(self.product.slug), everybody
            return
        bands = np.array([band or "none" for band in sample.band], dtype=np.str_)
        yield from ((stratum(str(each)), bands == each) for each in np.unique(bands))


@dataclass(slots=True)
class Gathered:
    """Reads each report's people once."""

    stage: str
    by: User | None
    stored: list[Earlier]
    reader: Reader = field(default_factory=Reader)
    _parts: dict[tuple[Any, ...], list[Part]] = field(default_factory=dict)

    def add(self, report: Earlier, samples: Sequence[tuple[Product, Sample]]) -> None:
        """Take people that were read before."""
        self._parts[_key(report)] = [
            Part(product=product, sample=sample, across=_across(report, product))
            for product, sample in samples
        ]

    def of(self, report: Earlier) -> list[Part]:
        """Read whom a report counted, as it stood when it was made."""
        key = _key(report)
        if key not in self._parts:
            self._parts[key] = list(_read(report, self.reader, stage=self.stage))
        return self._parts[key]

    def groups(self, parts: Sequence[Part], attribute: str) -> dict[str, str]:
        """Look up the groups of everybody, a product at a time."""
        found: dict[str, str] = {}
        for product in {part.product.pk: part.product for part in parts}.values():
            bounds = [
                part.sample.ids or (FIRST, LAST) for part in parts if part.product.pk == product.pk
            ]
            low, below = min(each[0] for each in bounds), max(each[1] for each in bounds)
            found |= self.reader.groups(product, attribute, (low, below), by=self.by)
        return found


def is_alike(part: Part, attribute: Said) -> bool:
    """Say whether a product assesses an attribute by the groups that a report names.

    A report on one product or version names those of its own contract.
    """
    named = {each["value"] for each in attribute["groups"]}
    return part.across is None or any(
        each.name == attribute["name"] and {group.value for group in each.groups} == named
        for each in part.across.assessable
    )


def _read(report: Earlier, reader: Reader, *, stage: str) -> Iterator[Part]:
    for of in scoped(report.scope):
        sample = populations.sample_of(
            of,
            FairnessReport.Population.DECISIONS,
            at=report.at,
            stage=stage,
            since=report.scope.since,
            until=report.scope.until,
            reader=reader,
        )
        product = product_of(of)
        yield Part(
            product=product,
            sample=sample,
            across=_across(report, product),
            by_models=report.scope.by_models,
        )


def scoped(scope: Scope) -> list[ModelVersion] | list[Product]:
    """Find whose decisions a scope takes: a version's, or products'."""
    if scope.version is not None:
        return list(ModelVersion.objects.filter(pk=scope.version).select_related("product"))
    products = Product.objects.order_by("slug")
    return list(products if scope.product is None else products.filter(pk=scope.product))


def _across(report: Earlier, product: Product) -> Contract | None:
    return contract_of(product) if report.scope.product is None else None


def _key(report: Earlier) -> tuple[Any, ...]:
    return report.scope, report.at
