from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.models.applications import Application
from credit.models.audit import AuditEvent
from credit.models.model_versions import ModelVersion
from credit.models.partners import Partner
from credit.models.products import ContractVersion, PolicyVersion


class Score(models.Model):
    """What a model said of an application, to the bit. Append-only: a trigger refuses changes."""

    class Route(models.TextChoices):
        CHAMPION = "champion", _("Champion")
        CANARY = "canary", _("Canary")
        PREVIOUS_CHAMPION = "previous_champion", _("Champion before")
        SCORECARD = "scorecard", _("Fallback scorecard")
        NONE = "none", _("No model could score it")

    application = models.OneToOneField(  # written with it, in one statement: no check a row
        Application,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="score",
        db_constraint=False,
    )
    partner = models.ForeignKey(
        Partner,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="the application's: row security looks at each row alone",
    )
    contract = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, db_index=False)
    route = models.CharField(max_length=20, choices=Route)
    model_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT)
    bundle_hash = models.CharField(max_length=71, blank=True)
    pd = models.FloatField(null=True)
    margin = models.FloatField(null=True)
    points = models.FloatField(null=True)
    base_points = models.FloatField(null=True)
    score = models.IntegerField(null=True)
    band = models.CharField(max_length=10, blank=True)
    contributions = models.JSONField(default=list, help_text="points by feature, contract order")
    warnings = models.JSONField(default=list)
    uncertainty = models.JSONField(
        null=True, help_text="{models, agreeing, recommendation, pd_low, pd_high}"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(route="none", model_version=None, pd=None)
                | (~Q(route="none") & Q(model_version__isnull=False, pd__gte=0, pd__lte=1)),
                name="score_by_a_model_or_by_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.score}"


class Verdict(models.TextChoices):
    """What a decision comes to."""

    APPROVE = "approve", _("Approve")
    DECLINE = "decline", _("Decline")


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions, with what is needed to tell them."""

    def to_be_told(self) -> "DecisionQuerySet":
        """Load all that `credit.answers.answer_of` tells; it names the policy and reads none."""
        found = self.select_related(
            "application__product",
            "application__score__contract",
            "application__score__model_version__product",
            "policy",
            "officer_decision",
            "correction",
            "superseded_by",
        )
        return found.defer("policy__text").prefetch_related("outcomes")

    def with_scores(self) -> "DecisionQuerySet":
        """Load applications and scores by a query a table, which looks at their months alone."""
        application = Application.objects.select_related("product", "partner")
        score = Score.objects.select_related("contract", "model_version__product")
        return self.prefetch_related(
            models.Prefetch("application", application),
            models.Prefetch("application__score", score),
        )

    def each_to_be_told(self) -> "DecisionQuerySet":
        """Load of several what `to_be_told` does of one."""
        told = self.with_scores().select_related(
            "policy", "officer_decision", "correction", "superseded_by"
        )
        return told.defer("policy__text").prefetch_related("outcomes")


class Decision(models.Model):
    """The recommendation under a policy, and the decision where policy lets it be automatic.

    Append-only: a trigger refuses changes. What a human decided is an `OfficerDecision`.
    """

    class Recommendation(models.TextChoices):
        APPROVE = "approve", _("Approve")
        REFER = "refer", _("Refer to an officer")
        DECLINE = "decline", _("Decline")

    application = models.OneToOneField(  # its id is the decision's, and a score's
        Application,
        primary_key=True,
        db_column="id",
        on_delete=models.PROTECT,
        related_name="decision",
        db_constraint=False,
    )
    partner = models.ForeignKey(
        Partner,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="the application's: row security looks at each row alone",
    )
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, db_index=False)
    recommendation = models.CharField(max_length=10, choices=Recommendation)
    policy_results = models.JSONField(default=list, help_text="[{rule, passed, text}]")
    automatic = models.CharField(max_length=10, choices=Verdict, blank=True)
    decided_at = models.DateTimeField()
    event = models.ForeignKey(  # events are never deleted: a check a row would only cost
        AuditEvent,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="of a batch, which binds many decisions; else the event names this one",
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-application_id"]

    def __str__(self) -> str:
        return self.application_id

    @property
    def declining_needs_reason(self) -> bool:
        """Whether the model gives no reason to decline: none scored it, or it would approve.

        Then only the officer has the specific reason that the applicant is owed.
        """
        pd = self.application.score.pd
        return pd is None or pd <= self.policy.read().policy.approve_pd_at_most


class RecommendationFeedback(models.Model):
    """Whether the recommendation helped the officer who looked at it."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="feedback")
    is_helpful = models.BooleanField()
    comment = models.TextField(blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    given_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "given_by"], name="feedback_one_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {'helpful' if self.is_helpful else 'not helpful'}"
