"""Everything that the time machine does about models, by the product's own actions.

All calls to trainings, promotions and their refusals stand here, and nowhere else in the room.
"""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from django.db import transaction

from credit import serving, store
from credit.actions import (
    alert_cases,
    alerts,
    contracts,
    ingestions,
    inventory,
    model_versions,
    policies,
    snapshots,
    training,
    training_runs,
)
from credit.actions.ingestions import PARQUET
from credit.alert_kinds import kind_of
from credit.models import (
    Alert,
    AlertCase,
    ContractVersion,
    InventoryEntry,
    ModelVersion,
    Role,
    TrainingRun,
)
from credit.models.model_versions import Stage
from credit.simulating.people import People
from scoring.results import performance

FEWEST_NEW_BADS = 30
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the validator found of a candidate."""

    signs: bool
    said: str


def register(source: bytes, *, people: People, at: datetime) -> ContractVersion:
    """Bring the contract and its policy in, with both signatures, and write the inventory."""
    contract = contracts.register(source=source, by=people.developer, at=at)
    if not contract.policyversion_set.exists():
        policies.put_in_force(
            contract_id=contract.pk, by=people.developer, approved_by=people.validator, at=at
        )
    if not InventoryEntry.objects.filter(product=contract.product).exists():
        inventory.write(
            product_id=contract.product_id,
            owner=people.developer.username,
            tier=2,
            intended_use="Replaying real loans, to see how the learning loop fares.",
            limits="Not for anybody's real application: officers and outcomes are replayed.",
            review_on=(at + YEAR).date(),
            by=people.developer,
            at=at,
        )
    return contract


def bring_in(
    book: pl.DataFrame, *, contract: ContractVersion, on: date, people: People, at: datetime
) -> None:
    """Bring in the lender's old loans as they were known on a day."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"loans-known-on-{on.isoformat()}.parquet"
        book.write_parquet(path)
        ingestions.ingest(contract_id=contract.pk, path=path, by=people.developer, at=at)


def train(contract: ContractVersion, *, people: People, at: datetime) -> ModelVersion:
    """Have a candidate trained as of a moment, or find the one of an earlier start of this run.

    Raises `training.TrainingFailed`. The run is held from before it can be seen, so that no
    worker's sweep takes it for one whose message was lost.
    """
    runs = TrainingRun.objects.filter(product=contract.product, requested_at=at)
    done = runs.filter(state=TrainingRun.State.SUCCEEDED).select_related("version__product").first()
    if done is not None and done.version is not None and done.version.trained_at == at:
        return done.version
    with ExitStack() as held:
        with transaction.atomic():
            left = runs.filter(state__in=training_runs.UNFINISHED).first()
            run = left or training_runs.request(
                product_id=contract.product_id, by=people.developer, at=at, enqueue=False
            )
            held.enter_context(training_runs.sole_worker(run.pk))
        return training.run(run_id=run.pk, at=at, clock=lambda: at)


def try_own_signature(version: ModelVersion, *, people: People, at: datetime) -> str:
    """Let the trainer try to sign for the candidate; give the refusal, "" where it was let pass."""
    try:
        with transaction.atomic():
            model_versions.promote(
                version_id=version.pk, by=people.developer, at=at, note="By its own trainer."
            )
    except (model_versions.PromotionNotAllowed, model_versions.PromotionDenied) as refused:
        return str(refused)
    return ""


