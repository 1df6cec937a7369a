"""Fitting on a Dask cluster: the matrix lies in parts on the workers and is never in one place.

The client holds the typed rows and what has one number a row (outcomes, margins, weights); the
workers hold the encoded rows, which take ten times the room. Parts are cut by rows in the order
of the snapshot, so that folds and resamples are the same rows as on one machine.

This module imports Dask; it is imported where `scoring.cluster` has found it installed.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import polars as pl
import xgboost as xgb
from dask import array as da
from distributed import Client, Future, wait
from numpy.typing import NDArray
from xgboost import dask as on_dask
from xgboost.core import XGBoostError

from scoring.cluster import ClusterRefused, failures_named, versions
from scoring.contract import Contract, Training
from scoring.training.calibrate import Floats, Outcomes
from scoring.training.encoding import Encoding, Matrix, encoding_of, matrix_from
from scoring.training.fit import MAX_BIN, kept, parameters
from scoring.training.learners import Rows, Weights

ROWS_IN_A_PART = 50_000
ROWS_COMPARED = 100
# What XGBoost raises where a worker is lost: before, in between, and after Dask gave it another.
BROKEN = (RuntimeError, XGBoostError, ValueError)
Packed = NDArray[np.uint8]  # a bit for each row of a part


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Rows `start` to `stop` of the snapshot, encoded on a worker."""

    start: int
    stop: int
    worker: str
    matrix: Future

    def of(self, rows: Rows | None) -> Rows:
        """Which of some rows lie in this part, counted within it."""
        if rows is None:
            return np.arange(self.stop - self.start)
        return rows[(rows >= self.start) & (rows < self.stop)] - self.start


