from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models import ModelVersion, Product


class FairnessReport(models.Model):
    """How the groups of one population fared at one stage, as computed once. Never changes.

    Without a version it is about all of the product's; without a product, about all products that
    share an attribute.
    """

    class Population(models.TextChoices):
        VALIDATION = "validation", _("Validation: loans the model was not trained on")
        DECISIONS = "decisions", _("Live decisions")

    class Stage(models.TextChoices):
        RECOMMENDATION = "recommendation", _("The model's recommendation")
        FINAL = "final", _("Final decisions")
        LOW_SIDE = "low_side", _("Officers' overrides: lent against the recommendation")
        HIGH_SIDE = "high_side", _("Officers' overrides: declined against the recommendation")
        TERMS = "terms", _("Terms: what was offered of what was asked for")

    product = models.ForeignKey(
        Product, null=True, on_delete=models.PROTECT, related_name="fairness_reports"
    )
    model_version = models.ForeignKey(
        ModelVersion, null=True, on_delete=models.PROTECT, related_name="fairness_reports"
    )
    population = models.CharField(max_length=12, choices=Population)
    stage = models.CharField(max_length=14, choices=Stage, default=Stage.RECOMMENDATION)
    since = models.DateTimeField(null=True, help_text="of decisions; empty: from the first")
    until = models.DateTimeField(null=True, help_text="not included; empty: until it was made")
    report = models.JSONField(help_text="aggregates only, as `monitoring.fairness` reads them")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_by_event = models.BigIntegerField(
        null=True, help_text="the audit event by which somebody asked the worker for it"
    )
    is_matured = models.BooleanField(
        default=False,
        db_default=False,
        help_text="the worker's second report on a month, once its performance window was over",
    )

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["model_version", "population", "-created_at"], name="fairness_latest"
            ),
            models.Index(fields=["product", "-created_at"], name="fairness_of_product"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "model_version", "stage", "since", "until", "is_matured"],
                condition=Q(created_by=None, asked_by_event=None, since__isnull=False),
                nulls_distinct=False,
                name="fairness_report_scheduled_once",
            ),
            models.UniqueConstraint(
                fields=["asked_by_event", "stage"], name="fairness_report_answers_once"
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(since__lt=F("until")),
                name="fairness_report_has_a_period",
            ),
            models.CheckConstraint(
                condition=Q(population="decisions")
                | Q(
                    model_version__isnull=False,
                    stage="recommendation",
                    since=None,
                    until=None,
                ),
                name="fairness_report_validates_a_version",
            ),
        ]

    def __str__(self) -> str:
        of = self.model_version or self.product or "all products"
        return f"{of} {self.population} {self.created_at:%Y-%m-%d}"
