from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from credit.models.decisions import Decision
from credit.models.partners import ApiKey


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    """Outcomes, of which the newest version of each decision's counts."""

    def as_of(self, at: datetime) -> "OutcomeQuerySet":
        """Keep of each decision the version that was the newest one at that moment."""
        known = self.filter(reported_at__lte=at)
        return known.order_by("decision_id", "-number").distinct("decision_id")

    def history(self) -> "OutcomeQuerySet":
        """Give versions as they are told, the newest first, with who reported them."""
        who = self.select_related("reported_by", "reported_with__partner")
        return who.order_by("decision_id", "-number")


class Outcome(models.Model):
    """How a loan turned out, when it happened and when we learned it. Append-only.

    A correction is another version with a reason; the versions before it stay.
    """

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="outcomes", db_index=False
    )
    number = models.PositiveSmallIntegerField(default=1, help_text="of this decision's versions")
    is_bad = models.BooleanField()
    observed_on = models.DateField()
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    reported_with = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT)
    matures_on = models.DateField(help_text="the end of the contract's performance window")
    reason = models.TextField(blank=True, help_text="why the version before it was wrong")

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["decision", "-number"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reported_by__isnull=False) | Q(reported_with__isnull=False),
                name="outcome_has_a_source",
            ),
            models.UniqueConstraint(fields=["decision", "number"], name="outcome_version_once"),
            models.CheckConstraint(
                condition=Q(number=1, reason="") | (Q(number__gt=1) & ~Q(reason="")),
                name="outcome_correction_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {'bad' if self.is_bad else 'good'}"

    @property
    def corrects(self) -> int | None:
        """The number of the version that this one takes the place of."""
        return self.number - 1 if self.number > 1 else None
