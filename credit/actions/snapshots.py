"""What a model is trained on: immutable, named by its content, and only of labels that matured."""

import io
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import transaction
from django.utils.translation import gettext

from credit import labels, store
from credit.actions.ingestions import PARQUET, newest, to_parquet
from credit.actions.refusals import ActionDenied
from credit.labels import APPLIED_ON, Gathered
from credit.models import Ingestion, Product, Snapshot
from scoring.contract import Contract, LabelSource
from scoring.contracts.learning_terms import KNOWN

_SAID_OF_LABELS = ("label", "weight")


class NothingToLearnFrom(ActionDenied):
    """The product has no past loans yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retaken:
    """A snapshot put together again by its bounds."""

    rows_sha256: str
    is_same: bool


@transaction.atomic
def take(*, product_id: int, at: datetime) -> Snapshot:
    """Put together the rows whose labels have matured by now, and keep them by their hash.

    A label inside its performance window never enters: not even a bad one, for the bads of a
    young vintage come first and would make it look worse than it will be.
    """
    product = Product.objects.get(pk=product_id)
    ingestion = newest(product)
    if ingestion is None:
        raise NothingToLearnFrom(
            gettext("{product} has no past loans to learn from yet.").format(product=product.name)
        )
    contract = ingestion.contract.read()
    past, young = _past_loans(ingestion, contract, at=at)
    live = labels.gathered(product, contract, past.schema, at=at)
    frame = pl.concat([past, live.frame])
    known = frame.filter(pl.col("label").is_in(KNOWN))
    return Snapshot.objects.create(
        product=product,
        contract=ingestion.contract,
        ingestion=ingestion,
        rows_sha256=store.put(to_parquet(frame), PARQUET),
        rows=known.height,
        bads=int(known["bad"].sum()),
        label_sources={str(LabelSource.INGESTED): past.height, **live.sources},
        excluded=live.excluded,
        immature=young + live.immature,
        taken_at=at,
    )


def retake(snapshot: Snapshot) -> Retaken:
    """Put a snapshot together again from what bounds it: contract, ingestion, moment."""
    past, live = _again(snapshot, at=snapshot.taken_at)
    frame = pl.concat([past, live.frame])
    found = store.sha256_of(to_parquet(frame))
    if found != snapshot.rows_sha256:  # those before labels were said of each row had no such word
        without = store.sha256_of(to_parquet(frame.drop(_SAID_OF_LABELS)))
        found = without if without == snapshot.rows_sha256 else found
    return Retaken(rows_sha256=found, is_same=found == snapshot.rows_sha256)


def matured_rows(snapshot: Snapshot, *, at: datetime) -> pl.DataFrame:
    """Give the known rows that a snapshot like this one would have by now, and keep nothing."""
    past, live = _again(snapshot, at=at)
    return pl.concat([past, live.frame]).filter(pl.col("label").is_in(KNOWN))


def read(snapshot: Snapshot) -> pl.DataFrame:
    """Read a snapshot's rows: `row`, features, `bad`, `applied_on` if known, `label`, `weight`."""
    return pl.read_parquet(io.BytesIO(store.get(snapshot.rows_sha256, PARQUET)))


def _again(snapshot: Snapshot, *, at: datetime) -> tuple[pl.DataFrame, Gathered]:
    contract = snapshot.contract.read()
    past, _ = _past_loans(snapshot.ingestion, contract, at=at)
    return past, labels.gathered(snapshot.product, contract, past.schema, at=at)


def _past_loans(
    ingestion: Ingestion, contract: Contract, *, at: datetime
) -> tuple[pl.DataFrame, int]:
    rows = pl.read_parquet(io.BytesIO(store.get(ingestion.rows_sha256, PARQUET)))
    mature = rows.filter(_is_mature(rows.columns, contract, at=at))
    named = mature.select(
        pl.concat_str(pl.lit(f"ingestion:{ingestion.pk}:"), "row").alias("row"),
        *contract.feature_names,
        "bad",
        *(name for name in mature.columns if name == APPLIED_ON),
        pl.lit(str(LabelSource.INGESTED)).alias("label"),
        pl.lit(1.0).alias("weight"),
    )
    return named, rows.height - mature.height


def _is_mature(columns: list[str], contract: Contract, *, at: datetime) -> pl.Expr:
    """Hold a file's rows to the same rule, as far as it says when things were."""
    today, is_mature = pl.lit(at.date()), pl.lit(value=True)
    if "applied_on" in columns:
        window = f"{contract.outcome.window_months}mo"
        is_mature &= pl.col("applied_on").dt.offset_by(window) <= today
    if "outcome_known_on" in columns:
        is_mature &= pl.col("outcome_known_on").is_null() | (pl.col("outcome_known_on") <= today)
    return is_mature
