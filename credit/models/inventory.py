from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.models.model_versions import ModelVersion
from credit.models.products import Product


class InventoryEntry(models.Model):
    """What the model inventory says of a product's model from a moment on. Append-only.

    Implements the inventory that SR 26-2 and OCC 2026-13 ask for: who owns the model, how much
    depends on it, what it is for and what not, and when it is reviewed next.
    """

    class Tier(models.IntegerChoices):
        HIGH = 1, _("1: much depends on it")
        MIDDLE = 2, _("2: some depends on it")
        LOW = 3, _("3: little depends on it")

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="inventory")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    tier = models.PositiveSmallIntegerField(choices=Tier)
    intended_use = models.TextField()
    limits = models.TextField(help_text="what it must not be used for, and where it is weak")
    review_on = models.DateField(help_text="by when it is reviewed next")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-written_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tier__in=[1, 2, 3]), name="inventory_entry_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.written_at:%Y-%m-%d}"


class VersionComment(models.Model):
    """A challenge to a version, which keeps it from serving until somebody resolves it."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="comments")
    words = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    resolution = models.TextField(blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None, resolution="")
                | Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(resolution=""),
                name="version_comment_resolved_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.at:%Y-%m-%d}"
