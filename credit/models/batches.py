from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.ids import LENGTH
from credit.models.decisions import Decision
from credit.models.partners import Partner
from credit.models.products import Product


class Batch(models.Model):
    """A file of applications that a partner sent. The row is the truth; the message only a hint."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting for the worker")
        RUNNING = "running", _("Running")
        COMPLETED = "completed", _("Every row has its result")
        CANCELLED = "cancelled", _("Cancelled by the partner")
        FAILED = "failed", _("The file could not be read to its end")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        NDJSON = "ndjson", "NDJSON"
        PARQUET = "parquet", "Parquet"

    UNFINISHED: ClassVar = (State.QUEUED, State.RUNNING)

    id = models.CharField(primary_key=True, max_length=LENGTH)
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT)
    format = models.CharField(max_length=10, choices=Format)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    received_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(
        default=0, help_text="times a worker took it up; only the latest may write"
    )
    stalls = models.PositiveSmallIntegerField(
        default=0, help_text="times it was taken up since a row was last stored"
    )
    rows = models.PositiveIntegerField(null=True, help_text="of the file, once counted")
    rows_decided = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    problems = models.JSONField(
        default=list, help_text="why it failed: [{after_row, pointer, code, detail}]"
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["queued", "running"]),
                name="batch_unfinished",
            ),
            models.Index(fields=["partner", "id"], name="batch_by_partner"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at=None)
                | (~Q(state__in=["queued", "running"]) & Q(finished_at__isnull=False)),
                name="batch_finished_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.get_state_display()}"

    @property
    def rows_done(self) -> int:
        """Rows that have their result; the next one to do is one more."""
        return self.rows_decided + self.rows_refused


class BatchRow(models.Model):
    """What became of one row: a decision, or what is wrong with it. Written once."""

    pk = models.CompositePrimaryKey("batch_id", "number")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False)
    number = models.PositiveIntegerField(help_text="1 is the first row of data")
    decision = models.ForeignKey(  # written with its row; nobody looks the other way
        Decision,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    problems = models.JSONField(default=list, help_text="[{pointer, code, detail}]")

    class Meta:
        ordering: ClassVar = ["batch_id", "number"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decision__isnull=False, problems=[])
                | (Q(decision=None) & ~Q(problems=[])),
                name="batch_row_decided_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}, row {self.number}"
