"""What was written to applicants, what could not leave, and what they asked to have looked at."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.models.decisions import Decision


class NoticeKind(models.TextChoices):
    """As `scoring.notices.laws.NoticeKind`: a test compares them."""

    ADVERSE_ACTION = "adverse_action", _("Adverse action")
    COUNTER_OFFER = "counter_offer", _("Counter-offer")
    INCOMPLETENESS = "incompleteness", _("Incompleteness")
    EXPLANATION = "explanation", _("Explanation")


class Notice(models.Model):
    """A letter that left, byte for byte, with the certificate that proves it. Append-only.

    Bytes and certificate hold what the applicant stated: they are never logged, and the audit
    trail has their hashes only.
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    number = models.PositiveIntegerField(help_text="of its kind; above 1 it was issued again")
    why_again = models.TextField(blank=True)
    has_address = models.BooleanField(help_text="else it names the reference only")
    pdf = models.BinaryField()
    html = models.BinaryField()
    pdf_sha256 = models.CharField(max_length=64)
    html_sha256 = models.CharField(max_length=64)
    certificate = models.BinaryField(help_text="as scoring.notices.records writes it")
    seal = models.CharField(max_length=64)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["issued_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision", "kind", "number"], name="notice_numbered_by_kind"
            ),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(why_again=""), name="notice_again_says_why"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["issued_at"], name="notice_by_time")]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.kind} {self.number}"


class NoticeFailure(models.Model):
    """A notice that could not be proved and did not leave, and why. Append-only."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="failed_notices")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    problems = models.JSONField(help_text="[{code, text}]")
    tried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    tried_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["tried_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(problems=[]), name="notice_failure_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.kind} did not leave"


class NoticeWording(models.Model):
    """What a person states in place of the model's reasons. Append-only; the newest counts."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="wordings")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    reasons = models.JSONField(help_text="[{code, text}]")
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    stated_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["stated_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reasons=[]), name="notice_wording_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.kind} in a person's words"
