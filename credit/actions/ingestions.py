"""Files of past loans, read once by a contract and kept as they were read."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from credit import store, vault
from credit.actions import audit
from credit.actions.refusals import require_role
from credit.models import AuditEvent, ContractVersion, Ingestion, Product, Role, User
from scoring.files import data_quality, ingestion
from scoring.files.ingestion import Ingested
from scoring.files.reading import sha256_of

PARQUET = ".parquet"
CSV = ".csv"
_MOST_REJECTS_KEPT = 100
Progress = Callable[[float], None]


def ingest(
    *,
    contract_id: int,
    path: Path,
    by: User,
    at: datetime,
    progress: Progress | None = None,
) -> Ingestion:
    """Read a file by a contract; once, where it is what the product learns from already.

    A product learns from what was brought in last: a file that another one has followed is brought
    in anew, or nobody could go back to it. Protected groups go to the vault, everything else to the
    store. Raises `IngestionRefused` where the file is not of this product or too much of it is not
    right.
    """
    require_role(by, Role.MODEL_DEVELOPER, to="bring in past loans")
    contract = ContractVersion.objects.select_related("product").get(pk=contract_id)
    last = newest(contract.product)
    if last and (last.contract_id, last.file_sha256) == (contract.pk, sha256_of(path)):
        return last
    read = ingestion.ingest(path, contract=contract.read(), progress=progress)
    return _keep(read, contract=contract, file_name=path.name, by=by, at=at)


def newest(product: Product) -> Ingestion | None:
    """Find the ingestion that the product learns from."""
    return product.ingestions.order_by("-ingested_at", "-pk").first()


def to_parquet(frame: pl.DataFrame) -> bytes:
    """Write a frame so that the same rows are the same bytes."""
    file = io.BytesIO()
    frame.write_parquet(file, compression="zstd", row_group_size=100_000)
    return file.getvalue()


@transaction.atomic
def _keep(
    read: Ingested, *, contract: ContractVersion, file_name: str, by: User, at: datetime
) -> Ingestion:
    kept = Ingestion.objects.create(
        product=contract.product,
        contract=contract,
        file_name=file_name[:255],
        file_sha256=read.file_sha256,
        rows_sha256=store.put(to_parquet(read.frame), PARQUET),
        rows=read.frame.height,
        bads=int(read.frame["bad"].sum()),
        rejects=read.problems.head(_MOST_REJECTS_KEPT).to_dicts(),
        rejected=read.rejected,
        rejects_sha256=_rejects_file(read),
        out_of_scope=read.out_of_scope,
        indeterminate=read.indeterminate,
        quality=data_quality.report_of(
            read, contract=contract.read(), previous=_report_before(contract)
        ),
        ingested_at=at,
        ingested_by=by,
    )
    known = read.protected.drop_nulls("group")
    vault.store_ingested(kept.pk, known.select("row", "attribute", "group").iter_rows())
    audit.record(
        AuditEvent.Type.LOANS_INGESTED,
        target=f"ingestion:{kept.pk}",
        by=by,
        at=at,
        file_sha256=kept.file_sha256,
        rows=kept.rows,
        rejected=kept.rejected,
    )
    return kept


def _rejects_file(read: Ingested) -> str:
    if read.problems.is_empty():
        return ""
    written = io.StringIO(newline="")
    ingestion.write_rejects(read.problems, written)
    return store.put(written.getvalue().encode(), CSV)


def _report_before(contract: ContractVersion) -> dict[str, Any] | None:
    """Give the report of the product's ingestion before, of whatever version of the contract."""
    before = contract.product.ingestions.exclude(quality={}).order_by("-ingested_at", "-pk").first()
    return before.quality if before else None
