from typing import ClassVar

from django.db import models

from credit.models import Product


class Figures(models.Model):
    """What one hour or day came to, of one kind and segment. Computed anew, it is replaced."""

    kind = models.CharField(max_length=30, help_text="as in business; its length is the kind's")
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    segment = models.CharField(
        max_length=100, blank=True, help_text='everything, or as in "partner:acme"'
    )
    starts_at = models.DateTimeField()
    figures = models.JSONField(help_text="sums, as the kind's module reads them; nothing personal")
    computed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["starts_at", "segment", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "product", "segment", "starts_at"],
                nulls_distinct=False,
                name="figures_once_a_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M} {self.segment}"
