from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from scoring.contract import Contract


class Product(models.Model):
    """A lending product. All that makes it differ from another stands in its contract."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    def deciding_contract(self) -> "ContractVersion | None":
        """Find the contract that applications are read by: the champion's, else the newest."""
        of_champion = self.contracts.filter(modelversion__stage="champion").first()
        return of_champion or self.contracts.order_by("-number").first()


class ContractVersion(models.Model):
    """A contract as it was registered. Never changes; a new text is a new version."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="contracts")
    number = models.PositiveIntegerField()
    hash = models.CharField(max_length=71, unique=True)
    text = models.TextField()
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        ordering: ClassVar = ["product", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "number"], name="contract_version_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.product.slug} contract {self.number}"

    def read(self) -> "Contract":
        """Parse the stored text; it was checked when it was registered."""
        return self._contract

    @cached_property
    def _contract(self) -> "Contract":
        # Of each row once: to find a text among those that were parsed, all of it is compared.
        return _parsed(self.text)


@lru_cache(maxsize=64)  # texts never change, and parsing one takes milliseconds
def _parsed(text: str) -> "Contract":
    from scoring.contract import Contract  # noqa: PLC0415 - models load before scoring is needed

    return Contract.parse(text.encode())


class Ingestion(models.Model):
    """A file of past loans as it was read. Its rows are kept by content hash and never change."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="ingestions")
    contract = models.ForeignKey(ContractVersion, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    rows_sha256 = models.CharField(max_length=64, help_text="of the Parquet file in the store")
    rows = models.PositiveIntegerField()
    bads = models.PositiveIntegerField()
    rejects = models.JSONField(default=list, help_text="the first problems; all are in the file")
    rejected = models.PositiveIntegerField(default=0)
    rejects_sha256 = models.CharField(
        max_length=64, blank=True, help_text="of the CSV file in the store; empty without rejects"
    )
    out_of_scope = models.PositiveIntegerField(default=0)
    indeterminate = models.PositiveIntegerField(default=0)
    quality = models.JSONField(default=dict, help_text="the data-quality report")
    ingested_at = models.DateTimeField()
    ingested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        ordering: ClassVar = ["-ingested_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.rows} rows)"


class Snapshot(models.Model):
    """The rows a model was trained on: ingested loans and own decisions with matured outcomes."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="snapshots")
    contract = models.ForeignKey(ContractVersion, on_delete=models.PROTECT)
    ingestion = models.ForeignKey(Ingestion, on_delete=models.PROTECT)
    rows_sha256 = models.CharField(max_length=64, help_text="of the Parquet file in the store")
    rows = models.PositiveIntegerField(help_text="whose outcome is known")
    bads = models.PositiveIntegerField()
    label_sources = models.JSONField(help_text="rows by where their label came from")
    excluded = models.JSONField(default=dict, help_text="rows left out, by why")
    immature = models.PositiveIntegerField(help_text="outcomes left out as not yet matured")
    taken_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-taken_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.rows} rows of {self.taken_at:%Y-%m-%d}"


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    """Policies, of which the one with the highest number counts among those that have begun."""

    def standing(self) -> "PolicyVersionQuerySet":
        """Leave out those that were withdrawn before their date."""
        return self.filter(withdrawal=None)

    def at(
        self, moment: datetime | Now, *, contract: ContractVersion | None
    ) -> "PolicyVersion | None":
        """Find the one that decides, or will, for a contract's models at a moment."""
        begun = self.standing().filter(contract=contract, in_force_from__lte=moment)
        return begun.select_related("contract", "product").order_by("-number").first()


class SnapshotReport(models.Model):
    """What a snapshot's rows are like, and whom they represent, as aggregates. Append-only.

    Made by the learning worker, which alone may look into the vault.
    """

    snapshot = models.OneToOneField(
        Snapshot, primary_key=True, on_delete=models.PROTECT, related_name="report"
    )
    quality = models.JSONField(help_text="the data-quality report")
    groups = models.JSONField(help_text="as scoring.groups.representation counts them")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"of snapshot {self.snapshot_id}"


class PolicyVersion(models.Model):
    """Cut-offs, rules, limits and clocks as they were in force: data, not code. Never changes.

    It decides for the models of its contract (decision record 25).
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="policies")
    number = models.PositiveIntegerField()
    contract = models.ForeignKey(
        ContractVersion, on_delete=models.PROTECT, help_text="whose models it decides for"
    )
    text = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="the contract with this policy in it; empty where it is the contract's own",
    )
    hash = models.CharField(
        max_length=71, blank=True, default="", db_default="", help_text="of the text"
    )
    in_force_from = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["product", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "number"], name="policy_version_numbered"),
            models.CheckConstraint(
                condition=~Q(requested_by=F("approved_by")), name="policy_version_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(text="", hash="") | (~Q(text="") & ~Q(hash="")),
                name="policy_version_text_has_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.slug} policy {self.number}"

    @property
    def contract_hash(self) -> str:
        """Names the text that states it, as records and certificates do."""
        return self.hash or self.contract.hash

    @property
    def contract_text(self) -> str:
        """The text that states it: a contract, equal to its models' but for the policy's tables."""
        return self.text or self.contract.text

    def read(self) -> "Contract":
        """Parse the text that states it; features and reasons are its models' contract's."""
        return _parsed(self.text) if self.text else self.contract.read()
