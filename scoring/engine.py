"""One application, or many, through the bundle's graph: PD, points, and what each feature gave."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_state

from scoring.bundle import Bundle
from scoring.contract import Kind
from scoring.features import Value, example
from scoring.points import Score, band_of, to_points, to_score

__all__ = ["Engine", "EngineFailed", "Score", "Scores"]

OUTPUTS = ("pd", "margin", "points", "reasons", "base_points")
ROWS_AT_ONCE = 8_192  # bounds the memory of a batch
# Log-odds: float32 sums of some hundred leaves stay within this of what they should be.
TOLERANCE = 0.0007
# Its errors have no common ancestor but Exception, and which there are changes with versions.
_RUNTIME_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    ValueError,
    *(
        kind
        for kind in vars(runtime_state).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ),
)


class EngineFailed(RuntimeError):
    """The graph could not be loaded, raised, or answered what cannot be true."""


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

    Raises
    ------
    EngineFailed
        The graph does not load, its inputs or outputs are not the contract's, or it does not
        answer the contract's own example sensibly.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.contract = bundle.contract
        self._outputs = list(OUTPUTS)
        # A feature's place in the array of its type.
        self._texts = [f.name for f in self.contract.features if f.kind is Kind.CATEGORY]
        self._numbers = [f.name for f in self.contract.features if f.kind is not Kind.CATEGORY]
        self._tolerance = TOLERANCE * self.contract.scale.factor  # points
        self._session = _session(bundle.model)
        self._check_signature()
        self._check_example()

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
        pd, margin, points, reasons, base = self._run(self._feeds_of_one(values))
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
        self, rows: Sequence[Mapping[str, Value]] | Mapping[str, Sequence[Value]]
    ) -> Scores:
        """Score many validated applications; each gets the bits it would get alone.

        Parameters
        ----------
        rows : sequence of n mappings, or mapping of feature to n values
            As `features.validate` returns them.

        Returns
        -------
        Scores

        Raises
        ------
        EngineFailed
            The graph raised, or answered what cannot be true for any row.
        """
        parts = [self._run_many(feeds) for feeds in self._feeds_of_many(rows)]
        if not parts:
            return _no_scores(len(self.contract.features))
        pd, margin, points, reasons, base = (
            np.concatenate(column) for column in zip(*parts, strict=True)
        )
        wrong = _unsound_rows(pd, points, reasons, base, tolerance=self._tolerance)
        if wrong.any():
            raise EngineFailed(
                f"the model answered what cannot be true for {int(wrong.sum())} rows, "
                f"first row {int(wrong.argmax())}"
            )
        return Scores(pd=pd, margin=margin, points=points, base_points=base, reasons=reasons)

    def _run(self, feeds: dict[str, Any]) -> list[NDArray[np.float32]]:
        try:
            return self._session.run(self._outputs, feeds)  # type: ignore[no-any-return]
        except _RUNTIME_ERRORS as error:
            raise EngineFailed(f"the model's graph failed: {error}") from error

    def _run_many(self, feeds: dict[str, Any]) -> tuple[NDArray[np.float32], ...]:
        pd, margin, points, reasons, base = self._run(feeds)
        n = len(reasons)
        return (
            pd.reshape(n),
            margin.reshape(n),
            points.reshape(n),
            reasons,
            np.broadcast_to(base.ravel(), n),
        )

    def _feeds_of_one(self, values: Mapping[str, Value]) -> dict[str, Any]:
        # Two arrays, handed over in slices: making an array a feature costs more than scoring.
        numbers = np.array([[[values[name]]] for name in self._numbers], dtype=np.float32)
        texts = np.array([[[values[name] or ""]] for name in self._texts], dtype=object)
        feeds: dict[str, Any] = dict(zip(self._numbers, numbers, strict=True))
        feeds.update(zip(self._texts, texts, strict=True))
        return feeds

    def _feeds_of_many(
        self, rows: Sequence[Mapping[str, Value]] | Mapping[str, Sequence[Value]]
    ) -> Iterator[dict[str, Any]]:
        is_columns = isinstance(rows, Mapping)
        n = len(next(iter(rows.values()))) if isinstance(rows, Mapping) else len(rows)
        for start in range(0, n, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, n)
            feeds: dict[str, Any] = {}
            for name in self.contract.feature_names:
                column = (
                    rows[name][start:stop]  # type: ignore[call-overload]
                    if is_columns
                    else [row[name] for row in rows[start:stop]]  # type: ignore[index]
                )
                feeds[name] = self._column(name, column)
            yield feeds

    def _column(self, name: str, values: Sequence[Value]) -> NDArray[Any]:
        if name in self._texts:
            return np.array([value or "" for value in values], dtype=object).reshape(-1, 1)
        return np.array(values, dtype=np.float32).reshape(-1, 1)

    def _check_signature(self) -> None:
        """Refuse a graph whose inputs or outputs are not the contract's."""
        wanted = {
            feature.name: "tensor(string)" if feature.kind is Kind.CATEGORY else "tensor(float)"
            for feature in self.contract.features
        }
        found = {item.name: item.type for item in self._session.get_inputs()}
        if found != wanted:
            different = sorted(
                name for name in wanted.keys() | found if wanted.get(name) != found.get(name)
            )
            raise EngineFailed(f"the graph's inputs are not the contract's: {different}")
        outputs = {item.name: item.type for item in self._session.get_outputs()}
        if any(outputs.get(name) != "tensor(float)" for name in OUTPUTS):
            raise EngineFailed(f"the graph's outputs are {outputs}, not {OUTPUTS}")

    def _check_example(self) -> None:
        """Refuse a graph whose answer to the contract's example is misshapen or inconsistent."""
        values = example(self.contract)
        shapes = [output.shape for output in self._run(self._feeds_of_one(values))]
        n = len(self.contract.features)
        if shapes[:4] != [(1, 1), (1, 1), (1, 1), (1, n)] or math.prod(shapes[4]) != 1:
            raise EngineFailed(f"the graph's outputs have the shapes {shapes}")
        score = self.score(values)
        if abs(score.points - to_points(score.pd, scale=self.contract.scale)) > self._tolerance:
            raise EngineFailed(f"points and PD are not of the contract's scale: {_shown(score)}")


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4  # a refusal is raised; the log would only repeat it
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except _RUNTIME_ERRORS as error:
        raise EngineFailed(f"the model's graph does not load: {error}") from error


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
