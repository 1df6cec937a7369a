from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from credit.models.products import ContractVersion, Product, Snapshot
from credit.models.users import Role, User
from credit.words import Words, in_a_sentence

if TYPE_CHECKING:
    from credit.models.promotions import GateJudgement, GateWaiver


class Stage(models.TextChoices):
    """Where a model version stands on its way."""

    CANDIDATE = "candidate", _("Candidate")
    SHADOW = "shadow", _("Shadow")
    CANARY = "canary", _("Canary")
    CHAMPION = "champion", _("Champion")
    RETIRED = "retired", _("Retired")


_COMES_FROM: dict[str, Words] = {
    Stage.SHADOW: _("a candidate can go into shadow"),
    Stage.CANARY: _("a shadow can become the canary"),
    Stage.CHAMPION: _("a candidate, a shadow or a canary can be promoted"),
}
# Law 4: what a bundle is, and that its graph is the model with true reasons, nobody signs away.
NEVER_WAIVED = ("parity", "reasons")
FAIRNESS = "fairness"  # the gate that the law of a place has a say in


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Model versions."""

    def before_the_champion(self, product: Product) -> "ModelVersionQuerySet":
        """Find those that were champion and may be again, the latest first."""
        return self.filter(
            product=product,
            stage=Stage.RETIRED,
            promoted_at__isnull=False,
            rolled_back_at__isnull=True,
        ).order_by("-promoted_at", "-pk")


class ModelVersion(models.Model):
    """A trained model. Its bundle never changes; only its stage moves."""

    Stage = Stage

    NEXT_STAGES: ClassVar[dict[str, frozenset[str]]] = {
        Stage.CANDIDATE: frozenset({Stage.SHADOW, Stage.CHAMPION, Stage.RETIRED}),
        Stage.SHADOW: frozenset({Stage.CANARY, Stage.CHAMPION, Stage.RETIRED}),
        Stage.CANARY: frozenset({Stage.CHAMPION, Stage.CANDIDATE, Stage.RETIRED}),
        Stage.CHAMPION: frozenset({Stage.RETIRED}),
        Stage.RETIRED: frozenset(),
    }

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.CANDIDATE)
    contract = models.ForeignKey(ContractVersion, on_delete=models.PROTECT)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT)
    bundle_hash = models.CharField(max_length=71, help_text="sha256: of the zipped bundle")
    model_sha256 = models.CharField(max_length=64, help_text="of model.onnx")
    validation_sha256 = models.CharField(max_length=64, help_text="of the out-of-fold Parquet file")
    metrics = models.JSONField()
    scorecard = models.JSONField(
        null=True, help_text="the fallback, kept here too: a lost bundle leaves it"
    )
    gates = models.JSONField(help_text="[{name, passed, detail, blocking}]")
    trained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="models_trained"
    )
    trained_at = models.DateTimeField()
    shadowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    shadowed_at = models.DateTimeField(null=True)
    canary_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    canary_at = models.DateTimeField(null=True, help_text="since when, or the last time")
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="models_promoted",
    )
    promoted_at = models.DateTimeField(null=True)
    promotion_note = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True)
    rolled_back_at = models.DateTimeField(
        null=True, help_text="set of one that was taken back: it serves no more, not even as before"
    )

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["product", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "number"], name="model_version_numbered"),
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(stage="champion"),
                name="model_version_one_champion",
            ),
            models.CheckConstraint(
                condition=Q(promoted_by=None) | ~Q(promoted_by=F("trained_by")),
                name="model_version_promoted_by_someone_else",
            ),
            models.CheckConstraint(
                condition=~Q(stage="champion") | Q(promoted_by__isnull=False),
                name="model_version_champion_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(shadowed_by=None) | ~Q(shadowed_by=F("trained_by")),
                name="model_version_shadowed_by_someone_else",
            ),
            models.CheckConstraint(
                condition=~Q(stage="shadow") | Q(shadowed_by__isnull=False),
                name="model_version_shadow_is_signed",
            ),
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(stage="canary"),
                name="model_version_one_canary",
            ),
            models.CheckConstraint(
                condition=Q(canary_by=None) | ~Q(canary_by=F("trained_by")),
                name="model_version_canary_by_someone_else",
            ),
            models.CheckConstraint(
                condition=~Q(stage="canary") | Q(canary_by__isnull=False, canary_at__isnull=False),
                name="model_version_canary_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """As in `consumer-loan/7`."""
        return f"{self.product.slug}/{self.number}"

    @property
    def judgement(self) -> "GateJudgement | None":
        """What its fairness came to by the law of a day after its training, the newest."""
        return max(self.judgements.all(), key=lambda each: each.pk, default=None)

    @property
    def gates_now(self) -> list[dict[str, Any]]:
        """Its gates, that of fairness as it was judged last."""
        newest = self.judgement
        if newest is None:
            return list(self.gates)
        return [*(gate for gate in self.gates if gate["name"] != FAIRNESS), newest.gate]

    @property
    def failed_gates(self) -> list[dict[str, Any]]:
        """Those that block a promotion unless they are waived."""
        return [gate for gate in self.gates_now if gate["blocking"] and not gate["passed"]]

    def waivers_now(self) -> "list[GateWaiver]":
        """Give the waivers of its gates as they stand: a later judgement leaves one behind."""
        newest = self.judgement
        found = self.waivers.select_related("first_by", "second_by")
        return [each for each in found if each.is_of(newest)]

    def waived_gates(self) -> frozenset[str]:
        """Name the gates that two people signed away."""
        if not self.failed_gates:
            return frozenset()
        signed = {each.gate for each in self.waivers_now() if each.second_by_id is not None}
        return frozenset(signed - set(NEVER_WAIVED))

    def why_not_theirs(self, by: User) -> str | None:
        """Say why this person may not sign for it; None if they may."""
        if not by.has_role(Role.MODEL_VALIDATOR):
            return gettext("Only a model validator may sign for a model.")
        if by.pk == self.trained_by_id:
            return gettext("{version} needs someone other than its trainer to sign for it.").format(
                version=self.name
            )
        if self.is_work_of(by):
            return gettext(
                "{version} was trained because you asked for it: someone else signs for it."
            ).format(version=self.name)
        return None

    def is_work_of(self, person: User) -> bool:
        """Whether a person trained it or asked for its training: then others judge it."""
        asked = TrainingRun.objects.filter(version=self.pk, requested_by=person.pk)
        return person.pk == self.trained_by_id or asked.exists()

    def why_not_ready(self, to: str = Stage.CHAMPION) -> str | None:
        """Say why nobody may take it to this stage now; None if it is ready."""
        if to not in self.NEXT_STAGES[self.stage]:
            return gettext("{version} is {stage}: only {others}.").format(
                version=self.name,
                stage=in_a_sentence(self.get_stage_display()),
                others=_COMES_FROM[to],
            )
        waived = self.waived_gates()
        failed = [
            f"{gate['name']} ({gate['detail']})"
            for gate in self.failed_gates
            if gate["name"] not in waived
        ]
        if failed:
            return gettext("{version} did not pass: {gates}.").format(
                version=self.name, gates=", ".join(failed)
            )
        unresolved = self.comments.filter(resolved_at=None).count()
        if unresolved:
            return gettext("{version} has comments that nobody resolved: {n}.").format(
                version=self.name, n=unresolved
            )
        return None


class TrainingRun(models.Model):
    """A training that someone asked for. The row is the truth; the Celery message only a hint."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting for the worker")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Trigger(models.TextChoices):
        REQUEST = "request", _("On request")
        SCHEDULE = "schedule", _("On schedule")
        DRIFT = "drift", _("Drift")
        NEW_LABELS = "new_labels", _("New outcomes")
        FAIRER = "fairer", _("Alternative taken")

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="training_runs")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    requested_at = models.DateTimeField()
    trigger = models.CharField(max_length=10, choices=Trigger, default=Trigger.REQUEST)
    why = models.TextField(blank=True, help_text="what the trigger saw")
    recipe = models.JSONField(
        default=dict,
        blank=True,
        db_default={},
        help_text="what departs from the contract, as scoring.candidates.recipes writes it",
    )
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="times a worker took it up; only the latest may report"
    )
    step = models.CharField(max_length=200, blank=True)
    share_done = models.FloatField(default=0.0)
    problem = models.TextField(blank=True)
    version = models.OneToOneField(
        ModelVersion, null=True, on_delete=models.PROTECT, related_name="training_run"
    )
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cpu_seconds = models.FloatField(null=True, help_text="of the attempt that ended it")
    peak_megabytes = models.PositiveIntegerField(null=True)
    rows = models.PositiveIntegerField(null=True, help_text="that it learned from")

    class Meta:
        ordering: ClassVar = ["-requested_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(state__in=["queued", "running"]),
                name="training_run_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_by__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_by=None)),
                name="training_run_cancelled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.slug} {self.get_state_display()}"


class RetrainingSchedule(models.Model):
    """How often a product is trained again, and when next. One a product; a change is audited."""

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.PROTECT, related_name="retraining_schedule"
    )
    every_days = models.PositiveSmallIntegerField()
    next_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(every_days__gte=1), name="retraining_schedule_comes_again"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: every {self.every_days} days"
