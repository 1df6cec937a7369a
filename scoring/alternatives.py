"""What would have changed it: the smallest changes with which an application is approved.

Every combination of the values worth trying is looked at, so that no smaller change is missed;
what is shown was scored by the served graph and passed the whole policy, as if it had come in.

Smaller is, first, fewer features; then the smaller distance. A number's distance is how far it
moves as a share of the range in which nine tenths of the training rows lie; another category,
and a value where none was stated, count 1. Equals keep the contract's order of features, and
then of their values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import inf, log

import numpy as np
from numpy.typing import NDArray

from scoring.application import RequestedValues
from scoring.contract import Policy
from scoring.cut_graph import expose
from scoring.engine import Engine
from scoring.features import Value
from scoring.feeds import Feeds
from scoring.levers import Lever, fields_of, levers_of, with_change
from scoring.margin_trees import read
from scoring.points import Score
from scoring.policy import Recommendation, recommend
from scoring.reach import Cells, Reach, Table, everything
from scoring.sessions import Session
from scoring.uncertainty import assess, stand

MOST_SHOWN = 3
MOST_CHANGES = 3  # features in one alternative
MOST_COMBINATIONS = 20_000_000  # whose margin is worked out from the trees in one search
MOST_ROWS = 20_000  # of them scored, since the trees say that they may be within the cut-off
MOST_TABLES = 2_700  # sets of features looked at: all there are up to three at once of 25
MOST_KEPT = 128_000_000  # bytes of tables; one that is not kept is made again when it is needed
MOST_OF_A_SET = 1_024  # of these, such as change the same features
RADII = (
    0.5,
    1.0,
    1.5,
    2.0,
    3.0,
    inf,
)  # looked through one after the other: what is near is seldom far to seek
FIRST_BATCH, BATCH = 64, 1_024
DIGITS = 9  # distances that differ by less are equal
NONE_EXISTS = "nothing the applicant can change within the product's bounds reaches approval"
TOO_LARGE = "the search was too large"


class AlternativesRefused(ValueError):
    """There is nothing to search for, or no release to search in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One feature and the value it would have."""

    feature: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A change that is approved by the whole policy, scored through the served graph."""

    changes: tuple[Change, ...]  # in contract order
    requested: RequestedValues
    distance: float
    score: Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """What was found, the smallest first; where it is not all there may be, why."""

    found: tuple[Alternative, ...]
    reason: str | None  # NONE_EXISTS or TOO_LARGE


def alternatives(
    engine: Engine,
    *,
    values: Mapping[str, Value],
    requested: RequestedValues,
    policy: Policy,
) -> Alternatives:
    """Find the smallest changes of actionable features that reach approval.

    At most three, of at most three features each. They differ in which features they change, and
    none asks for more than another: where one feature is enough, no pair with it is listed.

    Parameters
    ----------
    engine : Engine
        The release that scored.
    values : mapping of feature to value
        The application, valid by the release's contract.
    requested : RequestedValues
        Amount and term asked for; they move with the features that are the same.
    policy : Policy
        All of it must be passed: cut-off, rules, agreement of the bootstrap models.

    Returns
    -------
    Alternatives

    Raises
    ------
    AlternativesRefused
        The application is approved as it is, or the release does not say where its splits are.
    EngineFailed, GraphFailed
        The graph, or that of the bootstrap models, failed.
    """
    if "features" not in engine.bundle.manifest:
        raise AlternativesRefused("This release does not say where its splits are.")
    search = _Search(engine, values=dict(values), requested=requested, policy=policy)
    if search.scored({}, requested) is not None:
        raise AlternativesRefused("The application is approved as it is.")
    return search.result()