class DaskLearner:
    """A learner (see `learners.Learner`) whose rows are spread over a cluster.

    Parameters
    ----------
    client : distributed.Client
        Connected by `scoring.cluster.cluster`; its workers have this code installed.
    contract : Contract
        Says how rows are encoded.
    frame : DataFrame
        The snapshot, as `train` takes it. Only the contract's features leave this process: as
        Parquet, in parts, through the scheduler, so that no disk needs to be shared.
    rows_in_a_part : int
        How finely the rows are cut, at most.

    Raises
    ------
    ClusterRefused
        A worker encodes rows otherwise than this process: it has other code.

    Notes
    -----
    Histograms are summed over workers, so the trees depend in their last bits on how many workers
    and threads there are; `engine` says it in the manifest. Parts go to workers in turn, in the
    order of the workers' names, and stay there: the same snapshot on a cluster of the same shape
    gives the same trees. The parity gate holds the graph to these very trees.
    """

    def __init__(
        self,
        *,
        client: Client,
        contract: Contract,
        frame: pl.DataFrame,
        rows_in_a_part: int = ROWS_IN_A_PART,
    ) -> None:
        self.client = client
        self.encoding = encoding_of(contract)
        self.bad: Outcomes = frame["bad"].cast(pl.Int8).to_numpy()
        self.rows = frame.height
        workers, self._threads = _in_order_of_rank(client)
        size = max(1, min(rows_in_a_part, -(-self.rows // len(workers))))
        self._one_at_a_time = Lock()  # the workers fit one model at a time, and hold one matrix
        with failures_named("sending the rows"):
            self._parts = tuple(_sent(client, self.encoding, frame, workers, size))
            _check_encoding(client, self.encoding, frame, self._parts[: len(workers)])
        self.engine = {
            "name": "dask",
            "workers": len({part.worker for part in self._parts}),
            "threads": self._threads,
            "rows_in_a_part": size,
            **{name: versions()[name] for name in ("dask", "distributed")},
        }

    def fit(
        self,
        rows: Rows | None,
        *,
        training: Training,
        weights: Weights | None = None,
        stop_on: Rows | None = None,
    ) -> xgb.Booster:
        """Fit the trees on some rows, or all; stop early by others where they are given."""
        chosen = parameters(training, self.encoding, rows=self.rows)
        chosen |= {"nthread": self._threads, "eval_metric": "logloss"}
        with self._one_at_a_time, failures_named("fitting", *BROKEN):
            learns = self._data(rows, weights)
            stopping: dict[str, Any] = {}
            if stop_on is not None:
                stopping = {
                    "evals": [(self._data(stop_on, like=learns), "stop")],
                    "early_stopping_rounds": training.early_stopping_rounds,
                }
            found = on_dask.train(
                self.client, chosen, learns, training.rounds, verbose_eval=False, **stopping
            )
        return kept(found["booster"])

    def margins(self, booster: xgb.Booster, rows: Rows | None = None) -> Floats:
        """Log-odds of bad of some rows (ascending), or all, in their order."""
        with failures_named("asking the trees"):
            held = self.client.scatter(booster, broadcast=True, hash=False)
            asked = [
                self._on(part, _margins, held, part.matrix, _packed(part, within))
                for part, within in self._chosen(rows)
            ]
            found: list[Floats] = self.client.gather(asked)
        return np.concatenate(found)

    def _data(
        self, rows: Rows | None, weights: Weights | None = None, *, like: Any = None
    ) -> on_dask.DaskQuantileDMatrix:
        chosen = list(self._chosen(rows))
        columns = len(self.encoding.players)
        blocks = [
            da.from_delayed(
                self._on(part, _picked, part.matrix, _packed(part, within)),
                (len(within), columns),
                np.float32,
            )
            for part, within in chosen
        ]
        matrix = on_dask.DaskQuantileDMatrix(
            self.client,
            da.concatenate(blocks),
            self._vector(chosen, self.bad),
            weight=None if weights is None else self._vector(chosen, weights),
            max_bin=MAX_BIN,
            ref=like,
        )
        matrix.worker_map = _as_planned(matrix, [part.worker for part, _ in chosen])
        return matrix

    def _vector(self, chosen: list[tuple[_Part, Rows]], values: NDArray[Any]) -> da.Array:
        """Cut one number a row as the matrix is cut, and send it there."""
        blocks = []
        for part, within in chosen:
            block = values[part.start + within]
            there = self._on(part, _same, block)
            blocks.append(da.from_delayed(there, block.shape, block.dtype))
        return da.concatenate(blocks)

    def _on(self, part: _Part, function: Callable[..., Any], *arguments: Any) -> Future:
        """Run something where a part is; elsewhere only to fail there, where its worker died."""
        return self.client.submit(
            function, *arguments, workers=[part.worker], allow_other_workers=True, pure=False
        )

    def _chosen(self, rows: Rows | None) -> Iterator[tuple[_Part, Rows]]:
        """Each part with the rows asked for in it, none left empty: XGBoost wants a row of each."""
        for part in self._parts:
            within = part.of(rows)
            if len(within):
                yield part, within


def _in_order_of_rank(client: Client) -> tuple[list[str], int]:
    """Addresses of the workers as XGBoost ranks them, and the threads that all of them have.

    XGBoost sorts by name, then address. Addresses of local workers change from run to run.
    """
    workers = client.scheduler_info()["workers"]
    addresses = sorted(workers, key=lambda address: f"{workers[address]['name']}]:{address}")
    return addresses, min(workers[address]["nthreads"] for address in addresses)


def _sent(
    client: Client, encoding: Encoding, frame: pl.DataFrame, workers: list[str], size: int
) -> Iterator[_Part]:
    """Send the rows to the workers in turn, and have them encoded; a part a worker at a time."""
    features = frame.select(feature.name for feature in encoding.features)
    for first in range(0, frame.height, size * len(workers)):
        parts = [
            _encoded(client, encoding, features, worker, start, size)
            for start, worker in zip(
                range(first, frame.height, size), workers, strict=False
            )  # the last round may be short
        ]
        wait([part.matrix for part in parts])  # what was sent is held no longer
        yield from parts


def _encoded(
    client: Client, encoding: Encoding, features: pl.DataFrame, worker: str, start: int, size: int
) -> _Part:
    rows = features.slice(start, size)
    parquet = io.BytesIO()
    rows.write_parquet(parquet)
    sent = client.scatter(parquet.getvalue(), workers=[worker], hash=False)
    matrix = client.submit(encoded_part, encoding, sent, workers=[worker], pure=False)
    return _Part(start=start, stop=start + rows.height, worker=worker, matrix=matrix)


def _check_encoding(
    client: Client, encoding: Encoding, frame: pl.DataFrame, parts: tuple[_Part, ...]
) -> None:
    """Compare a few rows of a part of each worker with how this process encodes them."""
    for part in parts:
        there: Matrix = client.submit(_first, part.matrix, workers=[part.worker]).result()
        here = matrix_from(encoding, frame.slice(part.start, len(there)))
        if not np.array_equal(here, there, equal_nan=True):
            raise ClusterRefused(
                f"The worker {part.worker} encodes rows otherwise than this process: "
                "its version of the product is another."
            )


def _as_planned(matrix: on_dask.DaskQuantileDMatrix, workers: list[str]) -> dict[str, list[Future]]:
    """Say where each part of a matrix belongs: Dask may have put one where nothing was to do."""
    held = {future.key: future for futures in matrix.worker_map.values() for future in futures}
    planned: dict[str, list[Future]] = defaultdict(list)
    for worker, key in zip(workers, matrix.partition_order, strict=True):
        planned[worker].append(held[key])
    return planned


def _packed(part: _Part, within: Rows) -> Packed | None:
    """Pack the rows asked for into bits, for the way; None for all."""
    if len(within) == part.stop - part.start:
        return None
    mask = np.zeros(part.stop - part.start, dtype=np.bool_)
    mask[within] = True
    return np.packbits(mask)


# --- What runs on the workers -----------------------------------------------------------------


def encoded_part(encoding: Encoding, parquet: bytes) -> Matrix:
    """Read and encode some rows: (rows, columns)."""
    return matrix_from(encoding, pl.read_parquet(io.BytesIO(parquet)))


def _picked(matrix: Matrix, packed: Packed | None) -> Matrix:
    if packed is None:
        return matrix
    return matrix[np.unpackbits(packed, count=len(matrix)).astype(np.bool_)]


def _margins(booster: xgb.Booster, matrix: Matrix, packed: Packed | None) -> Floats:
    found: NDArray[np.float32] = booster.inplace_predict(
        _picked(matrix, packed), predict_type="margin"
    )
    return found.astype(np.float64)


def _first(matrix: Matrix) -> Matrix:
    return matrix[:ROWS_COMPARED]


def _same(values: NDArray[Any]) -> NDArray[Any]:
    return values
