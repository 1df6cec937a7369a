"""A product's trainings: what asked for each, what it cost, what is left, and what comes next."""

from dataclasses import dataclass
from datetime import datetime

from credit import retraining
from credit.models import Product, RetrainingSchedule, TrainingRun
from credit.retraining import Budget
from scoring.contract import Retraining

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRow:
    """One training: who or what asked for it, how it went, and its cost."""

    id: int
    state: str
    state_label: str
    is_unfinished: bool
    trigger_label: str
    why: str
    requested_by: str
    requested_at: datetime
    minutes: float | None
    step: str
    share_done: float
    problem: str
    cancelled_by: str
    cpu_seconds: float | None
    peak_megabytes: int | None
    rows: int | None
    version_id: int | None
    version_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """How often, when next, and at whose word."""

    every_days: int
    next_at: datetime
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainings:
    """All that the page of a product's trainings shows."""

    runs: list[TrainingRow]
    budget: Budget
    schedule: ScheduleRow | None
    terms: Retraining  # the contract's; what is None asks for nothing

    @property
    def is_training(self) -> bool:
        """Whether one waits or is on."""
        return any(run.is_unfinished for run in self.runs)


def trainings(product: Product, *, at: datetime) -> Trainings:
    """Gather a product's trainings, the newest first."""
    found = (
        TrainingRun.objects.filter(product=product)
        .select_related("requested_by", "cancelled_by", "version__product")
        .order_by("-requested_at", "-pk")
    )
    return Trainings(
        runs=[_row(run) for run in found[:MOST]],
        budget=retraining.budget_of(product, at=at),
        schedule=_schedule(product),
        terms=retraining.learning_of(product).retraining,
    )


def _schedule(product: Product) -> ScheduleRow | None:
    found = RetrainingSchedule.objects.filter(product=product).select_related("set_by").first()
    if found is None:
        return None
    return ScheduleRow(
        every_days=found.every_days,
        next_at=found.next_at,
        set_by=found.set_by.known_as,
        set_at=found.set_at,
    )


def _row(run: TrainingRun) -> TrainingRow:
    return TrainingRow(
        id=run.pk,
        state=run.state,
        state_label=run.get_state_display(),
        is_unfinished=run.state in {TrainingRun.State.QUEUED, TrainingRun.State.RUNNING},
        trigger_label=run.get_trigger_display(),
        why=run.why,
        requested_by=run.requested_by.known_as,
        requested_at=run.requested_at,
        minutes=_minutes(run),
        step=run.step,
        share_done=run.share_done,
        problem=run.problem,
        cancelled_by=run.cancelled_by.known_as if run.cancelled_by else "",
        cpu_seconds=run.cpu_seconds,
        peak_megabytes=run.peak_megabytes,
        rows=run.rows,
        version_id=run.version_id,
        version_name=run.version.name if run.version else "",
    )


def _minutes(run: TrainingRun) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds() / 60
