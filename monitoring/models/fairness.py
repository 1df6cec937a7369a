from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from credit.models import ModelVersion, Product


class FairnessReport(models.Model):
    """How one model treats the groups of one population, as computed on one day. Never changes."""

    class Population(models.TextChoices):
        VALIDATION = "validation", _("Validation: loans the model was not trained on")
        DECISIONS = "decisions", _("Live decisions: what was recommended")

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="fairness_reports")
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="fairness_reports"
    )
    population = models.CharField(max_length=12, choices=Population)
    report = models.JSONField(help_text="aggregates only, as `monitoring.queries` reads them")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["model_version", "population", "-created_at"], name="fairness_latest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_version} {self.population} {self.created_at:%Y-%m-%d}"
