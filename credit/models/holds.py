from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from credit.models.products import Product


class LegalHold(models.Model):
    """Records that stay whatever their retention says, until somebody lifts it.

    Of one decision, or of a product's decisions on what was received in some months. It outlives
    what it held, so it names a decision and does not hang on it.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="holds")
    decision_id = models.CharField(max_length=26, blank=True, help_text="empty: of all of them")
    since = models.DateField(help_text="received on or after; of a decision its own day")
    until = models.DateField(null=True, help_text="not included; empty: of all that comes")
    why = models.TextField()
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)
    why_lifted = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-placed_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="legal_hold_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_by=None, lifted_at=None, why_lifted="")
                | (Q(lifted_by__isnull=False, lifted_at__isnull=False) & ~Q(why_lifted="")),
                name="legal_hold_lifted_with_words",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(decision_id="", since__lt=F("until")),
                name="legal_hold_has_a_period",
            ),
            models.UniqueConstraint(
                fields=["decision_id"],
                condition=Q(lifted_at=None) & ~Q(decision_id=""),
                name="legal_hold_one_of_a_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.decision_id or self.since}"
