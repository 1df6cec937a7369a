from typing import ClassVar

from django.db import models
from django.db.models import Q

from credit.models.products import Product


class Alert(models.Model):
    """Something a person must look at. While one is open, the same cause only counts up."""

    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT)
    cause = models.CharField(max_length=50, help_text="as in model_unavailable")
    message = models.TextField()
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-last_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "cause"],
                condition=Q(resolved_at=None),
                nulls_distinct=False,
                name="alert_one_open_a_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause}: {self.message}"
