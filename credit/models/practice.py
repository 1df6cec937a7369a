from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from credit.models.model_versions import ModelVersion


class PracticeCase(models.Model):
    """A past case whose outcome is known, with the PD of a model that had not seen it.

    It is a copy: practising on it touches no application. Protected attributes are not in it.
    """

    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="practice_cases", db_index=False
    )
    row = models.CharField(max_length=200, help_text="of the snapshot that the version learnt from")
    features = models.JSONField()
    pd = models.FloatField(help_text="out of fold: by a fit that had not seen this row")
    is_bad = models.BooleanField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "row"], name="practice_case_once"),
            models.CheckConstraint(
                condition=Q(pd__gte=0, pd__lte=1), name="practice_case_pd_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.row


class PracticeAnswer(models.Model):
    """A case as it was shown to an officer, and the chance of default that they then gave.

    A repeat looks like any other: that it is one is told only when all is graded.
    """

    case = models.ForeignKey(PracticeCase, on_delete=models.PROTECT, related_name="answers")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="practice_answers"
    )
    repeats = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="repeated_by"
    )
    shown_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    said = models.FloatField(null=True, help_text="the officer's chance of default, 0 to 1")

    class Meta:
        ordering: ClassVar = ["shown_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at=None, said=None)
                | Q(answered_at__isnull=False, said__gte=0, said__lte=1),
                name="practice_answer_whole_or_open",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_at__gte=F("shown_at")),
                name="practice_answer_after_showing",
            ),
            models.UniqueConstraint(
                fields=["officer"],
                condition=Q(answered_at=None),
                name="practice_one_open_case_an_officer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.said}"
