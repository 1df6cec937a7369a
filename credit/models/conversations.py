"""What is asked of applicants and what they answer, as officers write it down."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.models.decisions import Decision


class InformationRequest(models.Model):
    """What an officer asks an applicant for before deciding."""

    class Item(models.TextChoices):
        INCOME = "income", _("Proof of income")
        EMPLOYMENT = "employment", _("Proof of employment")
        STATEMENTS = "statements", _("Bank statements")
        IDENTITY = "identity", _("Proof of identity")
        DEBTS = "debts", _("Details of other debts")
        SECURITY = "security", _("Security or a guarantor")
        PURPOSE = "purpose", _("What the money is for")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("Not answered yet")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed as incomplete")
        DROPPED = "dropped", _("No longer needed")

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="information_requests"
    )
    items = ArrayField(models.CharField(max_length=20, choices=Item))
    words = models.TextField(blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_on = models.DateField(help_text="the last day to answer")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="what came, in the officer's words")

    class Meta:
        ordering: ClassVar = ["asked_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(state="open"), name="information_request_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(items=[]), name="information_request_asks_for_something"
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_by=None, settled_at=None)
                | (~Q(state="open") & Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="information_request_settled_or_not",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"], condition=Q(state="open"), name="information_request_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {', '.join(self.items)}"


class OfferAnswer(models.Model):
    """What became of a counter-offer. Append-only."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        LAPSED = "lapsed", _("Lapsed")

    decision = models.OneToOneField(
        Decision, primary_key=True, on_delete=models.PROTECT, related_name="offer_answer"
    )
    answer = models.CharField(max_length=10, choices=Answer)
    words = models.TextField(blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.answer}"


class Withdrawal(models.Model):
    """An applicant no longer wants the loan. Append-only."""

    decision = models.OneToOneField(
        Decision, primary_key=True, on_delete=models.PROTECT, related_name="withdrawal"
    )
    words = models.TextField(blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.decision_id}: withdrawn"
