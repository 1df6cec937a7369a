"""One application, or many, through the bundle's graph: PD, points, and what each feature gave."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.bundle import Bundle
from scoring.cut_graph import cut
from scoring.ensemble import Ensemble
from scoring.familiarity import Familiarity, FamiliarityRefused
from scoring.features import Value, example
from scoring.feeds import Feeds
from scoring.points import Score, band_of, to_points, to_score
from scoring.sessions import SECONDS, GraphFailed, GraphTimedOut, Session

__all__ = ["Engine", "EngineFailed", "EngineTimedOut", "Score", "Scores"]

OUTPUTS = ("pd", "margin", "points", "reasons", "base_points")
PLAIN = ("pd", "points")  # without the reasons
ROWS_AT_ONCE = 8_192  # bounds the memory of a batch
SECONDS_OF_A_BATCH = 60.0  # those rows take less than one
# Log-odds: float32 sums of some hundred leaves stay within this of what they should be.
TOLERANCE = 0.0007


class EngineFailed(RuntimeError):
    """The graph could not be loaded, raised, or answered what cannot be true."""


class EngineTimedOut(EngineFailed):
    """The graph took longer than it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the model says of n applications."""

    pd: NDArray[np.float32]  # (n,)
    margin: NDArray[np.float32]  # (n,)
    points: NDArray[np.float32]  # (n,)
    base_points: NDArray[np.float32]  # (n,)
    reasons: NDArray[np.float32]  # (n, n_features), contract order


class Engine:
    """A bundle ready to score.

    One ONNX Runtime session on one thread: a process runs as many at once as it has threads of
    its own, and the same row gives the same bits whatever runs beside it.

    Parameters
    ----------
    bundle : Bundle
        Checked, as `open_bundle` returns it.
    seconds : float
        How long the graph may take for one application.

    Raises
    ------
    EngineFailed
        The graph does not load, its inputs or outputs are not the contract's, or it does not
        answer the contract's own example sensibly.
    """

    def __init__(self, bundle: Bundle, *, seconds: float = SECONDS) -> None:
        self.bundle = bundle
        self.contract = bundle.contract
        self._outputs = list(OUTPUTS)
        self._feeds = Feeds(self.contract)
        self._tolerance = TOLERANCE * self.contract.scale.factor  # points
        self._session = _loaded(bundle.model, seconds=seconds)
        self._plain_session: Session | None = None
        self._check_signature()
        self._check_example()
        self.ensemble = _ensemble(bundle, seconds=seconds)
        self.familiarity = _familiarity(bundle)

    def score(self, values: Mapping[str, Value]) -> Score:
        """Score one validated application.

        Parameters
        ----------
        values : mapping of feature to value
            As `features.validate` returns them.

        Returns
        -------
        Score

        Raises
        ------
        EngineFailed
            The graph raised, or answered what cannot be true.

        Notes
        -----
        Numbers and booleans are cast to float32 here, once; a missing number is NaN and a
        missing category is the empty text.
        """
        pd, margin, points, reasons, base = self._run(self._feeds.of_one(values))
        contributions = tuple(reasons[0].tolist())
        score = Score(
            pd=pd.item(),
            margin=margin.item(),
            points=(exact := points.item()),
            score=to_score(exact) if math.isfinite(exact) else 0,
            band=band_of(pd.item(), self.contract.bands),
            base_points=base.ravel()[0].item(),
            contributions=contributions,
            bundle_hash=self.bundle.hash,
            contract_hash=self.contract.hash,
        )
        if not _is_sound(score, tolerance=self._tolerance):
            raise EngineFailed(f"the model answered what cannot be true: {_shown(score)}")
        return score

    def score_many(
        self,
        rows: Sequence[Mapping[str, Value]] | Mapping[str, Sequence[Value]],
        *,
        seconds: float | None = SECONDS_OF_A_BATCH,
    ) -> Scores:
        """Score many validated applications; each gets the bits it would get alone.

        Parameters
        ----------
        rows : sequence of n mappings, or mapping of feature to n values
            As `features.validate` returns them. Columns may be polars series.
        seconds : float or None
            How long the graph may take for some thousands; None: as long as for one.

        Returns
        -------
        Scores

        Raises
        ------
        EngineFailed
            The graph raised, or answered what cannot be true for any row.
        """
        parts = [
            self._run_many(feeds, seconds=seconds)
            for feeds in self._feeds.of_many(rows, at_once=ROWS_AT_ONCE)
        ]
        if not parts:
            return _no_scores(len(self.contract.features))
        pd, margin, points, reasons, base = (
            column[0] if len(column) == 1 else np.concatenate(column)
            for column in zip(*parts, strict=True)
        )
        wrong = _unsound_rows(pd, points, reasons, base, tolerance=self._tolerance)
        wrong |= ~np.isfinite(margin)
        if wrong.any():
            raise EngineFailed(
                f"the model answered what cannot be true for {int(wrong.sum())} rows, "
                f"first row {int(wrong.argmax())}"
            )
        return Scores(pd=pd, margin=margin, points=points, base_points=base, reasons=reasons)

    def score_each(
        self, rows: Sequence[Mapping[str, Value]], *, seconds: float | None = SECONDS_OF_A_BATCH
    ) -> list[Score]:
        """Score many validated applications at once; each gets what `score` would give it.

        Parameters
        ----------
        rows : sequence of n mappings of feature to value
            As `features.validate` returns them.
        seconds : float or None
            As for `score_many`.

        Returns
        -------
        list of n Score

        Raises
        ------
        EngineFailed
            As `score_many` does.
        """
        found = self.score_many(rows, seconds=seconds)
        columns = (found.pd, found.margin, found.points, found.base_points, found.reasons)
        return [
            Score(
                pd=pd,
                margin=margin,
                points=points,
                score=to_score(points),
                band=band_of(pd, self.contract.bands),
                base_points=base,
                contributions=tuple(reasons),
                bundle_hash=self.bundle.hash,
                contract_hash=self.contract.hash,
            )
            for pd, margin, points, base, reasons in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ]

    def pds_many(
        self, rows: Sequence[Mapping[str, Value]] | Mapping[str, Sequence[Value]]
    ) -> NDArray[np.float32]:
        """Work out many PDs and no reasons, which is about ten times as fast.

        The same bits as `score_many` gives, from the same graph without its reasons.

        Parameters
        ----------
        rows : sequence of n mappings, or mapping of feature to n values
            As for `score_many`.

        Returns
        -------
        array of shape (n,)

        Raises
        ------
        EngineFailed
            The graph raised, or answered what cannot be true for any row.
        """
        return self.plain_many(rows)[0]

    def plain_many(
        self, rows: Sequence[Mapping[str, Value]] | Mapping[str, Sequence[Value]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Work out many PDs and points, both of shape (n,), and no reasons; else as `pds_many`."""
        if self._plain_session is None:
            self._plain_session = _loaded(cut(self.bundle.model, outputs=list(PLAIN)))
        parts = [
            _asked(self._plain_session, list(PLAIN), feeds, seconds=SECONDS_OF_A_BATCH)
            for feeds in self._feeds.of_many(rows, at_once=ROWS_AT_ONCE)
        ]
        pds, points = (
            np.concatenate([np.empty(0, dtype=np.float32), *(part[at].ravel() for part in parts)])
            for at in range(len(PLAIN))
        )
        if not ((pds >= 0) & (pds <= 1) & np.isfinite(points)).all():
            raise EngineFailed("the model answered what cannot be true")
        return pds, points

    def _run(
        self, feeds: dict[str, Any], *, seconds: float | None = None
    ) -> list[NDArray[np.float32]]:
        return _asked(self._session, self._outputs, feeds, seconds=seconds)

    def _run_many(
        self, feeds: dict[str, Any], *, seconds: float | None
    ) -> tuple[NDArray[np.float32], ...]:
        pd, margin, points, reasons, base = self._run(feeds, seconds=seconds)
        n = len(reasons)
        return (
            pd.reshape(n),
            margin.reshape(n),
            points.reshape(n),
            reasons,
            np.full(n, base.ravel(), dtype=np.float32),
        )

    def _check_signature(self) -> None:
        """Refuse a graph whose inputs or outputs are not the contract's."""
        wanted, found = self._feeds.types, self._session.inputs
        if found != wanted:
            different = sorted(
                name for name in wanted.keys() | found if wanted.get(name) != found.get(name)
            )
            raise EngineFailed(f"the graph's inputs are not the contract's: {different}")
        outputs = self._session.outputs
        if any(outputs.get(name) != "tensor(float)" for name in OUTPUTS):
            raise EngineFailed(f"the graph's outputs are {outputs}, not {OUTPUTS}")

    def _check_example(self) -> None:
        """Refuse a graph whose answer to the contract's example is misshapen or inconsistent."""
        values = example(self.contract)
        shapes = [output.shape for output in self._run(self._feeds.of_one(values))]
        n = len(self.contract.features)
        if shapes[:4] != [(1, 1), (1, 1), (1, 1), (1, n)] or math.prod(shapes[4]) != 1:
            raise EngineFailed(f"the graph's outputs have the shapes {shapes}")
        score = self.score(values)
        if abs(score.points - to_points(score.pd, scale=self.contract.scale)) > self._tolerance:
            raise EngineFailed(f"points and PD are not of the contract's scale: {_shown(score)}")


