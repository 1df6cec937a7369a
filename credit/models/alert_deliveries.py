from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.models.alerts import Alert


class AlertDelivery(models.Model):
    """One telling of one alert, to one person by mail or to the lender's own webhook.

    The row is written once; whatever crashes, nobody is owed the same telling twice.
    """

    class Event(models.TextChoices):
        OPENED = "alert.opened", _("Alert opened")
        RESOLVED = "alert.resolved", _("Alert resolved")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")
        CANCELLED = "cancelled", _("Cancelled")

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=20, choices=Event)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="by mail; empty: the webhook",
    )
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    owed_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True, help_text="of the last try")

    class Meta:
        ordering: ClassVar = ["owed_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["alert", "event", "user"], nulls_distinct=False, name="alert_delivery_once"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", next_try_at__isnull=False)
                | (~Q(state="pending") & Q(next_try_at=None)),
                name="alert_delivery_waits_for_something",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="pending"), name="alert_delivery_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} of {self.alert_id}"
