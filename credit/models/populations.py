from typing import ClassVar

from django.db import models

from credit.models.products import Product


class CountedMonth(models.Model):
    """The applications decided in a month, counted by PD, so that a page sums and reads no rows.

    Counted anew whenever something of it may have changed: the row is replaced, never added to.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="counted_months")
    month = models.DateField(help_text="its first day, UTC")
    tally = models.JSONField(help_text="as scoring.results.through_the_door writes it")
    n = models.PositiveBigIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["product", "month"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "month"], name="counted_month_once"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.month:%Y-%m}: {self.n}"


class CountedGroups(models.Model):
    """The protected groups of a month's applications, in cells that are large enough to be told.

    Counted once, when the month is over: two counts of one month could be told apart by their
    difference. Append-only.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="counted_groups")
    month = models.DateField(help_text="its first day, UTC")
    attribute = models.CharField(max_length=63)
    cells = models.JSONField(help_text="as scoring.groups.cells writes it")
    counted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["product", "month", "attribute"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "month", "attribute"], name="counted_groups_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.month:%Y-%m}: {self.attribute}"
