"""What the loans were like that a model learned from, counted once a version by the worker."""

import io
from collections.abc import Iterator
from datetime import datetime

import polars as pl
import structlog

from credit import store
from credit.models import ModelVersion, Product
from credit.models.model_versions import Stage
from credit.store import FileAltered, FileMissing
from monitoring.models import DriftReference
from scoring.contract import Contract, Feature
from scoring.contracts.learning_terms import KNOWN
from scoring.populations import drift_cells
from scoring.populations.drift_cells import Counted, Counts

log = structlog.get_logger("monitoring.drift")


def bring_up_to_date(*, at: datetime, only: Product | None = None) -> int:
    """Count what champions learned from where that was not done; says of how many."""
    champions = ModelVersion.objects.filter(stage=Stage.CHAMPION, drift_reference=None)
    if only:
        champions = champions.filter(product=only)
    due = champions.select_related("product", "contract", "snapshot").order_by("pk")
    return sum(_is_made(version, at=at) for version in due)


def _is_made(version: ModelVersion, *, at: datetime) -> bool:
    try:
        made = make(version, at=at)
    except (FileMissing, FileAltered) as error:
        log.warning("drift_not_watched", model=version.name, why=str(error))
        return False
    return made is not None


def make(version: ModelVersion, *, at: datetime) -> DriftReference:
    """Count it; a second time changes nothing."""
    rows = pl.read_parquet(io.BytesIO(store.get(version.snapshot.rows_sha256, ".parquet")))
    pds = pl.read_parquet(io.BytesIO(store.get(version.validation_sha256, ".parquet")))["pd"]
    if "label" in rows.columns:  # those before labels were said of each row are all known
        rows = rows.filter(pl.col("label").is_in(KNOWN))
    counted = Counted(
        n=rows.height,
        features=dict(_features(version.contract.read(), rows)),
        scores={str(version.pk): drift_cells.pd_cells(pds.to_numpy())},
    )
    made, _is_new = DriftReference.objects.get_or_create(
        model_version=version, defaults={"counts": counted.stored, "made_at": at}
    )
    return made


def _features(contract: Contract, rows: pl.DataFrame) -> Iterator[tuple[str, Counts]]:
    for feature in contract.features:
        if feature.name in rows.columns:
            yield feature.name, _counts(feature, rows[feature.name])


def _counts(feature: Feature, column: pl.Series) -> Counts:
    if feature.kind.is_numeric:
        return drift_cells.number_cells(column.cast(pl.Float64).fill_null(float("nan")).to_numpy())
    return drift_cells.value_cells(column.to_list())
