from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.applicants import LONGEST_ADDRESS, LONGEST_NAME
from credit.ids import LENGTH
from credit.models.partners import Partner
from credit.models.products import Product

# For somebody: an officer, a second person, or the applicant. Nothing of it is over yet.
WAITING = (
    *("awaiting_officer", "awaiting_signature"),
    *("awaiting_information", "counter_offered"),
)
IS_OWED_A_NOTICE = (
    Q(status__in=["declined", "counter_offered", "awaiting_information"]) & ~Q(told=F("status"))
) | (Q(status="incomplete") & ~Q(told__in=["awaiting_information", "incomplete"]))


class Application(models.Model):
    """A request for credit, with the features the contract asks for and no protected attribute."""

    class Status(models.TextChoices):
        AWAITING_OFFICER = "awaiting_officer", _("Awaiting an officer")
        AWAITING_SIGNATURE = "awaiting_signature", _("Awaiting a second signature")
        AWAITING_INFORMATION = "awaiting_information", _("Awaiting information")
        COUNTER_OFFERED = "counter_offered", _("Counter-offer made")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")
        INCOMPLETE = "incomplete", _("Closed as incomplete")
        SUPERSEDED = "superseded", _("Superseded by a corrected one")

    # A decision that is undone waits again; of what the applicant ended nothing comes any more.
    NEXT_STATUSES: ClassVar[dict[str, frozenset[str]]] = {
        Status.AWAITING_OFFICER: frozenset(
            {
                Status.AWAITING_SIGNATURE,
                Status.AWAITING_INFORMATION,
                Status.COUNTER_OFFERED,
                Status.APPROVED,
                Status.DECLINED,
                Status.WITHDRAWN,
                Status.SUPERSEDED,
            }
        ),
        Status.AWAITING_SIGNATURE: frozenset(
            {
                Status.AWAITING_OFFICER,
                Status.COUNTER_OFFERED,
                Status.APPROVED,
                Status.DECLINED,
                Status.WITHDRAWN,
            }
        ),
        Status.AWAITING_INFORMATION: frozenset(
            {Status.AWAITING_OFFICER, Status.INCOMPLETE, Status.WITHDRAWN, Status.SUPERSEDED}
        ),
        Status.COUNTER_OFFERED: frozenset(
            {Status.AWAITING_OFFICER, Status.APPROVED, Status.DECLINED, Status.WITHDRAWN}
        ),
        Status.APPROVED: frozenset({Status.AWAITING_OFFICER}),
        Status.DECLINED: frozenset({Status.AWAITING_OFFICER}),
        Status.WITHDRAWN: frozenset(),
        Status.INCOMPLETE: frozenset(),
        Status.SUPERSEDED: frozenset(),
    }
    WAITING: ClassVar = WAITING

    id = models.CharField(primary_key=True, max_length=LENGTH)
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="applications", db_index=False
    )
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, db_index=False)
    reference = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    term_months = models.PositiveIntegerField(null=True, help_text="where the product has a term")
    features = models.JSONField()
    status = models.CharField(max_length=20, choices=Status)
    received_at = models.DateTimeField()
    salt = models.BinaryField(max_length=16, help_text="of its commitments in the audit trail")
    told = models.CharField(
        max_length=20, db_default="", help_text="the status that a notice told of, or NOT_PROVED"
    )

    queued = models.BooleanField(
        db_default=False, help_text="stands in the queue's table; a trigger takes it back"
    )

    NOT_PROVED = "not_proved"  # in `told`: a notice was tried and could not be proved

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["received_at", "id"],
                condition=Q(status__in=WAITING, queued=False),
                name="application_not_in_queue",
            ),
            models.Index(
                fields=["product", "received_at", "id"],
                condition=IS_OWED_A_NOTICE,
                name="application_owed_a_notice",
            ),
            models.Index(fields=["partner", "reference"], name="application_by_reference"),
            models.Index(fields=["partner", "id"], name="application_by_partner"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def can_be_corrected(self) -> bool:
        """Whether a corrected one may still take its place."""
        return self.Status.SUPERSEDED in self.NEXT_STATUSES[self.status]


class Applicant(models.Model):
    """Who applies, where that was said: for letters and for finding an application again.

    Apart from the application, so that nothing that scores, explains or learns reads it.
    """

    application = models.OneToOneField(  # written with it, in one statement: no check a row
        Application,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="applicant",
        db_constraint=False,
    )
    partner = models.ForeignKey(
        Partner,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="the application's: row security looks at each row alone",
    )
    name = models.CharField(max_length=LONGEST_NAME)
    address = models.CharField(max_length=LONGEST_ADDRESS, blank=True, help_text="lines")

    def __str__(self) -> str:
        return self.application_id  # never a name, where a log might hold it
