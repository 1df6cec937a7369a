"""Files of past loans and what they were like, as the console shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credit.models import Ingestion
from scoring.contract import Contract, Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestionRow:
    """One file of past loans: what became of its rows."""

    id: int
    file_name: str
    product_slug: str
    product_name: str
    contract_number: int
    ingested_by: str
    ingested_at: datetime
    rows: int
    bads: int
    rejected: int
    out_of_scope: int
    indeterminate: int
    file_sha256: str
    warnings: list[str]
    is_reported: bool  # ingestions of the first releases have no report


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """How often a category stands in the file."""

    label: str
    rows: int
    bads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How a feature differs from the ingestion before; shares are of rows."""

    label: str
    index: float
    verdict: str
    n_before: int
    n_now: int
    missing_before: float
    missing_now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """One feature over the rows that are used. A number has quantiles, a category values."""

    label: str
    n: int
    missing: int
    missing_by_code: list[tuple[str, int]]
    distinct: int
    information_value: float | None
    quantiles: list[float]  # none where no value is known
    values: list[ValueCount]
    rest: list[tuple[str, int]]  # codes that were taken as the category of all others

    @property
    def missing_share(self) -> float:
        """Share of the rows in which it is missing."""
        return self.missing / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestionDetail(IngestionRow):
    """An ingestion with its data-quality report, worst first."""

    in_file: int | None
    alike: int | None
    cells_trimmed: int | None
    encoding: str
    delimiter: str
    rejected_by_column: list[tuple[str, int]]
    numbers: list[FeatureRow]
    categories: list[FeatureRow]
    moved: list[Moved]
    before: IngestionRow | None
    report: dict[str, Any]


def ingestions(product: str) -> list[IngestionRow]:
    """List a product's ingestions, newest first."""
    found = _ingestions().filter(product__slug=product)
    return [IngestionRow(**_fields(ingestion)) for ingestion in found]


def ingestion(ingestion_id: int) -> IngestionDetail:
    """Find one ingestion with its report. Raises `Ingestion.DoesNotExist`."""
    found = _ingestions().get(pk=ingestion_id)
    report, contract = found.quality, found.contract.read()
    rows, file = report.get("rows", {}), report.get("file", {})
    features = sorted(features_of(report, contract), key=lambda row: -row.missing_share)
    before = _before(found)
    return IngestionDetail(
        **_fields(found),
        in_file=rows.get("in_file"),
        alike=rows.get("alike"),
        cells_trimmed=file.get("cells_trimmed"),
        encoding=file.get("encoding") or "",
        delimiter=file.get("delimiter") or "",
        rejected_by_column=_most_first(report.get("rejected_by_column", {})),
        numbers=[row for row in features if not row.values],
        categories=[row for row in features if row.values],
        moved=sorted(_moved(report, contract), key=lambda moved: -moved.index),
        before=IngestionRow(**_fields(before)) if before else None,
        report=report,
    )


def _ingestions() -> Any:
    chosen = Ingestion.objects.select_related("product", "contract__product", "ingested_by")
    return chosen.order_by("-ingested_at", "-pk")


def _before(found: Ingestion) -> Ingestion | None:
    """Give the ingestion that this one was compared with when it came in."""
    others = _ingestions().filter(product=found.product, pk__lt=found.pk)
    earlier: Ingestion | None = others.exclude(quality={}).first()
    return earlier


def _fields(found: Ingestion) -> dict[str, Any]:
    return {
        "id": found.pk,
        "file_name": found.file_name,
        "product_slug": found.product.slug,
        "product_name": found.product.name,
        "contract_number": found.contract.number,
        "ingested_by": found.ingested_by.known_as,
        "ingested_at": found.ingested_at,
        "rows": found.rows,
        "bads": found.bads,
        "rejected": found.rejected,
        "out_of_scope": found.out_of_scope,
        "indeterminate": found.indeterminate,
        "file_sha256": found.file_sha256,
        "warnings": found.quality.get("warnings", []),
        "is_reported": bool(found.quality),
    }


def features_of(report: dict[str, Any], contract: Contract) -> Iterator[FeatureRow]:
    """Read the features of a data-quality report, in the order of the contract."""
    found = report.get("features", {})
    for feature in contract.features:
        if (said := found.get(feature.name)) is None:
            continue
        yield FeatureRow(
            label=feature.label,
            n=said["n"],
            missing=said["missing"],
            missing_by_code=_most_first(said.get("missing_by_code", {})),
            distinct=said["distinct"],
            information_value=said.get("information_value"),
            quantiles=_quantiles(said),
            values=_values(feature, said),
            rest=_most_first(said.get("taken_as_the_rest", {}).get("common", {})),
        )


def _values(feature: Feature, said: dict[str, Any]) -> list[ValueCount]:
    """Pair the categories with the bins; the last bin is of the missing and has none."""
    counted = zip(feature.categories, said["rows_by_bin"], said["bads_by_bin"], strict=False)
    return [ValueCount(label=each.label, rows=rows, bads=bads) for each, rows, bads in counted]


def _moved(report: dict[str, Any], contract: Contract) -> Iterator[Moved]:
    found = report.get("drift", {})
    for feature in contract.features:
        if feature.name in found:
            yield Moved(label=feature.label, **found[feature.name])


def _quantiles(said: dict[str, Any]) -> list[float]:
    """Put quantiles in order: PostgreSQL keeps no order of the keys of JSON."""
    found = said.get("quantiles", {})
    return [found[share] for share in sorted(found, key=float)]


def _most_first(rows: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(rows.items(), key=lambda item: (-item[1], item[0]))
