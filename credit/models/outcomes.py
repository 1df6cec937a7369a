from django.conf import settings
from django.db import models
from django.db.models import Q

from credit.models.decisions import Decision
from credit.models.partners import ApiKey


class Outcome(models.Model):
    """How a loan turned out, when it happened and when we learned it."""

    decision = models.OneToOneField(
        Decision, primary_key=True, on_delete=models.PROTECT, related_name="outcome"
    )
    is_bad = models.BooleanField()
    observed_on = models.DateField()
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    reported_with = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT)
    matures_on = models.DateField(help_text="the end of the contract's performance window")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(reported_by__isnull=False) | Q(reported_with__isnull=False),
                name="outcome_has_a_source",
            ),
        )

    def __str__(self) -> str:
        return f"{self.decision_id}: {'bad' if self.is_bad else 'good'}"
