from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from credit.models.model_versions import ModelVersion, Stage
from credit.models.products import Product


class StageChange(models.Model):
    """A move of a model version, at whose word. Append-only: it says who was champion when."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="stage_changes")
    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="stage_changes"
    )
    stage = models.CharField(max_length=12, choices=Stage)
    is_rollback = models.BooleanField(default=False, help_text="back to it, or back from it")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="null: a canary that halted itself",
    )
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["product", "at"], name="stage_change_by_time"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(stage="candidate"),
                name="stage_change_signed_unless_halted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.stage}"


class ServiceStop(models.Model):
    """A time in which no model of a product scored: every application went to a person."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="stops")
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    stopped_at = models.DateTimeField()
    why = models.TextField()
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resumed_at = models.DateTimeField(null=True)
    why_resumed = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-stopped_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(resumed_at=None), name="service_stop_one_open"
            ),
            models.CheckConstraint(
                condition=Q(resumed_at=None, resumed_by=None)
                | Q(resumed_at__isnull=False, resumed_by__isnull=False),
                name="service_stop_resumed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.stopped_at:%Y-%m-%d %H:%M}"
