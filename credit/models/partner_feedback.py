from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from credit.models.decisions import Decision
from credit.models.partners import ApiKey


class PartnerFeedback(models.Model):
    """What a partner says of a decision that it got. Append-only."""

    class Kind(models.TextChoices):
        REASON_WRONG = "reason_wrong", _("A reason is wrong")
        UNHELPFUL = "unhelpful", _("It does not help")
        DATA_WRONG = "data_wrong", _("The data is wrong")

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="partner_feedback", db_index=False
    )
    kind = models.CharField(max_length=20, choices=Kind)
    feature = models.CharField(max_length=100, blank=True, help_text="of the decision's contract")
    text = models.CharField(max_length=500)
    given_at = models.DateTimeField()
    given_with = models.ForeignKey(ApiKey, on_delete=models.PROTECT)

    class Meta:
        ordering: ClassVar = ["given_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision", "kind", "feature", "text"], name="partner_feedback_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.get_kind_display()}"
