"""A product with real past loans and a model version whose validation is made up."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import written_decisions
from written_decisions import Row

from credit import store
from credit.actions import contracts, ingestions, model_versions, snapshots
from credit.models import ModelVersion, PolicyVersion, StageChange

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


@pytest.fixture
def in_use(version, compliance, at):
    ModelVersion.objects.filter(pk=version.pk).update(
        stage="champion", promoted_by=compliance, promoted_at=at
    )
    version.refresh_from_db()
    StageChange.objects.create(
        product=version.product, version=version, stage="champion", by=compliance, at=at
    )
    return version


@pytest.fixture
def decide(version, developer, compliance, officer, at):
    """Write a decision of this version as it would have been written on a day."""
    policy = PolicyVersion.objects.create(
        product=version.product,
        number=1,
        contract=version.contract,
        in_force_from=at,
        requested_by=developer,
        approved_by=compliance,
    )

    def write(
        group,
        *,
        recommendation,
        is_bad=None,
        matures_on=None,
        status="awaiting_officer",
        verdict=None,
        offered=None,
        band="B",
        score=500,
        final_at=None,
        on=at,
        route="champion",
        scored_by=version,
    ):
        row = Row(
            at=on,
            status=status,
            recommendation=recommendation,
            route=route,
            score=score,
            band=band,
        )
        made = written_decisions.write(
            [row], policy=policy, version=scored_by, contract=version.contract
        )
        written_decisions.belong_to(made, age_group=group)
        if verdict:
            written_decisions.officers_said(
                made,
                [verdict],
                by=officer,
                decided_at=lambda at: at,
                final_at=lambda _: final_at,
                offered_amount=offered,
            )
        if is_bad is not None:
            written_decisions.turned_out(made, [is_bad], on=on, by=developer, matures_on=matures_on)
        return made[0]

    return write
