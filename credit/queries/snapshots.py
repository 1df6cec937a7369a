"""Snapshots as the console shows them: bounds, labels, whom they represent, what they are like."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credit.models import Snapshot
from credit.queries.ingestions import FeatureRow, features_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRow:
    """One snapshot, and the versions that were trained on it."""

    id: int
    product_slug: str
    product_name: str
    taken_at: datetime
    rows: int
    bads: int
    label_sources: dict[str, int]
    immature: int
    excluded: dict[str, int]
    rows_sha256: str
    versions: list[tuple[int, str]]  # id and name

    @property
    def left_out(self) -> int:
        """Rows that have a label and do not count."""
        return sum(self.excluded.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCell:
    """How many rows a group has; None where the number is kept back."""

    label: str
    n: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Represented:
    """The groups of one protected attribute."""

    label: str
    n: int
    cells: list[GroupCell]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDetail(SnapshotRow):
    """A snapshot with what bounds it, and with its report where one was made."""

    contract_number: int
    contract_hash: str
    ingestion_id: int
    ingestion_name: str
    is_reported: bool
    made_at: datetime | None
    represented: list[Represented]
    smallest_group: int
    warnings: list[str]
    numbers: list[FeatureRow]
    categories: list[FeatureRow]


def snapshots(product: str) -> list[SnapshotRow]:
    """List a product's snapshots, newest first."""
    found = _snapshots().filter(product__slug=product).order_by("-taken_at", "-pk")
    return [SnapshotRow(**_fields(snapshot)) for snapshot in found]


def snapshot(snapshot_id: int) -> SnapshotDetail:
    """Find one snapshot. Raises `Snapshot.DoesNotExist`."""
    found = _snapshots().select_related("contract", "ingestion", "report").get(pk=snapshot_id)
    contract, report = found.contract.read(), getattr(found, "report", None)
    quality = report.quality if report else {}
    features = sorted(features_of(quality, contract), key=lambda row: -row.missing_share)
    return SnapshotDetail(
        **_fields(found),
        contract_number=found.contract.number,
        contract_hash=found.contract.hash,
        ingestion_id=found.ingestion_id,
        ingestion_name=found.ingestion.file_name,
        is_reported=report is not None,
        made_at=report.made_at if report else None,
        represented=[_represented(each) for each in report.groups] if report else [],
        smallest_group=contract.fairness.minimum_group,
        warnings=quality.get("warnings", []),
        numbers=[row for row in features if not row.values],
        categories=[row for row in features if row.values],
    )


def _snapshots() -> Any:
    return Snapshot.objects.select_related("product").prefetch_related("modelversion_set__product")


def _fields(found: Snapshot) -> dict[str, Any]:
    versions = sorted(found.modelversion_set.all(), key=lambda version: version.number)
    return {
        "id": found.pk,
        "product_slug": found.product.slug,
        "product_name": found.product.name,
        "taken_at": found.taken_at,
        "rows": found.rows,
        "bads": found.bads,
        "label_sources": found.label_sources,
        "immature": found.immature,
        "excluded": found.excluded,
        "rows_sha256": found.rows_sha256,
        "versions": [(version.pk, version.name) for version in versions],
    }


def _represented(said: dict[str, Any]) -> Represented:
    cells = [GroupCell(label=cell["label"], n=cell["n"]) for cell in said["cells"]]
    return Represented(label=said["label"], n=said["n"], cells=cells)
