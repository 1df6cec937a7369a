"""The people whose gaps are looked at: a version's past loans, or a month of live decisions.

For the worker and for commands: groups come from the vault, and leave this process as sums alone.
"""

import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from django.db import connection
from numpy.typing import NDArray

from credit import serving, store, vault
from credit.ids import first_id
from credit.models import ModelVersion, Product, User
from monitoring.fairness import populations
from monitoring.gaps.due import begins
from monitoring.models import FairnessReport
from scoring.contract import Contract
from scoring.engine import Scores
from scoring.groups.gap_reasons import Given
from scoring.groups.gaps import Sums, sums_of
from scoring.reasons import principal_codes
from scoring.results.windows import months_after

Groups = Mapping[str, Mapping[str, str]]  # attribute to row to group
MOST_ROWS = 50_000  # whose reasons are worked out; of more, a sample drawn with the seed
PARQUET = ".parquet"

# Every table is divided by id, so each is told the bounds. Reasons of a model, not of the fallback.
_DAY = """
SELECT application.id, score.model_version_id, score.points, score.contributions::text,
    decision.recommendation, score.route IN ('champion', 'canary', 'previous_champion')
FROM credit_application application
JOIN credit_score score ON score.application_id = application.id
JOIN credit_decision decision ON decision.id = application.id
WHERE application.product_id = %(product)s AND application.status <> 'superseded'
    AND application.id >= %(low)s AND application.id < %(below)s
    AND score.application_id >= %(low)s AND score.application_id < %(below)s
    AND decision.id >= %(low)s AND decision.id < %(below)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The loans a version was validated on, and what the version itself says of them."""

    frame: pl.DataFrame  # `row`, the features, and out of fold `pd` and `bad`
    groups: Groups
    explained: NDArray[np.int64]  # which rows were scored for their reasons
    scores: Scores  # of those, by the version itself
    period: str


class _Explained(NamedTuple):
    """Somebody whom a model scored."""

    member: dict[str, str]  # attribute to group
    score: float
    shares: list[float]
    codes: tuple[str, ...] | None  # of the reasons given; None: none, as recommended for approval


@dataclass(slots=True)
class Told:
    """What one version said of one group in a month."""

    sums: Sums | None = None
    given: Given = field(default_factory=Given)


@dataclass(slots=True)
class Recommended:
    """Of one group in a month, whoever scored it."""

    n: int = 0
    approved: int = 0


@dataclass(slots=True)
class Month:
    """A month of live decisions, as sums by attribute and group."""

    n: int = 0
    recommended: dict[tuple[str, str], Recommended] = field(
        default_factory=lambda: defaultdict(Recommended)
    )
    told: dict[int, dict[tuple[str, str], Told]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Told))
    )


def validated(version: ModelVersion, *, by: User | None, at: datetime) -> Validated:
    """Collect a version's past loans with their groups, and have the version explain them.

    Their PDs are out of fold. The models of the folds are not kept, so reasons are those of the
    version itself, which has since learned from these rows.
    """
    sample = populations.sample_of(version, FairnessReport.Population.VALIDATION, at=at)
    groups = populations.groups_of(sample, of=version, by=by)
    frame = _frame(version)
    engine = serving.engine_of(version.bundle_hash)
    explained = _sample(frame.height, seed=engine.contract.training.seed)
    rows = frame[explained]
    columns = {name: rows[name].to_list() for name in engine.contract.feature_names}
    return Validated(
        frame=frame,
        groups={
            name: {
                row: group
                for row, group in zip(sample.rows, known, strict=True)
                if group is not None
            }
            for name, known in groups.items()
        },
        explained=explained,
        scores=engine.score_many(columns),
        period=sample.period,
    )


def month_of(product: Product, contract: Contract, month: date, *, by: User | None = None) -> Month:
    """Read a month once, a day at a time, and keep sums."""
    low, below = first_id(begins(month)), first_id(begins(months_after(month, 1)))
    groups = {
        each.name: vault.groups_of_ids(product, each.name, low=low, below=below, by=by)
        for each in contract.assessable
    }
    contracts = {
        version.pk: version.contract.read()
        for version in product.versions.select_related("contract")
    }
    found = Month()
    for day in _days(month):
        _add_day(found, _rows(product, day), groups, contracts)
    return found


def _frame(version: ModelVersion) -> pl.DataFrame:
    rows = pl.read_parquet(io.BytesIO(store.get(version.snapshot.rows_sha256, PARQUET)))
    out = pl.read_parquet(io.BytesIO(store.get(version.validation_sha256, PARQUET)))
    known = rows.drop([name for name in ("pd", "bad") if name in rows.columns])
    said = out.select("row", "pd", pl.col("bad").cast(pl.Boolean))
    return known.join(said, on="row", how="inner", maintain_order="left")


def _sample(rows: int, *, seed: int) -> NDArray[np.int64]:
    if rows <= MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False))


def _days(month: date) -> Iterator[datetime]:
    day, end = begins(month), begins(months_after(month, 1))
    while day < end:
        yield day
        day += timedelta(days=1)


def _rows(product: Product, day: datetime) -> list[tuple[Any, ...]]:
    bounds = {"low": first_id(day), "below": first_id(day + timedelta(days=1))}
    with connection.cursor() as cursor:
        cursor.execute(_DAY, {"product": product.pk, **bounds})
        return list(cursor.fetchall())


def _add_day(
    month: Month,
    rows: list[tuple[Any, ...]],
    groups: Groups,
    contracts: Mapping[int, Contract],
) -> None:
    month.n += len(rows)
    explained: dict[int, list[_Explained]] = defaultdict(list)
    for row, version, score, contributions, recommendation, is_a_models in rows:
        member = {name: known[row] for name, known in groups.items() if row in known}
        is_approved = recommendation == "approve"
        for each in member.items():
            month.recommended[each].n += 1
            month.recommended[each].approved += is_approved
        contract = contracts.get(version)
        shares = json.loads(contributions) if is_a_models and contract and member else []
        if contract is None or len(shares) != len(contract.features):
            continue
        codes = None if is_approved else principal_codes(contract, shares)
        explained[version].append(_Explained(member, score, shares, codes))
    for version, people in explained.items():
        _add_explained(month.told[version], people, groups)


def _add_explained(
    told: dict[tuple[str, str], Told], people: Sequence[_Explained], groups: Groups
) -> None:
    """Sum up each group of each attribute, and count who was told the same reasons."""
    points = np.array([each.score for each in people], dtype=np.float64)
    contributions = np.array([each.shares for each in people], dtype=np.float64)
    for attribute in groups:
        of = [each.member.get(attribute) for each in people]
        places: dict[str, list[int]] = defaultdict(list)
        for at, group in enumerate(of):
            if group is not None:
                places[group].append(at)
        for group, chosen in places.items():
            added = sums_of(points[chosen], contributions[chosen])
            kept = told[attribute, group]
            kept.sums = added if kept.sums is None else kept.sums + added
        given = Counter(
            (group, each.codes)
            for group, each in zip(of, people, strict=True)
            if group is not None and each.codes is not None
        )
        for (group, codes), times in given.items():
            told[attribute, group].given.add(codes, times=times)
