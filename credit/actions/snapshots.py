"""What a model is trained on: immutable, named by its content, and only of labels that matured."""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction
from django.utils.translation import gettext

from credit import store
from credit.actions.ingestions import PARQUET, to_parquet
from credit.actions.refusals import ActionDenied
from credit.models import (
    Application,
    Decision,
    Ingestion,
    OfficerDecision,
    Outcome,
    Product,
    Snapshot,
)
from credit.models.outcomes import OutcomeQuerySet
from scoring.contract import Contract, Kind
from scoring.features import InputRefused, validate
from scoring.records import normalised

APPLIED_ON = "applied_on"


class NothingToLearnFrom(ActionDenied):
    """The product has no past loans yet."""


@transaction.atomic
def take(*, product_id: int, at: datetime) -> Snapshot:
    """Put together the rows whose labels have matured by now, and keep them by their hash.

    A label inside its performance window never enters: not even a bad one, for the bads of a
    young vintage come first and would make it look worse than it will be.
    """
    product = Product.objects.get(pk=product_id)
    ingestion = product.ingestions.order_by("-ingested_at", "-pk").first()
    if ingestion is None:
        raise NothingToLearnFrom(
            gettext("{product} has no past loans to learn from yet.").format(product=product.name)
        )
    contract = ingestion.contract.read()
    past, young = _past_loans(ingestion, contract, at=at)
    live, corrected = _matured(product, contract, past.schema, at=at)
    frame = pl.concat([past, live])
    return Snapshot.objects.create(
        product=product,
        contract=ingestion.contract,
        ingestion=ingestion,
        rows_sha256=store.put(to_parquet(frame), PARQUET),
        rows=frame.height,
        bads=int(frame["bad"].sum()),
        label_sources={
            "ingested": past.height,
            "matured_outcome": live.height - corrected,
            "corrected_outcome": corrected,
        },
        immature=young + _outcomes(product, at=at).filter(matures_on__gt=at.date()).count(),
        taken_at=at,
    )


def matured_rows(snapshot: Snapshot, *, at: datetime) -> pl.DataFrame:
    """Give the rows that a snapshot like this one would have by now, and keep nothing."""
    contract = snapshot.contract.read()
    past, _ = _past_loans(snapshot.ingestion, contract, at=at)
    live, _ = _matured(snapshot.product, contract, past.schema, at=at)
    return pl.concat([past, live])


def read(snapshot: Snapshot) -> pl.DataFrame:
    """Read a snapshot's rows: `row`, the features, `bad`, and `applied_on` where known."""
    return pl.read_parquet(io.BytesIO(store.get(snapshot.rows_sha256, PARQUET)))


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


def _matured(
    product: Product, contract: Contract, schema: pl.Schema, *, at: datetime
) -> tuple[pl.DataFrame, int]:
    """Give the rows whose outcomes have matured, and how many of those were corrected by then."""
    rows, corrected = [], 0
    for outcome, row in _rows(product, contract, at=at):
        rows.append({name: row[name] for name in schema})
        corrected += outcome.corrects is not None
    return pl.DataFrame(rows, schema=schema), corrected


def _rows(
    product: Product, contract: Contract, *, at: datetime
) -> Iterator[tuple[Outcome, dict[str, Any]]]:
    matured = _outcomes(product, at=at).filter(matures_on__lte=at.date())
    loans = matured.select_related("decision__application", "decision__officer_decision")
    for outcome in loans.iterator():
        said = _as_lent(contract, outcome.decision)
        try:
            values = normalised(contract, validate(contract, said))
        except InputRefused:
            continue  # decided under a contract that asked for other things
        yield (
            outcome,
            {
                "row": f"decision:{outcome.decision_id}",
                **values,
                "bad": int(outcome.is_bad),
                APPLIED_ON: outcome.decision.application.received_at.date(),
            },
        )


def _as_lent(contract: Contract, decision: Decision) -> dict[str, Any]:
    """Give what was stated; of a loan on the terms of a counter-offer, those that were lent."""
    made: OfficerDecision | None = getattr(decision, "officer_decision", None)
    stated: dict[str, Any] = decision.application.features
    if made is None or made.offered_amount is None:
        return stated
    lent: dict[str, Any] = {
        "requested.amount": float(made.offered_amount),
        "requested.term_months": made.offered_term_months,
    }
    return stated | {
        each.name: round(lent[each.same_as]) if each.kind is Kind.INTEGER else lent[each.same_as]
        for each in contract.features
        if each.same_as is not None and stated.get(each.name) is not None
    }


def _outcomes(product: Product, *, at: datetime) -> OutcomeQuerySet:
    """Give each decision's outcome in the version that was the newest at that moment.

    Of an application that was corrected, the corrected one counts, once.
    """
    of_product = Outcome.objects.filter(decision__application__product=product)
    superseded = Application.Status.SUPERSEDED
    return of_product.exclude(decision__application__status=superseded).as_of(at)
