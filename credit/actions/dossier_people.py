"""The swap set: who is asked about, what champion and candidate say, and whose group is known."""

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from credit import serving, store, vault
from credit.actions import snapshots
from credit.actions.ingestions import PARQUET
from credit.models import Application, ModelVersion
from scoring.candidates.dossier_figures import chosen_reasons
from scoring.candidates.swap_set import APPROVE, Population, Side, recommended, swap_set
from scoring.candidates.unseen import Asked, Learned, ask, met, remembered
from scoring.contract import Contract
from scoring.engine import Engine
from scoring.features import InputRefused, validate
from scoring.groups.swap_groups import Attribute
from scoring.records import normalised

DIGITS_OF_DAY = 10
MOST_APPLICATIONS = 2_000  # the newest
FEWEST_APPLICATIONS = 30
MOST_EXPLAINED = 1_000
OWN = "decision:"


def compared(
    version: ModelVersion, champion: ModelVersion, *, rows: pl.DataFrame, at: datetime
) -> dict[str, Any]:
    """Hold a version against the champion on the loans it learned from, and on applications.

    Of what either has learned from its folds' models are asked; neither is asked of a loan that it
    remembers.
    """
    pair = _Pair(version, champion)
    rows = _without(rows, remembered, pair.learned)
    applications = _without(_applications(version, pair.contracts, at=at), met, pair.learned)
    return {
        "against": champion.name,
        "bundle": champion.bundle_hash,
        "loans": pair.on(rows, bad=rows["bad"].to_numpy(), version=version),
        "applications": None
        if applications.height < FEWEST_APPLICATIONS
        else pair.on(applications, bad=None, version=version),
    }


class _Pair:
    """A version and the champion, ready to be asked."""

    def __init__(self, version: ModelVersion, champion: ModelVersion) -> None:
        self.engines = [serving.engine_of(each.bundle_hash) for each in (champion, version)]
        self.learned = [
            learned(each, engine)
            for each, engine in zip((champion, version), self.engines, strict=True)
        ]

    @property
    def contracts(self) -> list[Contract]:
        """The champion's contract, and the version's."""
        return [engine.contract for engine in self.engines]

    def on(self, rows: pl.DataFrame, *, bad: Any, version: ModelVersion) -> dict[str, Any]:
        """Ask both about rows, and work out the swap set."""
        asked = [ask(each, rows) for each in self.learned]
        chosen = _explained(asked, self.contracts, seed=self.contracts[1].training.seed)
        sides = [
            Side(
                pds=each.pds, policy=engine.contract.policy, reasons=_reasons(engine, rows[chosen])
            )
            for each, engine in zip(asked, self.engines, strict=True)
        ]
        contract = self.contracts[1]
        found = swap_set(
            *sides,
            population=Population(bad=bad, amounts=_amounts(contract, rows), explained=chosen),
            bands=self.contracts[0].bands,
            economics=contract.economics,
            attributes=_attributes(contract, rows["row"].to_list(), version),
            minimum_group=contract.fairness.minimum_group,
            seed=contract.training.seed,
        )
        return found | {
            "period": period_of(rows),
            "by_folds": int((asked[0].by_folds & asked[1].by_folds).sum()),
            "new_to_champion": int((~asked[0].by_folds).sum()),
        }


def _without(
    rows: pl.DataFrame,
    known: Callable[[Learned, pl.DataFrame], Any],
    versions: Sequence[Learned],
) -> pl.DataFrame:
    """Leave out the rows that one of them knows."""
    for each in versions if rows.height else ():
        rows = rows.filter(pl.Series(~known(each, rows)))
    return rows


def learned(version: ModelVersion, engine: Engine) -> Learned:
    """Say what a version learned from, and how to ask it of other rows."""
    names = engine.contract.feature_names
    return Learned(
        contract=engine.contract,
        frame=snapshots.read(version.snapshot),
        validation=pl.read_parquet(io.BytesIO(store.get(version.validation_sha256, PARQUET))),
        score=lambda rows: engine.pds_many({name: rows[name].to_list() for name in names}).astype(
            np.float64
        ),
    )


def _explained(asked: Sequence[Asked], contracts: Sequence[Contract], *, seed: int) -> Any:
    """Draw rows that both decide alike and neither approves: there reasons are told."""
    before, after = (
        recommended(each.pds, contract.policy)
        for each, contract in zip(asked, contracts, strict=True)
    )
    alike = np.flatnonzero((before == after) & (before != APPROVE))
    drawn = np.random.default_rng(seed).permutation(len(alike))[:MOST_EXPLAINED]
    return np.sort(alike[drawn])


def _reasons(engine: Engine, rows: pl.DataFrame) -> list[tuple[str, ...]]:
    columns = {name: rows[name].to_list() for name in engine.contract.feature_names}
    return chosen_reasons(engine.contract, columns, engine.score_many(columns))


def _amounts(contract: Contract, rows: pl.DataFrame) -> Any:
    named = [item.name for item in contract.features if item.same_as == "requested.amount"]
    amounts = rows[named[0]].cast(pl.Float64) if named else None
    if amounts is None or amounts.null_count() or not (amounts > 0).all():
        return None
    return amounts.to_numpy()


def _attributes(
    contract: Contract, rows: list[str], version: ModelVersion
) -> tuple[Attribute, ...]:
    """Look up each row's group of each assessable attribute; every look is audited."""
    return tuple(
        Attribute(
            name=each.name,
            label=each.label,
            labels={group.value: group.label for group in each.groups},
            groups=_groups(each.name, rows, version),
        )
        for each in contract.assessable
    )


def _groups(attribute: str, rows: list[str], version: ModelVersion) -> list[str | None]:
    known: dict[str, str] = {}
    files = {int(row.split(":")[1]) for row in rows if row.startswith("ingestion:")}
    for ingestion_id in sorted(files):
        known |= vault.groups_of_ingested(ingestion_id, attribute)
    if any(row.startswith(OWN) for row in rows):
        known |= vault.groups_of_decisions(version.product, attribute)
    return [known.get(row) for row in rows]


def period_of(rows: pl.DataFrame) -> list[str] | None:
    """Give the first and the last day of application; None where they are not known."""
    if "applied_on" not in rows.columns or not rows["applied_on"].drop_nulls().len():
        return None
    known = rows["applied_on"]
    return [str(known.min())[:DIGITS_OF_DAY], str(known.max())[:DIGITS_OF_DAY]]


def _applications(
    version: ModelVersion, contracts: Sequence[Contract], *, at: datetime
) -> pl.DataFrame:
    """Give the newest applications as both would read them; their outcomes are not asked for."""
    found = (
        Application.objects.filter(product=version.product, received_at__lte=at)
        .exclude(status=Application.Status.SUPERSEDED)
        .order_by("-pk")
        .values_list("pk", "features", "received_at")[:MOST_APPLICATIONS]
    )
    rows = []
    for key, features, received_at in found:
        try:
            read = [normalised(each, validate(each, features)) for each in contracts]
        except InputRefused:
            continue  # it was made under a contract that asked for other things
        rows.append({"row": f"{OWN}{key}", **read[0], **read[1], "applied_on": received_at.date()})
    return pl.DataFrame(rows, infer_schema_length=None)
