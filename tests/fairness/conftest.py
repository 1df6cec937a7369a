"""A product with real past loans and a model version whose validation is made up."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from credit import store, vault
from credit.actions import contracts, ingestions, model_versions, snapshots
from credit.ids import new_id
from credit.models import (
    Application,
    Decision,
    ModelVersion,
    OfficerDecision,
    Outcome,
    PolicyVersion,
    Score,
    StageChange,
)

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
        application = Application.objects.create(
            id=new_id(on),
            product=version.product,
            reference="A",
            amount=1000,
            term_months=12,
            features={},
            status=status,
            received_at=on,
            salt=b"0" * 16,
        )
        Score.objects.create(
            application=application,
            contract=version.contract,
            route=route,
            model_version=scored_by,
            pd=0.1 if scored_by else None,
            score=score if scored_by else None,
            band=band if scored_by else "",
        )
        decision = Decision.objects.create(
            application=application,
            policy=policy,
            recommendation=recommendation,
            decided_at=on,
        )
        if group:
            vault.store_each([(application.pk, "age_group", group)], at=on)
        if verdict:
            OfficerDecision.objects.create(
                decision=decision,
                verdict=verdict,
                is_override=recommendation not in {"refer", verdict},
                reason_code="OFF01",
                reason="Because.",
                offered_amount=offered,
                decided_by=officer,
                decided_at=on,
                final_at=final_at,
            )
        if is_bad is not None:
            Outcome.objects.create(
                decision=decision,
                is_bad=is_bad,
                observed_on=on.date(),
                reported_at=on,
                reported_by=developer,
                matures_on=matures_on or on.date(),
            )
        return decision

    return write