class _Search:
    """One application's search; it counts what it has scored."""

    def __init__(
        self,
        engine: Engine,
        *,
        values: dict[str, Value],
        requested: RequestedValues,
        policy: Policy,
    ) -> None:
        self._engine, self._values = engine, values
        self._requested, self._policy = requested, policy
        self._levers = levers_of(
            engine.contract, engine.bundle.manifest["features"], values=values, policy=policy
        )
        self._far = [
            np.array([option.distance for option in lever.options]) for lever in self._levers
        ]
        self._reach = _reach(engine, values, self._levers)
        self._margin = _margin_at(engine, policy.approve_pd_at_most)
        self._tables: dict[tuple[int, ...], Table] = {}
        self._rows_left, self._combinations_left = MOST_ROWS, MOST_COMBINATIONS
        self._tables_left, self._bytes_left = MOST_TABLES, MOST_KEPT
        self._searched: dict[tuple[int, ...], float] = {}  # nearer than this, there is none
        self._given_up: set[tuple[int, ...]] = set()

    def result(self) -> Alternatives:
        """Look at single features, then pairs, then three at once, until there are enough."""
        found: list[Alternative] = []
        sets: list[set[int]] = []
        for size in range(1, MOST_CHANGES + 1):
            nearest = self._nearest(
                list(self._choices(size, without=sets)), MOST_SHOWN - len(found)
            )
            found += [item for item, _ in nearest]
            sets += [set(chosen) for _, chosen in nearest]
            if len(found) == MOST_SHOWN:
                break
        reason = TOO_LARGE if self._given_up else None if found else NONE_EXISTS
        return Alternatives(found=tuple(found), reason=reason)

    def _nearest(
        self, choices: list[tuple[int, ...]], wanted: int
    ) -> list[tuple[Alternative, tuple[int, ...]]]:
        """Find the nearest alternative of each set of features, and of those the nearest."""
        nearest: list[tuple[Alternative, tuple[int, ...]]] = []
        for radius in RADII:
            nearest = []
            for chosen in choices:
                if self._tables_left <= 0:
                    self._given_up.add(chosen)
                    break
                limit = nearest[-1][0].distance if len(nearest) == wanted else radius
                best = (
                    self._best(chosen, nearer_than=limit) if chosen not in self._given_up else None
                )
                if best is not None:
                    nearest.append((best, chosen))
                    nearest = sorted(nearest, key=lambda item: item[0].distance)[:wanted]
            if len(nearest) == wanted:
                break
        return nearest

    def scored(self, changes: Mapping[str, Value], requested: RequestedValues) -> Score | None:
        """Score and judge an application as if it had come in; None where it is not approved."""
        values = {**self._values, **changes}
        score = self._engine.score(values)
        judged = recommend(
            self._policy,
            pd=score.pd,
            requested=requested,
            values=values,
            score=score.score,
            uncertainty=assess(self._engine, values, score, self._policy),
        )
        return score if judged.recommendation is Recommendation.APPROVE else None

    def _choices(self, size: int, *, without: list[set[int]]) -> Iterator[tuple[int, ...]]:
        """Give the sets of features that can be approved at all, and hold none found before."""
        if not self._others_pass():
            return
        must = {at for at, lever in enumerate(self._levers) if lever.must_move}
        can = [at for at, lever in enumerate(self._levers) if lever.options]
        for chosen in combinations(can, size):
            if must <= set(chosen) and not any(found <= set(chosen) for found in without):
                yield chosen

    def _others_pass(self) -> bool:
        """Whether the rules pass that no feature here can do anything about."""
        moved = {field for lever in self._levers for field in fields_of(lever.feature)}
        judged = recommend(self._policy, pd=0.0, requested=self._requested, values=self._values)
        rules = zip(self._policy.rules, judged.results, strict=True)
        return all(
            result.passed or rule.field in moved or rule.field == "score" for rule, result in rules
        )

    def _best(self, chosen: tuple[int, ...], *, nearer_than: float) -> Alternative | None:
        """Score the combinations that may be approved, nearest first, until one is."""
        cells = self._cells(chosen, nearer_than=nearer_than)
        order = np.argsort(cells.distance.round(DIGITS), kind="stable")
        order = order[cells.distance[order] >= self._searched.get(chosen, 0.0)]
        start, size = 0, FIRST_BATCH
        while start < len(order):
            if start >= MOST_OF_A_SET or self._rows_left <= 0:
                self._given_up.add(chosen)
                break
            batch = order[start : start + size]
            self._rows_left -= len(batch)
            for at in batch[self._passing(chosen, cells.options[batch])].tolist():
                made = self._made(chosen, cells.options[at].tolist(), cells.distance[at].item())
                if made is not None:
                    return made
            start, size = start + size, BATCH
        self._searched[chosen] = nearer_than
        return None

    def _cells(self, chosen: tuple[int, ...], *, nearer_than: float) -> Cells:
        """Let the trees say which combinations may be; without trees, all may."""
        table = self._tables.get(chosen) or self._table(chosen)
        self._combinations_left -= table.count(nearer_than=nearer_than)
        if self._combinations_left < 0:
            self._given_up.add(chosen)
            return table.cells(nearer_than=0.0)
        return table.cells(nearer_than=nearer_than)

    def _table(self, chosen: tuple[int, ...]) -> Table:
        far = [self._far[at] for at in chosen]
        self._tables_left -= 1
        if self._reach is None:
            return everything(far)
        table = self._reach.table(chosen, far, margin_at_most=self._margin)
        self._bytes_left -= table.size
        if self._bytes_left >= 0:
            self._tables[chosen] = table
        return table

    def _passing(self, chosen: tuple[int, ...], options: NDArray[np.intp]) -> NDArray[np.intp]:
        """Say which rows of a batch are within the cut-off and would stand."""
        rows = self._rows(chosen, options)
        pds = self._engine.pds_many(rows)
        within = np.flatnonzero(pds.astype(np.float64) <= self._policy.approve_pd_at_most)
        kept = self._rows(chosen, options[within])
        return within[stand(self._engine, kept, pds[within], self._policy)]

    def _rows(self, chosen: tuple[int, ...], options: NDArray[np.intp]) -> dict[str, list[Value]]:
        rows = {name: [value] * len(options) for name, value in self._values.items()}
        for place, at in enumerate(chosen):
            tried = [option.value for option in self._levers[at].options]
            name = self._levers[at].feature.name
            rows[name] = [tried[option] for option in options[:, place].tolist()]
        return rows

    def _made(
        self, chosen: tuple[int, ...], options: list[int], distance: float
    ) -> Alternative | None:
        requested, changes = self._requested, []
        for at, option in zip(chosen, options, strict=True):
            lever = self._levers[at]
            after, name = lever.options[option].value, lever.feature.name
            changes.append(Change(feature=name, before=self._values[name], after=after))
            requested = with_change(requested, lever.feature, after)
        score = self.scored({change.feature: change.after for change in changes}, requested)
        if score is None:
            return None
        return Alternative(
            changes=tuple(changes),
            requested=requested,
            distance=round(distance, DIGITS),
            score=score,
        )


def _reach(engine: Engine, values: dict[str, Value], levers: tuple[Lever, ...]) -> Reach | None:
    """Encode the applicant with each option as the graph does, and hold it to the leaves."""
    leaves = read(engine.bundle.model)
    if leaves is None or engine.bundle.manifest.get("calibration", {}).get("a", 0) <= 0:
        return None
    session = Session(expose(engine.bundle.model, value=leaves.reads))
    rows = [values]
    for lever in levers:
        rows += [values | {lever.feature.name: option.value} for option in lever.options]
    (feeds,) = Feeds(engine.contract).of_many(rows, at_once=len(rows))
    (encoded,) = session.run([leaves.reads], feeds)
    ends = np.cumsum([1, *(len(lever.options) for lever in levers)])
    present, *changed = np.split(encoded, ends[:-1])
    return Reach(leaves, present, changed)


def _margin_at(engine: Engine, pd: float) -> float:
    """Turn a cut-off into a margin, by the line that calibrates it."""
    line = engine.bundle.manifest.get("calibration")
    if not line or not line["a"]:
        return inf
    safe = min(max(pd, 1e-12), 1 - 1e-12)
    return float((log(safe / (1 - safe)) - line["b"]) / line["a"])