def _loaded(model: bytes, *, seconds: float = SECONDS) -> Session:
    try:
        return Session(model, seconds=seconds)
    except GraphFailed as error:
        raise EngineFailed(f"the model does not load: {error}") from error


def _ensemble(bundle: Bundle, *, seconds: float) -> Ensemble | None:
    if bundle.ensemble is None:
        return None
    try:
        return Ensemble(bundle, seconds=seconds)
    except GraphFailed as error:
        raise EngineFailed(f"the bootstrap models do not load: {error}") from error


def _familiarity(bundle: Bundle) -> Familiarity | None:
    if bundle.familiarity is None:
        return None
    try:
        return Familiarity(bundle.familiarity, contract=bundle.contract)
    except FamiliarityRefused as error:
        raise EngineFailed(f"the table of familiarity cannot be used: {error}") from error


def _asked(
    session: Session, outputs: list[str], feeds: dict[str, Any], *, seconds: float | None
) -> list[NDArray[np.float32]]:
    try:
        return session.run(outputs, feeds, seconds=seconds)
    except GraphTimedOut as error:
        raise EngineTimedOut(f"the model timed out: {error}") from error
    except GraphFailed as error:
        raise EngineFailed(f"the model failed: {error}") from error


def _is_sound(score: Score, *, tolerance: float) -> bool:
    """Whether an answer can be true; a NaN compares false everywhere."""
    total = score.base_points + sum(score.contributions)
    return (
        0 <= score.pd <= 1
        and abs(total - score.points) <= tolerance
        and math.isfinite(score.margin)
    )


def _unsound_rows(
    pd: NDArray[np.float32],
    points: NDArray[np.float32],
    reasons: NDArray[np.float32],
    base: NDArray[np.float32],
    *,
    tolerance: float,
) -> NDArray[np.bool_]:
    total = base.astype(np.float64) + reasons.sum(axis=1, dtype=np.float64)
    sound = (pd >= 0) & (pd <= 1) & (np.abs(total - points) <= tolerance)
    return np.asarray(~sound, dtype=np.bool_)


def _shown(score: Score) -> str:
    return f"pd {score.pd}, margin {score.margin}, points {score.points}"


def _no_scores(n_features: int) -> Scores:
    none = np.empty(0, dtype=np.float32)
    return Scores(
        pd=none,
        margin=none,
        points=none,
        base_points=none,
        reasons=np.empty((0, n_features), dtype=np.float32),
    )
