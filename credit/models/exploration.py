from typing import ClassVar

from django.db import models
from django.db.models import Q

from credit.models.decisions import Decision
from credit.models.products import Product


class Exploration(models.Model):
    """That a decision was drawn to learn from, with the chance that it had. Append-only."""

    decision = models.OneToOneField(
        Decision, primary_key=True, on_delete=models.PROTECT, related_name="exploration"
    )
    propensity = models.FloatField(help_text="the chance that it was drawn, 0 to 1")
    expected_loss = models.DecimalField(max_digits=14, decimal_places=2)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(propensity__gt=0, propensity__lte=1),
                name="exploration_had_a_chance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.propensity:g}"


class ExplorationMonth(models.Model):
    """What a month's draws may be expected to lose. One statement adds, where the budget allows."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    begins_on = models.DateField()
    expected_loss = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering: ClassVar = ["product", "begins_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "begins_on"], name="exploration_month_once"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.begins_on:%Y-%m}"
