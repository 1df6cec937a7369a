import os
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from credit.models.model_versions import ModelVersion
from credit.models.products import Product

SEGMENT = 120  # characters
LONGEST_SILENCE = timedelta(days=30)


def new_salt() -> bytes:
    """Make the salt of the commitments that the audit trail keeps of people's words."""
    return os.urandom(16)


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts by what a person has to do about them."""

    def unresolved(self) -> "AlertQuerySet":
        """Narrow to those that are not over."""
        return self.filter(resolved_at=None)

    def news(self) -> "AlertQuerySet":
        """Narrow to those that nobody has acknowledged."""
        return self.filter(resolved_at=None, acknowledged_at=None)

    def silenced(self, *, at: datetime) -> "AlertQuerySet":
        """Narrow to those that a silence covers."""
        return self.filter(_is_silenced(at=at))

    def heard(self, *, at: datetime) -> "AlertQuerySet":
        """Narrow to those that no silence covers."""
        return self.filter(~_is_silenced(at=at))


def _is_silenced(*, at: datetime) -> Exists:
    """Find a silence of the same cause, product and segment; no product is one of its own."""
    running = AlertSilence.objects.running(at=at).alias(of=Coalesce("product_id", 0))
    return Exists(
        running.filter(
            of=Coalesce(OuterRef("product_id"), 0),
            cause=OuterRef("cause"),
            segment=OuterRef("segment"),
        )
    )


class Alert(models.Model):
    """Something a person must look at. While one is open, the same cause only counts up.

    Its state follows from what was done about it: open, acknowledged, resolved.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        RESOLVED = "resolved", _("Resolved")

    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT)
    cause = models.CharField(max_length=50, help_text="as in bundle_missing: credit.alert_kinds")
    segment = models.CharField(
        max_length=SEGMENT, blank=True, help_text="as in partner:acme; empty: everything"
    )
    owner = models.CharField(max_length=30, help_text="the role that is told")
    message = models.TextField()
    n = models.PositiveBigIntegerField(null=True, help_text="what the finding stands on")
    link = models.CharField(max_length=300, blank=True, help_text="a page of ours")
    version = models.ForeignKey(
        ModelVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="the model that it was last about; null: about none, or not known",
    )
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, help_text="since when the condition has passed")
    told_at = models.DateTimeField(null=True, help_text="when mails and webhook were owed")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resolution = models.TextField(blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-last_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "cause", "segment"],
                condition=Q(resolved_at=None),
                nulls_distinct=False,
                name="alert_one_open",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=False) | Q(resolved_by=None, resolution=""),
                name="alert_resolved_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alert_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(link="") | Q(link__startswith="/"), name="alert_links_to_a_page_of_ours"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner"],
                condition=Q(resolved_at=None, acknowledged_at=None),
                name="alert_news_of_owner",
            ),
            models.Index(
                fields=["first_at"],
                condition=Q(resolved_at=None, told_at=None),
                name="alert_not_told",
            ),
            models.Index(fields=["-resolved_at", "-id"], name="alert_by_resolution"),
        ]

    def __str__(self) -> str:
        return f"{self.cause}: {self.message}"

    @property
    def state(self) -> "Alert.State":
        """What was done about it."""
        if self.resolved_at is not None:
            return Alert.State.RESOLVED
        return Alert.State.OPEN if self.acknowledged_at is None else Alert.State.ACKNOWLEDGED


class AlertStep(models.Model):
    """Something that was done about an alert, in people's words. Append-only."""

    class Kind(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        ASSIGNED = "assigned", _("Given to a person")
        COMMENTED = "commented", _("Comment")
        CLEARED = "cleared", _("The condition passed")
        RETURNED = "returned", _("The condition came back")
        SILENCED = "silenced", _("Silenced")
        UNSILENCED = "unsilenced", _("Silence ended")
        RESOLVED = "resolved", _("Resolved")

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=12, choices=Kind)
    words = models.TextField(blank=True)
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateTimeField(null=True, help_text="of a silence")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.alert_id}: {self.kind}"


class AlertCase(models.Model):
    """An alert that is over only when somebody has recorded what was decided."""

    class Decision(models.TextChoices):
        NOTHING_TO_DO = "nothing_to_do", _("Nothing to do")
        RETRAIN_ASKED = "retrain_asked", _("A retraining was asked for")
        POLICY_CHANGED = "policy_changed", _("The policy was changed")
        PARTNER_TOLD = "partner_told", _("The partner was told")
        ROLLED_BACK = "rolled_back", _("The model was rolled back")
        FAIRNESS_REVIEWED = "fairness_reviewed", _("Fairness was reviewed")
        OTHER = "other", _("Something else")

    alert = models.OneToOneField(
        Alert, primary_key=True, on_delete=models.CASCADE, related_name="case"
    )
    opened_at = models.DateTimeField()
    decision = models.CharField(max_length=20, choices=Decision, blank=True)
    words = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, decision="", words="")
                | (
                    Q(closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(decision="")
                    & ~Q(words="")
                ),
                name="alert_case_closed_with_a_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"case of alert {self.alert_id}"


class SilenceQuerySet(models.QuerySet["AlertSilence"]):
    """Silences by whether they hold."""

    def running(self, *, at: datetime) -> "SilenceQuerySet":
        """Narrow to those that hold at a moment."""
        return self.filter(ended_at=None, since__lte=at, until__gt=at)


class AlertSilence(models.Model):
    """Until when a finding is counted and told nobody. It always has an end."""

    cause = models.CharField(max_length=50)
    product = models.ForeignKey(
        Product, null=True, on_delete=models.PROTECT, related_name="silences"
    )
    segment = models.CharField(max_length=SEGMENT, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    why = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="before its time")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    salt = models.BinaryField(max_length=16, default=new_salt)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["until", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since")) & Q(until__lte=F("since") + LONGEST_SILENCE),
                name="alert_silence_has_an_end",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="alert_silence_says_why"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="alert_silence_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} until {self.until:%Y-%m-%d}"
