"""Batch scoring on a cluster: parts of a file to the workers, and their scores back in order.

Nothing here imports Dask: whoever has a client (see `scoring.cluster`) has it installed.
"""

import io
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from scoring.bundle import read_bundle
from scoring.cluster import failures_named
from scoring.contract import hash_of
from scoring.engine import Engine

if TYPE_CHECKING:
    from distributed import Client, Future

IN_FLIGHT = 2  # parts a worker: one in work, one that waits for it
BUNDLES_KEPT = 2  # by a worker's process: the champion and a challenger


def score_on_cluster(
    client: "Client", bundle: bytes, chunks: Iterator[pl.DataFrame], *, with_reasons: bool = True
) -> Iterator[pl.DataFrame]:
    """Score parts of a file on the workers; give their scores in the order of the parts.

    Parameters
    ----------
    client : distributed.Client
        Connected by `scoring.cluster.cluster`.
    bundle : bytes
        A release as the store holds it. It goes to each worker once.
    chunks : iterator of DataFrame
        The contract's features by name, as `ingestion.ingest` types them. Other columns do not
        leave this process. Some ten thousand rows each are a good size.
    with_reasons : bool
        Without them only PDs are worked out, about ten times as fast.

    Yields
    ------
    DataFrame
        See `score_partition`; one for each part.

    Raises
    ------
    BundleRefused
        The bundle is damaged.
    EngineFailed
        The model answered what cannot be true.
    ClusterRefused
        The cluster failed. A part whose worker died is scored by another.

    Notes
    -----
    Parts are read no faster than they are scored: no more than two a worker are on their way.
    """
    contract = read_bundle(bundle, expected_hash=(bundle_hash := hash_of(bundle))).contract
    with failures_named("scoring"):
        held = client.scatter(bundle, broadcast=True, hash=False)
        most = IN_FLIGHT * len(client.scheduler_info()["workers"])
    waiting: deque[Future] = deque()
    for chunk in chunks:
        if len(waiting) == most:
            yield _scored(waiting.popleft())
        with failures_named("scoring"):
            rows = to_bytes(chunk.select(contract.feature_names))
            waiting.append(client.submit(_score, held, bundle_hash, rows, with_reasons, pure=False))
    while waiting:
        yield _scored(waiting.popleft())


def score_partition(
    engine: Engine, frame: pl.DataFrame, *, with_reasons: bool = True
) -> pl.DataFrame:
    """Score some rows: the same bits wherever, and among whatever others, they are scored.

    Parameters
    ----------
    engine : Engine
        The release.
    frame : DataFrame
        The contract's features by name, as `ingestion.ingest` types them.
    with_reasons : bool
        Whether points and what each feature gave are worked out, or PDs alone.

    Returns
    -------
    DataFrame
        `pd`, and with reasons also `margin`, `points`, `base_points` and `reasons`, an array with
        a number of points for each feature in the contract's order. A row for each row.
    """
    columns: dict[str, Any] = {name: frame[name] for name in engine.contract.feature_names}
    if not with_reasons:
        return pl.DataFrame({"pd": engine.pds_many(columns)})
    scores = engine.score_many(columns)
    return pl.DataFrame(
        {
            "pd": scores.pd,
            "margin": scores.margin,
            "points": scores.points,
            "base_points": scores.base_points,
            "reasons": scores.reasons,
        }
    )


def to_bytes(frame: pl.DataFrame) -> bytes:
    """Write a frame as Arrow's stream, for the way; packed, and the same types at the other end."""
    written = io.BytesIO()
    frame.write_ipc_stream(written, compression="zstd")
    return written.getvalue()


def from_bytes(written: bytes) -> pl.DataFrame:
    """Read what `to_bytes` wrote."""
    return pl.read_ipc_stream(io.BytesIO(written))


def _scored(future: "Future") -> pl.DataFrame:
    with failures_named("scoring"):
        return from_bytes(future.result())


def _score(bundle: bytes, bundle_hash: str, rows: bytes, with_reasons: bool) -> bytes:  # noqa: FBT001 - Dask's submit
    """Do the work, on a worker."""
    engine = _engine(bundle, bundle_hash)
    return to_bytes(score_partition(engine, from_bytes(rows), with_reasons=with_reasons))


@lru_cache(maxsize=BUNDLES_KEPT)
def _engine(bundle: bytes, bundle_hash: str) -> Engine:
    return Engine(read_bundle(bundle, expected_hash=bundle_hash))
