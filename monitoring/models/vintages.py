from typing import ClassVar

from django.db import models

from credit.models import Product


class CountedVintage(models.Model):
    """A month's decisions counted by fine bins of the PD, with the outcomes that have matured.

    Apart from `Figures`, whose periods are all of one length and old ones of which stand still:
    outcomes come years after a month. A row is replaced, never added to.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(help_text="its first day, UTC")
    segment = models.CharField(
        max_length=100, blank=True, help_text='everything, or as in "version:7"'
    )
    vintage = models.JSONField(help_text="as scoring.results.vintages writes it; nothing personal")
    measured = models.JSONField(help_text="figures with their intervals, as the page shows them")
    seen = models.JSONField(help_text="counts of what was stored, to tell whether more came since")
    computed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["month", "segment", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "segment", "month"], name="counted_vintage_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.segment} {self.month:%Y-%m}"
