from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from credit.models.decisions import Decision
from credit.models.partners import ApiKey


class PartnerFeedbackQuerySet(models.QuerySet["PartnerFeedback"]):
    """Feedback of partners, of which what nothing took the place of counts."""

    def standing(self, at: datetime) -> "PartnerFeedbackQuerySet":
        """Keep what was said, and neither corrected nor withdrawn, until that moment."""
        known = PartnerFeedback.objects.filter(given_at__lte=at)
        later = known.filter(decision=OuterRef("decision"), corrects=OuterRef("number"))
        return self.filter(~Exists(later), given_at__lte=at, is_withdrawal=False)


class PartnerFeedback(models.Model):
    """What a partner says of a decision that it got. Append-only.

    A correction is said beside what it takes the place of, which stays; so is a withdrawal, which
    keeps what the withdrawn feedback was about and says why.
    """

    class Kind(models.TextChoices):
        REASON_WRONG = "reason_wrong", _("A reason is wrong")
        UNHELPFUL = "unhelpful", _("It does not help")
        DATA_WRONG = "data_wrong", _("The data is wrong")

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="partner_feedback", db_index=False
    )
    number = models.PositiveSmallIntegerField(default=1, help_text="of this decision's feedback")
    corrects = models.PositiveSmallIntegerField(
        null=True, help_text="the number of what it takes the place of"
    )
    is_withdrawal = models.BooleanField(default=False)
    kind = models.CharField(max_length=20, choices=Kind)
    feature = models.CharField(max_length=100, blank=True, help_text="of the decision's contract")
    text = models.CharField(max_length=500)
    given_at = models.DateTimeField()
    given_with = models.ForeignKey(ApiKey, on_delete=models.PROTECT)

    objects = PartnerFeedbackQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["decision", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision", "number"], name="partner_feedback_number_once"
            ),
            models.UniqueConstraint(
                fields=["decision", "corrects"], name="partner_feedback_corrected_once"
            ),
            models.UniqueConstraint(
                fields=["decision", "kind", "feature", "text"],
                condition=Q(corrects__isnull=True),
                name="partner_feedback_said_once",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, is_withdrawal=False)
                | Q(corrects__isnull=False, corrects__gte=1, corrects__lt=F("number")),
                name="partner_feedback_corrects_earlier",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.get_kind_display()}"
