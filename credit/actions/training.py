"""The training itself: for the learning worker and commands, never for the web process."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from polars.exceptions import PanicException

from credit import costs, engines, serving, store, vault
from credit.actions import (
    fairness_gates,
    model_versions,
    snapshot_reports,
    snapshots,
    training_runs,
    users,
)
from credit.actions.ingestions import PARQUET, to_parquet
from credit.actions.refusals import ActionDenied
from credit.models import ModelVersion, Role, TrainingRun, User
from scoring.bundle import Bundle
from scoring.candidates.recipes import Recipe, RecipeRefused
from scoring.cluster import ClusterRefused
from scoring.contract import Contract
from scoring.training.calibrate import CalibrationRefused
from scoring.training.export import ExportRefused
from scoring.training.labelling import shown
from scoring.training.labels import SENTENCE, parted
from scoring.training.parity import ParityFailed
from scoring.training.train import Trained, TrainingRefused, train

log = structlog.get_logger("credit.training")
Progress = Callable[[str, float], None]
# What has a sentence fit for a person.
_REFUSALS = (
    TrainingRefused,
    RecipeRefused,
    CalibrationRefused,
    ExportRefused,
    ParityFailed,
    ClusterRefused,
    store.FileMissing,
    store.FileAltered,
    serving.ModelUnavailable,
    ActionDenied,
)


class TrainingFailed(ActionDenied):
    """The training came to nothing; the sentence says why."""


def run(
    *,
    run_id: int,
    at: datetime,
    progress: Progress | None = None,
    clock: Callable[[], datetime] | None = None,
    engine: engines.Engine = "local",
) -> ModelVersion:
    """Take up a training run and end it with a candidate, or failed with the sentence why.

    The work itself stands in no transaction; each thing written is a short one. `clock` says when
    it ends, for `at` is when it began. `engine` says where the trees are fitted. An error that
    nobody foresaw fails the run too, by its kind alone, and is raised on for the log.
    """
    now = clock or (lambda: at)
    with training_runs.sole_worker(run_id), ExitStack() as watched:
        taken = training_runs.start(run_id=run_id, at=at)
        watched.push(partial(_fail_unforeseen, taken, now))
        so_far = costs.begun()
        try:
            return _carry_out(taken, engine=engine, now=now, tell=progress or _silence)
        except (training_runs.Cancelled, training_runs.Overtaken):  # not this worker's to end
            raise
        except _REFUSALS as refused:
            training_runs.fail(run_id=run_id, problem=str(refused), at=now())
            log.warning("training_failed", run=run_id, problem=str(refused))
            raise TrainingFailed(str(refused)) from refused
        finally:
            training_runs.charge(run=taken, cost=so_far(), rows=taken.rows)


def _carry_out(
    taken: TrainingRun, *, engine: engines.Engine, now: Callable[[], datetime], tell: Progress
) -> ModelVersion:
    def progress(step: str, share: float) -> None:
        training_runs.progress(run=taken, step=step, share=share)
        tell(step, share)

    progress("Taking a snapshot of the loans", 0.0)
    snapshot = snapshots.take(product_id=taken.product_id, at=now())
    contract = snapshot.contract.read()
    frame = snapshots.read(snapshot)
    taken.rows = frame.height
    recipe, trained_by = Recipe.from_json(taken.recipe), _trainer_of_record(taken.requested_by)
    sample, groups = parted(frame), vault.Groups()
    if recipe.weighing:  # else the vault is not looked into before there is a model to measure
        groups = vault.groups_of_snapshot(snapshot, sample.known["row"].to_list(), by=trained_by)
    # A recipe's rows are weighed and labelled in this process, and stay in it.
    on = engine if recipe.is_plain else "local"
    with engines.learner_on(on, contract=contract, frame=sample.laid_out) as learner:
        trained = train(
            contract=contract,
            frame=frame,
            snapshot_sha256=snapshot.rows_sha256,
            progress=progress,
            learner=learner,
            recipe=recipe,
            groups=groups,
        )
    progress("Measuring fairness", 0.97)
    groups = groups or vault.groups_of_snapshot(
        snapshot, trained.validation["row"].to_list(), by=trained_by
    )
    gates = [_gate(gate) for gate in trained.gates]
    gates.append(fairness_gates.gate(trained.validation, contract, groups, on=now().date()))
    snapshot_reports.make(snapshot=snapshot, frame=frame, groups=groups, at=now())
    progress("Checking the bundle as the web server will", 0.99)
    bundle = _store_bundle(trained)
    with transaction.atomic():
        version = model_versions.register(
            snapshot=snapshot,
            bundle_hash=bundle.hash,
            scorecard=bundle.scorecard,
            model_sha256=trained.manifest["model_sha256"].removeprefix("sha256:"),
            validation_sha256=store.put(to_parquet(trained.validation), PARQUET),
            metrics=_metrics(trained, contract),
            gates=gates,
            trained_by=trained_by,
            at=now(),
        )
        training_runs.succeed(run=taken, version=version, at=now())
    tell("Done", 1.0)
    return version


def _fail_unforeseen(
    run: TrainingRun,
    now: Callable[[], datetime],
    _kind: type[BaseException] | None,
    error: BaseException | None,
    _trace: TracebackType | None,
) -> None:
    """Fail a run by the kind of its error alone, whose words may hold what somebody stated.

    A worker that is told to go, or that runs out of time (`credit.tasks`), is no error.
    """
    is_error = isinstance(error, (Exception, PanicException))  # polars' panic is no Exception
    if is_error and not isinstance(error, (ActionDenied, SoftTimeLimitExceeded)):
        kind = type(error).__name__
        problem = f"An error that nobody foresaw: {kind}. The worker's log says where."
        training_runs.fail(run_id=run.pk, problem=problem, at=now())


def _silence(step: str, share: float) -> None:
    """Tell nobody but the row."""


def _trainer_of_record(requested_by: User) -> User:
    """Name who answers for the model: a developer, or the learning service for anyone else.

    A validator answers for no model; one who asked for its training signs nothing of it all the
    same (`ModelVersion.is_work_of`).
    """
    if requested_by.has_role(Role.MODEL_DEVELOPER):
        return requested_by
    return users.learning_worker()


def _store_bundle(trained: Trained) -> Bundle:
    bundle_hash = f"sha256:{store.put(trained.bundle, '.zip')}"
    return serving.engine_of(bundle_hash).bundle


def _gate(gate: Any) -> dict[str, Any]:
    return {
        "name": gate.name,
        "passed": gate.passed,
        "detail": gate.detail,
        "blocking": gate.blocking,
    }


def _metrics(trained: Trained, contract: Contract) -> dict[str, Any]:
    """Add how the label policy compares with the default; of the default itself there is one."""
    metrics = trained.manifest["metrics"]
    own = shown(metrics, n=trained.validation.height)
    said = trained.manifest.get("label_policy") or {
        "chosen": contract.learning.policy,
        "default": own,
        "chosen_figures": own,
        "sentence": SENTENCE,
    }
    return {**metrics, "label_policy": said}
