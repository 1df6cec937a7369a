from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.models.decisions import Decision


class ReviewRequest(models.Model):
    """An applicant's request that another person look at a decision; answered once."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("Upheld")
        CHANGED = "changed", _("To be changed")

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="reviews")
    words = models.TextField(help_text="the applicant's own view")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(blank=True, help_text="what the applicant is told")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["asked_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(outcome=""), name="review_request_one_open"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="review_request_has_words"),
            models.CheckConstraint(
                condition=Q(outcome="", answer="", answered_by=None, answered_at=None)
                | (
                    ~Q(outcome="")
                    & ~Q(answer="")
                    & Q(answered_by__isnull=False)
                    & Q(answered_at__isnull=False)
                ),
                name="review_request_answered_or_not",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_on", "id"], condition=Q(outcome=""), name="review_request_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.outcome or 'open'}"
