"""The same product on two worker processes: the same trees twice, and nothing that may not leave.

It starts real processes, once for the file. Without the extra `dask` the file is skipped.
"""

import os
import signal
import time

import numpy as np
import polars as pl
import pytest

pytest.importorskip("distributed", reason="Dask is not installed: it is the extra `dask`")

from scoring import cluster as clusters
from scoring.bundle import read_bundle
from scoring.cluster import ClusterRefused, DaskMissing, cluster
from scoring.cluster_scoring import IN_FLIGHT, score_on_cluster, score_partition
from scoring.engine import Engine
from scoring.training.dask_learner import DaskLearner
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.gates import judge
from scoring.training.learners import LocalLearner
from scoring.training.parity import LIMITS
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train

RECIPE = Recipe(numbers=4, categories=2, booleans=1, ordinals=1, rounds=8, max_depth=3)
ROWS, ROWS_IN_A_PART = 900, 200


@pytest.fixture(scope="module")
def client():
    with cluster() as connected:
        yield connected


@pytest.fixture(scope="module")
def contract():
    return contract_of(RECIPE)


@pytest.fixture(scope="module")
def loans(contract):
    return loans_of(contract, rows=ROWS, seed=3)


@pytest.fixture(scope="module")
def on_two(client, contract, loans):
    return DaskLearner(client=client, contract=contract, frame=loans, rows_in_a_part=ROWS_IN_A_PART)


@pytest.fixture(scope="module")
def here(contract, loans):
    encoding = encoding_of(contract)
    return LocalLearner(matrix_from(encoding, loans), loans["bad"].to_numpy(), encoding)


@pytest.fixture(scope="module")
def trained(on_two, contract, loans):
    return trained_by(on_two, contract, loans)


def trained_by(learner, contract, loans):
    return train(
        contract=contract,
        frame=loans,
        snapshot_sha256="0" * 64,
        progress=lambda what, share: None,
        learner=learner,
    )


# --- fitting


@pytest.mark.parametrize("rows", [None, np.arange(5, ROWS, 7), np.arange(210, 230)])
def test_the_workers_say_of_a_row_what_the_trees_say_here(on_two, here, contract, rows):
    booster = on_two.fit(None, training=contract.training)

    assert (on_two.margins(booster, rows) == here.margins(booster, rows)).all()


def test_rows_of_two_workers_are_learned_from_as_well_as_here(on_two, here, contract, loans):
    everywhere = here.margins(on_two.fit(None, training=contract.training))
    in_one = here.margins(here.fit(None, training=contract.training))

    assert np.corrcoef(everywhere, in_one)[0, 1] > 0.97
    assert on_two.engine["workers"] == 2


def test_some_rows_weights_and_early_stopping_mean_what_they_mean_here(on_two, here, contract):
    rows, others = np.arange(0, 600), np.arange(600, ROWS)
    training = contract.training
    stopping = contract_of(RECIPE).training.__class__(
        **{name: getattr(training, name) for name in training.__slots__}
        | {"rounds": 200, "early_stopping_rounds": 5}
    )
    twice = np.full(ROWS, 2, dtype=np.float32)

    stopped = on_two.fit(rows, training=stopping, stop_on=others)
    weighted = on_two.fit(rows, training=training, weights=twice)

    assert 5 < stopped.num_boosted_rounds() < 100
    assert stopped.num_boosted_rounds() == pytest.approx(
        here.fit(rows, training=stopping, stop_on=others).num_boosted_rounds(), abs=25
    )
    assert (here.margins(weighted) != here.margins(on_two.fit(rows, training=training))).any()


def test_a_model_of_the_cluster_passes_the_parity_gate(trained):
    parity = trained.manifest["parity"]

    assert all(parity[name] <= limit for name, limit in LIMITS.items())
    assert judge(trained.manifest, latency=0.0)
    assert trained.manifest["engine"] | {"dask": "", "distributed": ""} == {
        "name": "dask",
        "workers": 2,
        "threads": 1,
        "rows_in_a_part": ROWS_IN_A_PART,
        "dask": "",
        "distributed": "",
    }
    card = read_bundle(trained.bundle, expected_hash=trained.bundle_hash).card
    assert "Dask cluster of 2 workers" in card


def test_the_same_rows_give_the_same_bundle(client, trained, contract, loans):
    again = DaskLearner(
        client=client, contract=contract, frame=loans, rows_in_a_part=ROWS_IN_A_PART
    )

    assert trained_by(again, contract, loans).bundle_hash == trained.bundle_hash