def look_at(version: ModelVersion, champion: ModelVersion | None) -> Verdict:
    """Decide as the made-up validator does: by the gates, then by loans that neither model saw.

    Those are loans whose labels matured since the champion's snapshot: the champion never saw
    them, and what is held against it of the candidate is out of fold.
    """
    if version.stage == Stage.CHAMPION:  # signed in an earlier start of this run
        return Verdict(signs=True, said=version.promotion_note)
    problem = version.why_not_ready()
    if problem:
        return Verdict(signs=False, said=problem)
    if champion is None:
        return Verdict(signs=True, said="Its blocking gates passed; there is no champion yet.")
    fresh = _fresh(version, champion)
    bads = int(fresh["bad"].sum())
    if bads < FEWEST_NEW_BADS or bads == fresh.height:
        return Verdict(
            signs=True,
            said=f"Its blocking gates passed. Only {bads} of {fresh.height} newly matured loans "
            f"are bad, too few to compare: at least {FEWEST_NEW_BADS} are needed.",
        )
    own, other = (
        performance.log_loss(fresh["bad"], fresh[name].clip(1e-6, 1 - 1e-6))
        for name in ("candidate", "champion")
    )
    words = (
        f"Over {fresh.height:,} loans that matured since the champion's snapshot ({bads:,} bad) "
        f"its log loss is {own:.4f}, the champion's {other:.4f}."
    )
    return Verdict(signs=own < other, said=words)


def promote(version: ModelVersion, *, people: People, at: datetime, note: str) -> ModelVersion:
    """Make a version the champion at the validator's word, and close what it answers."""
    if version.stage == Stage.CHAMPION:  # in an earlier start of this run
        return version
    promoted = model_versions.promote(
        version_id=version.pk, by=people.validator, at=at, note=note[:500]
    )
    for alert in Alert.objects.unresolved().filter(product=version.product).order_by("pk"):
        if Role.MODEL_VALIDATOR in kind_of(alert.cause).handled_by:
            _end(alert, words=f"{version.name} is the champion.", people=people, at=at)
    return promoted


def _end(alert: Alert, *, words: str, people: People, at: datetime) -> None:
    """End what a new champion answers; a drift's case by the decision that made it."""
    if AlertCase.objects.filter(alert=alert).exists():
        decision, by = AlertCase.Decision.RETRAIN_ASKED, people.validator
        alert_cases.close(alert_id=alert.pk, decision=decision, words=words, by=by, at=at)
    else:
        alerts.resolve(alert_id=alert.pk, words=words, by=people.validator, at=at)


def champion_of(contract: ContractVersion) -> ModelVersion | None:
    """Find the product's champion."""
    return (
        contract.product.versions.select_related("product", "snapshot")
        .filter(stage=Stage.CHAMPION)
        .first()
    )


def learned_from(version: ModelVersion) -> tuple[np.ndarray, pl.DataFrame]:
    """Give the PDs of a version's own loans, out of fold, and their features."""
    frame = snapshots.read(version.snapshot)
    pds = _validated(version).select("row", "pd")
    joined = frame.join(pds, on="row", how="left", maintain_order="left")
    return joined["pd"].to_numpy(), frame


def _fresh(version: ModelVersion, champion: ModelVersion) -> pl.DataFrame:
    """Put both models' PDs beside the outcomes of loans that the champion never saw."""
    frame = snapshots.read(version.snapshot).with_columns(_loan().alias("loan"))
    seen = snapshots.read(champion.snapshot).select(_loan().alias("loan"))
    rows = frame.join(seen, on="loan", how="anti", maintain_order="left")
    rows = rows.join(
        _validated(version).select("row", pl.col("pd").alias("candidate")),
        on="row",
        how="left",
        maintain_order="left",
    )
    engine = serving.engine_of(champion.bundle_hash)
    columns = {name: rows[name].to_list() for name in engine.contract.feature_names}
    pds = engine.pds_many(columns) if rows.height else np.empty(0)
    return rows.select("bad", "candidate").with_columns(
        pl.Series("champion", np.asarray(pds, dtype=np.float64))
    )


def _loan() -> pl.Expr:
    """Name a loan whichever ingestion brought it."""
    return pl.col("row").str.split(":").list.last()


def _validated(version: ModelVersion) -> pl.DataFrame:
    return pl.read_parquet(store.get(version.validation_sha256, PARQUET))
