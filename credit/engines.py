"""Where trees are fitted: in this process, or on the cluster that the settings name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import polars as pl
from django.conf import settings

from scoring.cluster import cluster
from scoring.contract import Contract

if TYPE_CHECKING:
    from scoring.training.learners import Learner

Engine = Literal["local", "dask"]


@contextmanager
def learner_on(
    engine: Engine, *, contract: Contract, frame: pl.DataFrame
) -> Iterator["Learner | None"]:
    """Give what fits the trees of a snapshot; None for this process.

    Raises
    ------
    ClusterRefused
        There is no cluster, or it cannot be used.
    """
    if engine == "local":
        yield None
        return
    with cluster(settings.EVENHAND_DASK_SCHEDULER) as client:
        # The module imports Dask, an optional extra, which `cluster` has found installed.
        from scoring.training.dask_learner import DaskLearner  # noqa: PLC0415

        yield DaskLearner(client=client, contract=contract, frame=frame)
