from typing import ClassVar

from django.db import models

from credit.ids import LENGTH
from credit.models.partners import Partner
from credit.models.products import Product


class Application(models.Model):
    """A request for credit, with the features the contract asks for and no protected attribute."""

    class Status(models.TextChoices):
        AWAITING_OFFICER = "awaiting_officer", "Awaiting an officer"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"

    NEXT_STATUSES: ClassVar[dict[str, frozenset[str]]] = {
        Status.AWAITING_OFFICER: frozenset({Status.APPROVED, Status.DECLINED}),
        Status.APPROVED: frozenset(),
        Status.DECLINED: frozenset(),
    }

    id = models.CharField(primary_key=True, max_length=LENGTH)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="applications")
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT)
    reference = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    term_months = models.PositiveIntegerField(null=True, help_text="where the product has a term")
    features = models.JSONField()
    status = models.CharField(max_length=20, choices=Status)
    received_at = models.DateTimeField()
    salt = models.BinaryField(max_length=16, help_text="of its commitments in the audit trail")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["status", "received_at"], name="application_queue"),
            models.Index(fields=["partner", "reference"], name="application_by_reference"),
        ]

    def __str__(self) -> str:
        return self.reference
