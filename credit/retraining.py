"""When a product is to be trained again, and what of the month's budget is left."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl
from django.db.models import Q
from django.utils.translation import gettext, ngettext

from credit import labels, store
from credit.alert_kinds import kind_of
from credit.ids import first_id
from credit.models import Alert, ModelVersion, Product, RetrainingSchedule, Score, TrainingRun
from credit.models.model_versions import Stage
from scoring.contract import Contract, Learning, Retraining
from scoring.populations import drift_bins, drift_cells, drift_tests
from scoring.populations.drift_tests import Index

Trigger = TrainingRun.Trigger
MOST_SCORES = 20_000  # the newest; more would not move the index
BY_CHANCE = 0.001  # of looks at scores that have not moved, that ask for a training
CHANGED = ("score_drift", "feature_drift")  # causes of alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A calendar month's trainings (UTC): those that were asked for, and what is left."""

    runs: int
    minutes: float
    most_runs: int
    most_minutes: int

    @property
    def is_spent(self) -> bool:
        """Whether another training would go beyond it."""
        return self.runs >= self.most_runs or self.minutes >= self.most_minutes

    @property
    def runs_left(self) -> int:
        """Trainings that may still be asked for."""
        return max(0, self.most_runs - self.runs)

    @property
    def minutes_left(self) -> float:
        """Minutes that are left for them."""
        return max(0.0, self.most_minutes - self.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """That a training is due, and what was seen."""

    trigger: str
    why: str


def contract_of(product: Product) -> Contract | None:
    """Give the contract that the next training goes by: that of the newest loans."""
    ingestion = product.ingestions.order_by("-ingested_at", "-pk").first()
    return ingestion.contract.read() if ingestion is not None else None


def learning_of(product: Product) -> Learning:
    """Give what that contract says of learning."""
    contract = contract_of(product)
    return contract.learning if contract is not None else Learning()


def budget_of(product: Product, *, at: datetime) -> Budget:
    """Count the month's trainings. One that runs counts until now."""
    terms = learning_of(product).retraining
    begins = month_of(at)
    runs = TrainingRun.objects.filter(
        product=product, requested_at__gte=begins, requested_at__lte=at
    )
    spans = runs.values_list("started_at", "finished_at")
    spent = sum(
        (max((end or at) - start, timedelta()) for start, end in spans if start), timedelta()
    )
    return Budget(
        runs=runs.count(),
        minutes=round(spent.total_seconds() / 60, 1),
        most_runs=terms.runs_a_month,
        most_minutes=terms.minutes_a_month,
    )


def month_of(at: datetime) -> datetime:
    """Give the moment that a moment's month began, in UTC."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def due(product: Product, *, at: datetime) -> Due | None:
    """Look what asks for a training: the schedule first, then new outcomes, then drift."""
    return on_schedule(product, at=at) or on_new_labels(product, at=at) or on_drift(product, at=at)


def on_schedule(product: Product, *, at: datetime) -> Due | None:
    """Look at the schedule."""
    found = RetrainingSchedule.objects.filter(product=product, next_at__lte=at).first()
    if found is None:
        return None
    words = ngettext("Every day.", "Every {n} days.", found.every_days)
    return Due(trigger=Trigger.SCHEDULE, why=words.format(n=found.every_days))


def on_new_labels(product: Product, *, at: datetime) -> Due | None:
    """Count the outcomes that the newest version's snapshot could not hold.

    They matured, or were reported or corrected, after it was taken. One that it left out, as of an
    application by another contract, is no news: the next snapshot would leave it out as well.
    """
    terms = learning_of(product).retraining
    newest = product.versions.select_related("snapshot").order_by("-number").first()
    if terms.new_labels is None or newest is None or _pauses(product, Trigger.NEW_LABELS, at=at):
        return None
    matured = labels.outcomes_of(product, at=at).filter(matures_on__lte=at.date())
    taken_at = newest.snapshot.taken_at
    new = matured.filter(Q(matures_on__gt=taken_at.date()) | Q(reported_at__gt=taken_at)).count()
    if new < terms.new_labels:
        return None
    words = gettext(
        "{new} outcomes have matured or were reported since {version}; {limit} are enough."
    )
    said = words.format(new=new, version=newest.name, limit=terms.new_labels)
    return Due(trigger=Trigger.NEW_LABELS, why=said)


def on_drift(product: Product, *, at: datetime) -> Due | None:
    """Look at the champion's scores, then at what monitoring found of features and score."""
    champion = product.versions.filter(stage=Stage.CHAMPION).first()
    if champion is None or _pauses(product, Trigger.DRIFT, at=at):
        return None
    terms = learning_of(product).retraining
    return _scores_moved(champion, terms, at=at) or _applicants_changed(product, terms, at=at)


def _applicants_changed(product: Product, terms: Retraining, *, at: datetime) -> Due | None:
    """Find an alert of drift that nobody silenced, and that no training has seen yet.

    Its false alarms are those of monitoring (`drift_tests.RATE`); data that are wrong have other
    alerts, and train nothing.
    """
    if not terms.drift_alerts:
        return None
    newest = product.versions.select_related("snapshot").order_by("-number").first()
    alerts = Alert.objects.unresolved().heard(at=at).filter(product=product, cause__in=CHANGED)
    if newest is not None:
        alerts = alerts.filter(first_at__gt=newest.snapshot.taken_at)
    found = alerts.filter(first_at__lte=at).order_by("first_at", "pk").first()
    if found is None:
        return None
    words = gettext("{what}, says alert {number} of {day}.")
    what, day = kind_of(found.cause).words, found.first_at.date()
    return Due(trigger=Trigger.DRIFT, why=words.format(what=what, number=found.pk, day=day))


def _scores_moved(champion: ModelVersion, terms: Retraining, *, at: datetime) -> Due | None:
    """Hold recent scores of the champion against those of the loans that it learned from."""
    if terms.drift_above is None:
        return None
    recent = recent_scores(champion, days=terms.drift_days, at=at)
    if len(recent) < terms.drift_rows_at_least:
        return None
    index = index_of(champion, recent)
    limit = max(terms.drift_above + index.chance, index.clear_above)
    if index.value <= limit:
        return None
    words = gettext(
        "The stability index of the score over {n} applications of the last {days} days is "
        "{index}, above {limit}."
    )
    said = words.format(
        n=len(recent), days=terms.drift_days, index=f"{index.value:.2f}", limit=f"{limit:.2f}"
    )
    return Due(trigger=Trigger.DRIFT, why=said)


def recent_scores(champion: ModelVersion, *, days: int, at: datetime) -> list[float]:
    """Give the PDs of the newest applications that a version scored."""
    found = Score.objects.filter(
        application_id__gte=first_id(at - timedelta(days=days)),
        application_id__lt=first_id(at),
        model_version=champion,
        pd__isnull=False,
    )
    newest = found.order_by("-application_id").values_list("pd", flat=True)[:MOST_SCORES]
    return [pd for pd in newest if pd is not None]


def index_of(champion: ModelVersion, recent: list[float]) -> Index:
    """Compare PDs with those of the loans that a version learned from, out of fold (PSI)."""
    then = pl.read_parquet(io.BytesIO(store.get(champion.validation_sha256, ".parquet")))
    expected = drift_cells.pd_cells(then["pd"].to_numpy())
    bins = drift_bins.of_numbers(expected, drift_cells.pd_cells(recent))
    return drift_tests.index_of(bins, error=BY_CHANCE)


def _pauses(product: Product, trigger: str, *, at: datetime) -> bool:
    """Whether the same reason asked not long ago; else a failing training would be asked for on."""
    since = at - timedelta(days=learning_of(product).retraining.pause_days)
    return TrainingRun.objects.filter(
        product=product, trigger=trigger, requested_at__gt=since
    ).exists()
