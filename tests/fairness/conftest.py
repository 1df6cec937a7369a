"""A product with real past loans and a model version whose validation is made up."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from credit import store
from credit.actions import contracts, ingestions, model_versions, snapshots

PRODUCT = Path(__file__).parents[2] / "contracts" / "consumer-loan"
AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def at():
    return AT


@pytest.fixture
def contract(developer):
    source = (PRODUCT / "contract.toml").read_bytes()
    return contracts.register(source=source, by=developer, at=AT)


@pytest.fixture
def snapshot(contract, developer, own_store):
    ingestions.ingest(contract_id=contract.pk, path=PRODUCT / "loans.csv", by=developer, at=AT)
    return snapshots.take(product_id=contract.product_id, at=AT)


@pytest.fixture
def version(snapshot, developer):
    """Register a candidate that would approve four good loans in five and one bad loan in three."""
    rows = snapshots.read(snapshot)
    place = pl.int_range(pl.len())
    would_approve = pl.when(pl.col("bad") == 0).then(place % 5 != 0).otherwise(place % 3 == 0)
    validation = rows.select("row", "bad", pd=pl.when(would_approve).then(0.1).otherwise(0.3))
    return model_versions.register(
        snapshot=snapshot,
        bundle_hash="sha256:" + "0" * 64,
        model_sha256="0" * 64,
        validation_sha256=store.put(ingestions.to_parquet(validation), ".parquet"),
        metrics={},
        gates=[],
        trained_by=developer,
        at=AT,
    )
