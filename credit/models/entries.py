from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.ids import LENGTH
from credit.models.decisions import Decision
from credit.models.model_versions import ModelVersion


class HandEntry(models.Model):
    """That a person typed an application in, and which unlikely values they stand by. Append-only.

    It follows the application into each correction, so that four eyes stay four.
    """

    decision = models.OneToOneField(
        Decision, primary_key=True, on_delete=models.PROTECT, related_name="hand_entry"
    )
    form = models.CharField(
        max_length=LENGTH, unique=True, help_text="sending a form twice enters it once"
    )
    confirmed = models.JSONField(default=list, help_text="features that were asked about")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.decision_id} by {self.entered_by_id}"


class Correction(models.Model):
    """That an application is another one, with details put right. Both stay. Append-only.

    What was wrong, and who said so, is feedback that the learning loop reads. Whose groups stand
    in the vault for the one stand there for the other: a trigger sees to it.
    """

    class Source(models.TextChoices):
        DOCUMENT = "document", _("A document that I saw")
        APPLICANT = "applicant", _("The applicant said so")
        PARTNER = "partner", _("The partner said so")
        BUREAU = "bureau", _("A credit bureau")

    decision = models.OneToOneField(
        Decision, primary_key=True, on_delete=models.PROTECT, related_name="correction"
    )
    supersedes = models.OneToOneField(  # unique: of two officers at once, one corrects
        Decision,
        on_delete=models.PROTECT,
        related_name="superseded_by",
        db_constraint=False,  # the one before may go with its month, at the end of its retention
    )
    changes = models.JSONField(help_text="[{field, before, after}]; data about a person")
    source = models.CharField(max_length=10, choices=Source)
    words = models.TextField()
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    corrected_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(decision=F("supersedes")), name="correction_is_another_application"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} for {self.supersedes_id}"


class PastLoans(models.Model):
    """A table of past loans as a version sees them; the newest of a version is used."""

    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="past_loans", db_index=False
    )
    sha256 = models.CharField(max_length=64, help_text="of the file in the store")
    rows = models.PositiveIntegerField()
    rows_before = models.PositiveIntegerField(help_text="of which the table holds some, drawn")
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["version", "-made_at"], name="past_loans_by_version")
        ]

    def __str__(self) -> str:
        return f"{self.rows} past loans of {self.version_id}"
