"""What officers remark while they look: notes, and what they think of each reason."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from credit.models.decisions import Decision


class OfficerNote(models.Model):
    """Words of an officer on an application. Append-only."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="notes")
    words = models.TextField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(words=""), name="officer_note_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: note of {self.written_at:%Y-%m-%d}"


class ReasonFeedback(models.Model):
    """What an officer thinks of one reason of a score."""

    class Kind(models.TextChoices):
        RIGHT = "right", _("Right")
        WRONG = "wrong", _("Wrong")
        UNHELPFUL = "unhelpful", _("Unhelpful")
        DATA_WRONG = "data_wrong", _("Data is wrong")

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="reason_feedback")
    feature = models.CharField(max_length=100, help_text="of the decision's contract")
    kind = models.CharField(max_length=20, choices=Kind)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["given_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision", "feature", "given_by"], name="reason_feedback_one_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.feature} {self.kind}"
