from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from credit.models import ModelVersion, Product
from monitoring.models.fairness import FairnessReport


class GapReport(models.Model):
    """Where the gaps between protected groups come from. Append-only: a trigger refuses changes.

    Of a version's validation there is one; of live decisions one a month, for all versions, once
    the month is over. Two counts of one month could be told apart by their difference.
    """

    Population = FairnessReport.Population

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="gap_reports")
    population = models.CharField(max_length=12, choices=FairnessReport.Population)
    model_version = models.ForeignKey(
        ModelVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="gap_reports",
        help_text="whose validation it is; null: a month of live decisions",
    )
    month = models.DateField(null=True, help_text="its first day, UTC; null: a validation")
    format = models.PositiveSmallIntegerField(help_text="of the report; another is made anew")
    report = models.JSONField(help_text="aggregates only, as monitoring.gaps.making writes them")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "population", "model_version", "month", "format"],
                nulls_distinct=False,
                name="gap_report_once",
            ),
            models.CheckConstraint(
                condition=Q(population="validation", model_version__isnull=False, month=None)
                | Q(population="decisions", model_version=None, month__isnull=False),
                name="gap_report_of_a_version_or_a_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.population} {self.model_version_id or self.month}"
