"""Chunks of applications over the cores of a machine, in the file's order and in bounded memory.

Each worker process holds the bundle and one ONNX Runtime session on one thread; a chunk goes to
one of them and comes back as a table. Only a few chunks are under way at a time.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from scoring.bundle import open_bundle
from scoring.engine import Engine
from scoring.files.batch import Lines, Rows, score_rows

UNDER_WAY = 2  # chunks for each worker
Chunks = Iterable[Rows | Lines]
Scorer = Callable[[Rows | Lines], pl.DataFrame]
ScoreChunks = Callable[[Chunks], Iterator[pl.DataFrame]]


@contextmanager
def scorer(
    place: Path, *, bundle_hash: str, workers: int, with_reasons: bool = True
) -> Iterator[ScoreChunks]:
    """Score chunks over some worker processes, or in this one where `workers` is 1.

    What it gives takes chunks and gives their tables, in the same order, while later ones are
    still scored.

    Parameters
    ----------
    place : Path
        The bundle.
    bundle_hash : str
        "sha256:…" of it, as registered.
    workers : int
        Processes, one or more.

    Raises
    ------
    BundleRefused, EngineFailed
        The model cannot be used; or, while scoring, answered what cannot be true.
    """
    score = _loaded(place, bundle_hash, with_reasons=with_reasons)  # refuses before any process is
    if workers == 1:
        yield partial(map, score)
        return
    pool = ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),  # a fork would copy the caller's threads and connections
        initializer=_begin,
        initargs=(place, bundle_hash, with_reasons),
    )
    try:
        yield partial(_in_order, pool, most=workers * UNDER_WAY)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, chunks: Chunks, *, most: int) -> Iterator[pl.DataFrame]:
    under_way: deque[Future[pl.DataFrame]] = deque()
    for chunk in chunks:
        under_way.append(pool.submit(_score, chunk))
        if len(under_way) == most:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


_own: list[Scorer] = []  # of a worker process


def _begin(place: Path, bundle_hash: str, with_reasons: bool) -> None:  # noqa: FBT001 - of a pool
    _own.append(_loaded(place, bundle_hash, with_reasons=with_reasons))


def _score(chunk: Rows | Lines) -> pl.DataFrame:
    return _own[0](chunk)


def _loaded(place: Path, bundle_hash: str, *, with_reasons: bool) -> Scorer:
    engine = Engine(open_bundle(place, expected_hash=bundle_hash))
    return partial(score_rows, engine, with_reasons=with_reasons)
