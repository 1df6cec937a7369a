"""What officers decide: proposed where a second person has to sign, standing, or undone."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models.decisions import Decision


class OfficerVerdict(models.TextChoices):
    """What an officer may decide."""

    APPROVE = "approve", _("Approve")
    DECLINE = "decline", _("Decline")
    COUNTER_OFFER = "counter_offer", _("Counter-offer")


IS_AN_OFFER = Q(verdict="counter_offer", offered_amount__isnull=False)
IS_NO_OFFER = ~Q(verdict="counter_offer") & Q(offered_amount=None, offered_term_months=None)
GIVES_A_REASON = Q(is_override=False) | (~Q(reason_code="") & ~Q(reason=""))


class Judgement(models.Model):
    """A verdict with its terms and reasons; the same in each of the tables below."""

    verdict = models.CharField(max_length=20, choices=OfficerVerdict)
    is_override = models.BooleanField()
    reason_code = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    offered_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    offered_term_months = models.PositiveIntegerField(null=True)

    class Meta:
        abstract = True


class Made(Judgement):
    """A judgement that one person made, with a second where authority asks for one."""

    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    final_at = models.DateTimeField(
        null=True, help_text="until then it can be undone, and no partner is told"
    )
    offer_until = models.DateField(null=True, help_text="the last day to accept a counter-offer")

    COPIED: ClassVar = (  # whole, where it stands no longer
        *("verdict", "is_override", "reason_code", "reason", "offered_amount"),
        *("offered_term_months", "decided_by", "decided_at", "signed_by", "final_at"),
        "offer_until",
    )

    class Meta:
        abstract = True


class OfficerDecision(Made):
    """The human decision that stands. Never changed; deleted only as it is undone."""

    decision = models.OneToOneField(
        Decision, primary_key=True, on_delete=models.PROTECT, related_name="officer_decision"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=GIVES_A_REASON, name="officer_decision_override_has_reason"
            ),
            models.CheckConstraint(
                condition=IS_AN_OFFER | IS_NO_OFFER, name="officer_decision_offers_something"
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=F("decided_by")),
                name="officer_decision_signed_by_someone_else",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["decided_at"], name="officer_decision_by_time"),
            models.Index(
                fields=["decided_by", "decided_at"],
                include=["decision"],  # whose row is asked of each: so they are counted here alone
                name="officer_decision_own",
            ),
            models.Index(
                fields=["decided_by", "decided_at"],
                condition=Q(is_override=True),
                name="officer_decision_own_overrides",
            ),
            models.Index(
                fields=["decided_at"],
                condition=Q(is_override=True),
                name="officer_decision_overrides",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.verdict}"

    def is_final(self, at: datetime) -> bool:
        """Say whether nobody can undo it any more."""
        return self.final_at is None or self.final_at <= at


class UndoneDecision(Made):
    """An officer's decision taken back within its time, or reopened by a review. Append-only."""

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="undone_decisions"
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField()
    review = models.ForeignKey(  # both hang on the decision, and go with its month in any order
        "credit.ReviewRequest",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        help_text="that found it is to be changed; empty: it was undone",
    )

    class Meta:
        ordering: ClassVar = ["undone_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(undone_at__lt=F("final_at")) | Q(review__isnull=False),
                name="undone_decision_in_time",
            ),
            models.CheckConstraint(
                condition=Q(review=None) | ~Q(undone_by=F("decided_by")),
                name="undone_decision_reviewed_by_someone_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.verdict}, undone"


class ProposedDecision(Judgement):
    """What an officer would decide, above what they may alone: it waits for a signature."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a signature")
        SIGNED = "signed", _("Signed")
        SENT_BACK = "sent_back", _("Sent back")
        DROPPED = "dropped", _("Dropped")

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="proposed_decisions"
    )
    limits = models.JSONField(default=list, help_text="of [policy.authority], that it is above")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="why it was sent back")

    class Meta:
        ordering: ClassVar = ["proposed_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(state="waiting"),
                name="proposed_decision_one_waits",
            ),
            models.CheckConstraint(
                condition=GIVES_A_REASON, name="proposed_decision_override_has_reason"
            ),
            models.CheckConstraint(
                condition=IS_AN_OFFER | IS_NO_OFFER, name="proposed_decision_offers_something"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "sent_back"]) | ~Q(settled_by=F("proposed_by")),
                name="proposed_decision_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_by=None, settled_at=None)
                | (~Q(state="waiting") & Q(settled_by__isnull=False, settled_at__isnull=False)),
                name="proposed_decision_settled_or_not",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent_back") | ~Q(answer=""),
                name="proposed_decision_sent_back_with_words",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["proposed_at"],
                condition=Q(state="waiting"),
                name="proposed_decision_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.verdict}, {self.state}"
