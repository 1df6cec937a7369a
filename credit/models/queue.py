from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models.decisions import Decision
from credit.models.partners import Partner
from credit.models.products import Product
from credit.models.users import User

FOR_OFFICERS = ("awaiting_officer", "awaiting_signature")
UNKNOWN_RISK = 1.0  # of what no model scored: a person looks at it first


class QueueItemQuerySet(models.QuerySet["QueueItem"]):
    """What waits, in business words."""

    def in_order(self) -> "QueueItemQuerySet":
        """Put what is due first before the rest, and of one day the riskiest."""
        return self.order_by("due_on", F("risk").desc(), "decision_id")

    def held(self, at: datetime) -> "QueueItemQuerySet":
        """Keep what somebody holds at that moment."""
        return self.filter(held_until__gt=at)

    def free(self, at: datetime) -> "QueueItemQuerySet":
        """Keep what nobody holds at that moment: claims end by themselves."""
        return self.filter(Q(held_until=None) | Q(held_until__lte=at))


class QueueItem(models.Model):
    """An application in the queue: what it is ordered and found by, and who holds it.

    Made from application, score and decision by `credit.actions.queue_items`; a trigger lets it
    follow the application's status (migration 0021, decision record 0017).
    """

    decision = models.OneToOneField(  # made of rows that are there: no check a row
        Decision,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="queue_item",
        db_constraint=False,
    )
    status = models.CharField(max_length=20, help_text="the application's")
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    partner = models.ForeignKey(
        Partner, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    reference = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    term_months = models.PositiveIntegerField(null=True)
    recommendation = models.CharField(max_length=10, choices=Decision.Recommendation)
    route = models.CharField(max_length=20)
    score = models.IntegerField(null=True)
    band = models.CharField(max_length=10, blank=True)
    pd = models.FloatField(null=True)
    risk = models.FloatField(help_text="the PD; 1 where no model scored it")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="by the policy's clock")
    due_on = models.DateField(help_text="the day of due_at, which the queue is ordered by")
    clock_stopped_at = models.DateTimeField(null=True, help_text="while the applicant is asked")
    claim_minutes = models.PositiveIntegerField(help_text="by the policy's clock")
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="held_items"
    )
    held_until = models.DateTimeField(null=True)
    is_referred_up = models.BooleanField(default=False, help_text="only a senior officer decides")
    # A column, since it is counted and asked for at each look: the words of the status cost more,
    # and before the table is analysed they let PostgreSQL expect so few rows that it sorts all.
    needs_officer = models.GeneratedField(
        expression=Q(status__in=FOR_OFFICERS),  # type: ignore[arg-type]  # as Django's own docs do
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = QueueItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "-risk", "decision_id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(held_by=None, held_until=None)
                | Q(held_by__isnull=False, held_until__isnull=False),
                name="queue_item_held_by_somebody_until_some_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index("due_on", F("risk").desc(), "decision", name="queue_item_in_order"),
        ]

    def __str__(self) -> str:
        return self.reference

    def holder(self, at: datetime) -> User | None:
        """Say who holds it at that moment."""
        return self.held_by if self.held_until is not None and self.held_until > at else None


class Referral(models.Model):
    """Why an officer referred an application up, until a senior officer hands it back."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="referrals")
    words = models.TextField()
    referred_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    referred_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="when it was handed back")

    class Meta:
        ordering: ClassVar = ["-referred_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(ended_at=None), name="referral_one_in_force"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="referral_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} by {self.referred_by_id}"


class ClockStop(models.Model):
    """A time in which an application waited for its applicant, and the policy's clock did not run.

    Written by the trigger on the status (migration 0021), by the database's clock.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="clock_stops")
    stopped_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["stopped_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(resumed_at=None), name="clock_stop_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(resumed_at=None) | Q(resumed_at__gte=F("stopped_at")),
                name="clock_stop_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} from {self.stopped_at:%Y-%m-%d}"


class SavedView(models.Model):
    """Filters of the queue under a name, for the officer who saved them."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views"
    )
    name = models.CharField(_("name"), max_length=40)
    filters = models.JSONField(help_text="as they stand in the queue's address")
    saved_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_named_once"),
        ]

    def __str__(self) -> str:
        return self.name
