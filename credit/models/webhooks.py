from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.ids import LENGTH
from credit.models.partners import ApiKey, Partner


class EventKind(models.TextChoices):
    """What a partner can be told of."""

    DECISION_MADE = "decision.made", _("An officer decided")
    BATCH_COMPLETED = "batch.completed", _("A batch is complete")
    OUTCOME_REQUESTED = "outcome.requested", _("An outcome is due")


class WebhookEndpoint(models.Model):
    """A partner's address that is told of events.

    Its secret is derived from the salt and a key outside the database (decision record 0010).
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        DISABLED = "disabled", _("Disabled")
        REMOVED = "removed", _("Removed")

    NEXT_STATES: ClassVar[dict[str, frozenset[str]]] = {
        State.ACTIVE: frozenset({State.PAUSED, State.DISABLED, State.REMOVED}),
        State.PAUSED: frozenset({State.ACTIVE, State.REMOVED}),
        State.DISABLED: frozenset({State.ACTIVE, State.REMOVED}),
        State.REMOVED: frozenset(),
    }

    id = models.CharField(primary_key=True, max_length=LENGTH)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=30, choices=EventKind))
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField()
    created_with = models.ForeignKey(ApiKey, on_delete=models.PROTECT)
    state_since = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, help_text="the first failure after a success")
    salt = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=16, help_text="of the key its secret is derived from")
    salt_before = models.BinaryField(max_length=32, null=True)
    key_id_before = models.CharField(max_length=16, blank=True)
    before_until = models.DateTimeField(null=True, help_text="until then the old secret signs too")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partner", "url"],
                condition=~Q(state="removed"),
                name="webhook_endpoint_one_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class WebhookEvent(models.Model):
    """Something that partners are told of: the outbox, written with what it tells of.

    It holds ids only. What is said of them is written when it is sent.
    """

    id = models.CharField(primary_key=True, max_length=LENGTH)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT)
    kind = models.CharField(max_length=30, choices=EventKind)
    subject = models.CharField(max_length=80, help_text="as in decision:01J…; once for each kind")
    payload = models.JSONField(help_text="ids by what they name")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="not to be told before; empty: at once")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "kind"], name="webhook_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")
        CANCELLED = "cancelled", _("Cancelled")

    event = models.ForeignKey(WebhookEvent, on_delete=models.PROTECT, related_name="deliveries")
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    replays = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="of the last answer")
    problem = models.CharField(max_length=300, blank=True, help_text="why there was no answer")
    excerpt = models.CharField(max_length=500, blank=True, help_text="how the last answer began")

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="pending"), name="webhook_delivery_due"
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_of_endpoint"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(state="pending", next_try_at__isnull=False)
                | (~Q(state="pending") & Q(next_try_at=None)),
                name="webhook_delivery_waits_for_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.endpoint_id}"
