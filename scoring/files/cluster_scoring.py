"""Batch scoring on a cluster: what is right of a file to the workers, its figures back in order.

Nothing here imports Dask: whoever has a client (see `scoring.cluster`) has it installed.
"""

import io
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from scoring.bundle import read_bundle
from scoring.cluster import failures_named
from scoring.contract import Contract
from scoring.engine import Engine
from scoring.files.batch import Checked, check, figures, in_place
from scoring.files.batch_columns import TYPES
from scoring.files.batch_workers import Chunks

if TYPE_CHECKING:
    from distributed import Client, Future

IN_FLIGHT = 2  # chunks a worker: one in work, one that waits for it
BUNDLES_KEPT = 2  # by a worker's process: the champion and a challenger


def score_on_cluster(
    client: "Client", bundle: bytes, bundle_hash: str, chunks: Chunks, *, with_reasons: bool = True
) -> Iterator[pl.DataFrame]:
    """Score chunks of a file on the workers, as `batch_workers.scorer` does on this machine.

    Rows are held to the contract here, and only the features of those that are right leave this
    process: no reference, no name, no group of an applicant.

    Parameters
    ----------
    client : distributed.Client
        Connected by `scoring.cluster.cluster`.
    bundle : bytes
        A release as the store holds it. It goes to each worker once.
    bundle_hash : str
        "sha256:…" of it, as registered.
    chunks : iterable of Rows or Lines
        Applications, as `batch_files.applications` reads them.
    with_reasons : bool
        Without them only PD, score and band are worked out, several times as fast.

    Yields
    ------
    DataFrame
        See `score_rows`; one for each chunk, in their order.

    Raises
    ------
    BundleRefused
        The bundle is damaged, or another than the registered one.
    EngineFailed
        The model answered what cannot be true.
    ClusterRefused
        The cluster failed. A chunk whose worker died is scored by another.

    Notes
    -----
    Chunks are read no faster than they are scored: no more than two a worker are on their way.
    """
    contract = read_bundle(bundle, expected_hash=bundle_hash).contract
    with failures_named("scoring"):
        held = client.scatter(bundle, broadcast=True, hash=False)
        most = IN_FLIGHT * len(client.scheduler_info()["workers"])
    waiting: deque[tuple[Checked, Future]] = deque()
    for chunk in chunks:
        if len(waiting) == most:
            yield _scored(*waiting.popleft())
        checked = check(contract, chunk)
        with failures_named("scoring"):
            rows = _to_bytes(_features(contract, checked))
            asked = client.submit(_score, held, bundle_hash, rows, with_reasons, pure=False)
        waiting.append((checked, asked))
    while waiting:
        yield _scored(*waiting.popleft())


def _features(contract: Contract, checked: Checked) -> pl.DataFrame:
    """Give the rows that are right, of the same types whatever kind of file they are from."""
    types = {feature.name: TYPES[feature.kind] for feature in contract.features}
    return pl.DataFrame(checked.right, schema_overrides=types)


def _scored(checked: Checked, asked: "Future") -> pl.DataFrame:
    with failures_named("scoring"):
        return in_place(checked, _from_bytes(asked.result()))


def _to_bytes(frame: pl.DataFrame) -> bytes:
    """Write a frame as Arrow's stream, for the way; packed, and the same types at the other end."""
    written = io.BytesIO()
    frame.write_ipc_stream(written, compression="zstd")
    return written.getvalue()


def _from_bytes(written: bytes) -> pl.DataFrame:
    return pl.read_ipc_stream(io.BytesIO(written))


def _score(bundle: bytes, bundle_hash: str, rows: bytes, with_reasons: bool) -> bytes:  # noqa: FBT001 - Dask's submit
    """Do the work, on a worker."""
    right = _from_bytes(rows).to_dict()
    return _to_bytes(figures(_engine(bundle, bundle_hash), right, with_reasons=with_reasons))


@lru_cache(maxsize=BUNDLES_KEPT)
def _engine(bundle: bytes, bundle_hash: str) -> Engine:
    return Engine(read_bundle(bundle, expected_hash=bundle_hash))
