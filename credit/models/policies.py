from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models.products import ContractVersion, PolicyVersion, Product


class PolicyProposal(models.Model):
    """A change of policy that somebody asks for. It never changes, and is answered once.

    Nothing of it holds before another person approves it (decision record 25).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        DROPPED = "dropped", _("Taken back")

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="policy_proposals")
    contract = models.ForeignKey(
        ContractVersion, on_delete=models.PROTECT, related_name="+", help_text="of its models"
    )
    base = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", help_text="what it changes"
    )
    text = models.TextField(help_text="the contract with the changed policy in it")
    hash = models.CharField(max_length=71)
    valid_from = models.DateTimeField(null=True, help_text="without one, from its approval on")
    why = models.TextField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="the words of who answered")
    policy = models.OneToOneField(
        PolicyVersion, null=True, on_delete=models.PROTECT, related_name="proposal"
    )

    class Meta:
        ordering: ClassVar = ["-requested_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="policy_proposal_says_why"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | ~Q(answered_by=F("requested_by")),
                name="policy_proposal_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", answered_by=None, answered_at=None)
                | (~Q(state="waiting") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="policy_proposal_answered_or_not",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", policy__isnull=False)
                | (~Q(state="approved") & Q(policy=None)),
                name="policy_proposal_approved_is_a_policy",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.state}"


class PolicyWithdrawal(models.Model):
    """An approved policy that somebody withdrew before its date came. Append-only."""

    policy = models.OneToOneField(
        PolicyVersion, on_delete=models.PROTECT, related_name="withdrawal"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="policy_withdrawal_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id}: {self.at:%Y-%m-%d %H:%M}"
