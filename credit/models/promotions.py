from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models.model_versions import FAIRNESS, NEVER_WAIVED, ModelVersion
from credit.models.products import Product


class PromotionRequest(models.Model):
    """Somebody's wish that a version serve, and what came of it. One at a time a product."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        SUPERSEDED = "superseded", _("Superseded")
        HALTED = "halted", _("Halted")
        COMPLETED = "completed", _("Completed")

    UNDER_WAY: ClassVar = (State.OPEN, State.APPROVED)

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="promotions")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="promotions")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    why = models.TextField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="why it was approved or refused")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="null of one that halted itself",
    )
    ending = models.TextField(blank=True, help_text="why it ended as it did")

    class Meta:
        ordering: ClassVar = ["-requested_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(state__in=["open", "approved"]),
                name="promotion_request_one_under_way",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="promotion_request_says_why"),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("requested_by")),
                name="promotion_request_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn", "superseded"], answered_by=None)
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="promotion_request_answered_with_words",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "approved"], ended_at=None)
                | (~Q(state__in=["open", "approved"]) & Q(ended_at__isnull=False)),
                name="promotion_request_ended_or_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.state}"


class GateJudgement(models.Model):
    """What a version's fairness came to by the law of a day after its training. Append-only."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="judgements")
    at = models.DateTimeField()
    gate = models.JSONField(help_text="as one of ModelVersion.gates")

    class Meta:
        ordering: ClassVar = ["version", "pk"]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.at:%Y-%m-%d}"


class GateWaiver(models.Model):
    """A failed gate that a validator would let pass, and the second person who agrees."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="waivers")
    gate = models.CharField(max_length=50)
    judgement = models.ForeignKey(
        GateJudgement,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="the one that is waived; null: what the training found",
    )
    why = models.TextField()
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    first_at = models.DateTimeField()
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    second_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["version", "gate", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "gate", "judgement"],
                nulls_distinct=False,
                name="gate_waiver_once",
            ),
            models.CheckConstraint(
                condition=Q(judgement=None) | Q(gate=FAIRNESS), name="gate_waiver_of_a_judgement"
            ),
            models.CheckConstraint(
                condition=~Q(gate__in=NEVER_WAIVED), name="gate_waiver_not_of_law_4"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="gate_waiver_says_why"),
            models.CheckConstraint(
                condition=Q(second_by=None, second_at=None)
                | (
                    Q(second_by__isnull=False, second_at__isnull=False)
                    & ~Q(second_by=F("first_by"))
                ),
                name="gate_waiver_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.gate}"

    def is_of(self, newest: GateJudgement | None) -> bool:
        """Whether what it waives is what holds: of fairness that is the newest judgement."""
        return self.gate != FAIRNESS or self.judgement_id == (newest.pk if newest else None)


class CanaryMinute(models.Model):
    """What the servers counted of a canary in a minute. What a killed server held is lost."""

    pk = models.CompositePrimaryKey("version_id", "at")
    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(help_text="the minute's beginning")
    tried = models.PositiveIntegerField(help_text="applications that it was to score")
    failed = models.PositiveIntegerField(help_text="of them, that it could not")
    timed = models.PositiveIntegerField(help_text="that it scored alone, not as rows of a file")
    slow = models.PositiveIntegerField(
        help_text="of them, that took longer than the policy's limit"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(failed__lte=F("tried")) & Q(slow__lte=F("timed")),
                name="canary_minute_parts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.at:%Y-%m-%d %H:%M}"


class CanaryCheck(models.Model):
    """What was seen of a canary up to a moment, and what was found in it. Append-only."""

    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="canary_checks", db_index=False
    )
    since = models.DateTimeField(help_text="when this run of the canary began")
    at = models.DateTimeField()
    upto = models.CharField(max_length=26, help_text="decisions before this id are counted")
    seen = models.JSONField(help_text="as scoring.candidates.canary.Seen")
    findings = models.JSONField(help_text="as scoring.candidates.canary.Finding, each")
    is_halted = models.BooleanField()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["version", "at"], name="canary_check_by_version")]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.at:%Y-%m-%d %H:%M}"
