"""Past applications that the model sees as it does this one, with what became of them."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from credit import store
from credit.models import PastLoans, Score
from credit.words import value_in_words
from scoring.contract import Contract
from scoring.features import Value
from scoring.proportions import Share, wilson
from scoring.reasons import all_reasons
from scoring.records import normalised
from scoring.similar import Neighbours, NeighboursRefused

SUFFIX = ".npz"
NEAREST = 50  # that the share is of
SHOWN = 5
DETAILS = 4  # of those features that moved the application's score the most
MODELS = frozenset({Score.Route.CHAMPION, Score.Route.CANARY, Score.Route.PREVIOUS_CHAMPION})


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarRow:
    """One past loan: what decided most about this application, and the outcome."""

    details: list[str]
    is_bad: bool
    decision_id: str  # "" of a loan that came from a file


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarLoans:
    """The nearest of `rows` past loans."""

    labels: list[str]
    own: list[str]  # the application's own details, under the same labels
    nearest: list[SimilarRow]
    n: int
    bad: int
    low: float
    high: float
    rows: int
    rows_before: int
    made_at: datetime


def similar(score: Score) -> SimilarLoans | None:
    """Look for an application's neighbours; None while their table is not there."""
    if score.route not in MODELS or not score.contributions:
        return None
    stored = PastLoans.objects.filter(version=score.model_version_id).order_by("-made_at").first()
    if stored is None:
        return None
    contract = score.contract.read()
    try:
        table = _table(stored.sha256, contract)
    except (store.FileMissing, store.FileAltered, NeighboursRefused):
        return None
    return _told(score, contract, table, stored) if table.n else None


@lru_cache(maxsize=4)  # a few megabytes each
def _table(sha256: str, contract: Contract) -> Neighbours:
    return Neighbours.from_bytes(store.get(sha256, SUFFIX), contract=contract)


def _told(score: Score, contract: Contract, table: Neighbours, stored: PastLoans) -> SimilarLoans:
    found = table.nearest(score.contributions, k=NEAREST, without=score.application_id)
    values = normalised(contract, score.application.features)
    names = _deciding(contract, values, score)
    bad = int(table.bad[found].sum())
    interval = wilson(Share(count=bad, n=len(found)))
    features = [contract.feature(name) for name in names]
    places = [contract.feature_names.index(name) for name in names]
    return SimilarLoans(
        labels=[feature.label for feature in features],
        own=[value_in_words(feature, values[feature.name]) for feature in features],
        nearest=[
            SimilarRow(
                details=[
                    value_in_words(feature, table.value(row, feature, at=at))
                    for feature, at in zip(features, places, strict=True)
                ],
                is_bad=bool(table.bad[row]),
                decision_id=table.decisions[row].decode(),
            )
            for row in found[:SHOWN].tolist()
        ],
        n=len(found),
        bad=bad,
        low=interval.low,
        high=interval.high,
        rows=stored.rows,
        rows_before=stored.rows_before,
        made_at=stored.made_at,
    )


def _deciding(contract: Contract, values: dict[str, Value], score: Score) -> list[str]:
    """Name the features that moved the score the most."""
    reasons = all_reasons(contract, values, score.contributions)
    largest = sorted(reasons, key=lambda reason: -abs(reason.points))
    return [reason.feature for reason in largest[:DETAILS]]
