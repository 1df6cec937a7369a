"""The same product on two worker processes: the same trees twice, and nothing that may not leave.

It starts real processes, once for the file. Without the extra `dask` the file is skipped.
"""

import io
import json
import os
import signal
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

pytest.importorskip("distributed", reason="Dask is not installed: it is the extra `dask`")

from distributed import LocalCluster

from scoring import cluster as clusters
from scoring.bundle import read_bundle
from scoring.cluster import ClusterRefused, DaskMissing, cluster
from scoring.contract import Contract
from scoring.engine import Engine
from scoring.files.batch import Lines, Rows, score_rows
from scoring.files.cluster_scoring import IN_FLIGHT, score_on_cluster
from scoring.training import dask_learner
from scoring.training.dask_learner import DaskLearner
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.learners import LocalLearner
from scoring.training.parity import LIMITS
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train

pytestmark = pytest.mark.long

RECIPE = Recipe(numbers=4, categories=1, booleans=1, ordinals=1, rounds=6, max_depth=3)
ROWS, ROWS_IN_A_PART = 900, 200


@pytest.fixture(scope="module")
def client():
    with cluster() as connected:
        yield connected


@pytest.fixture(scope="module")
def contract():
    text = contract_of(RECIPE).text.replace("[training]", "[training]\nbootstrap_models = 2")
    return Contract.parse(text.encode())


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


def no_progress(what, share):
    """Nobody looks."""


def trained_by(learner, contract, loans):
    return train(
        contract=contract,
        frame=loans,
        snapshot_sha256="0" * 64,
        progress=no_progress,
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

    assert np.corrcoef(everywhere, in_one)[0, 1] > 0.9
    assert on_two.engine["workers"] == 2


def test_early_stopping_stops_about_where_it_does_here(on_two, here, contract):
    grows, stops = np.arange(600), np.arange(600, ROWS)
    training = replace(contract.training, rounds=150, early_stopping_rounds=5)

    there, own = (
        learner.fit(grows, training=training, stop_on=stops).num_boosted_rounds()
        for learner in (on_two, here)
    )

    assert there < 100
    assert there == pytest.approx(own, abs=25)


def test_a_row_that_weighs_nothing_is_not_learned_from(on_two, contract):
    some = np.arange(100, 700)
    weights = np.zeros(ROWS, dtype=np.float32)
    weights[some] = 1
    whole = replace(contract.training, subsample=1.0, colsample=1.0)

    weighed = on_two.fit(None, training=whole, weights=weights)
    chosen = on_two.fit(some, training=whole)

    assert np.corrcoef(on_two.margins(weighed), on_two.margins(chosen))[0, 1] > 0.99


def test_a_model_of_the_cluster_passes_the_parity_gate(trained):
    parity = trained.manifest["parity"]

    assert all(parity[name] <= limit for name, limit in LIMITS.items())
    assert [gate.name for gate in trained.gates if gate.name == "parity" and not gate.passed] == []


def test_the_manifest_and_the_card_say_where_it_was_fitted(trained):
    engine = trained.manifest["engine"]

    assert (engine["name"], engine["workers"], engine["threads"]) == ("dask", 2, 1)
    card = read_bundle(trained.bundle, expected_hash=trained.bundle_hash).card
    assert "Dask cluster of 2 workers" in card


def test_the_same_rows_give_the_same_bundle(client, trained, contract, loans):
    again = DaskLearner(
        client=client, contract=contract, frame=loans, rows_in_a_part=ROWS_IN_A_PART
    )

    assert trained_by(again, contract, loans).bundle_hash == trained.bundle_hash


def test_nothing_but_the_features_leaves_this_process(client, contract, loans, monkeypatch):
    sent = []
    scatter = client.scatter
    monkeypatch.setattr(
        client, "scatter", lambda what, **how: (sent.append(what), scatter(what, **how))[1]
    )
    known = loans.with_columns(sex=pl.lit("f"), applied_on=pl.lit("2026-01-01"))

    DaskLearner(client=client, contract=contract, frame=known)

    assert len(sent) == 2
    for parquet in sent:
        assert pl.read_parquet(io.BytesIO(parquet)).columns == list(contract.feature_names)


# --- scoring


@pytest.fixture(scope="module")
def engine(trained):
    return Engine(read_bundle(trained.bundle, expected_hash=trained.bundle_hash))


@pytest.fixture(scope="module")
def cells(contract, loans):
    """Write the loans as a file of applications has them, one with a slip; and who applied."""
    names = list(contract.feature_names)
    texts = loans.select(names).cast(pl.String).with_row_index("reference", offset=1)
    first, name = contract.features[0].name, pl.lit("Ada Lovelace").alias("applicant.name")
    slip = pl.when(pl.col("reference") == 8).then(pl.lit("?")).otherwise(pl.col(first))
    return texts.with_columns(slip.alias(first), name).cast(pl.String)


def tables(cells, size):
    """Cut a file into chunks, one of which has a row that could not even be read."""
    for at in range(0, cells.height, size):
        unread = {3: "has a cell too many"} if at == 0 else {}
        yield Rows(first=at + 1, cells=cells.slice(at, size), unread=unread)


def requests(contract, loans, size):
    for at in range(0, loans.height, size):
        rows = loans.slice(at, size).select(contract.feature_names).to_dicts()
        lines = [json.dumps({"reference": f"R{n}", "features": row}) for n, row in enumerate(rows)]
        yield Lines(first=at + 1, lines=["[]", *lines])


def on_cluster(client, trained, chunks, **how):
    return score_on_cluster(client, trained.bundle, trained.bundle_hash, chunks, **how)


@pytest.mark.parametrize("with_reasons", [True, False])
@pytest.mark.parametrize("kind", ["tables", "requests"])
def test_a_file_gets_the_bits_it_gets_here_in_its_order(
    client, trained, engine, contract, loans, cells, kind, with_reasons
):
    chunks = list(tables(cells, 70) if kind == "tables" else requests(contract, loans, 70))

    found = pl.concat(on_cluster(client, trained, chunks, with_reasons=with_reasons))

    here = [score_rows(engine, chunk, with_reasons=with_reasons) for chunk in chunks]
    assert found.equals(pl.concat(here))
    assert found["pd"].null_count() == (2 if kind == "tables" else len(chunks))


def test_what_has_no_row_that_is_right_is_told_too(client, trained):
    (told,) = on_cluster(client, trained, [Lines(first=1, lines=["[]", "7"])])

    assert told["problem"].to_list() == ["is no JSON object"] * 2
    assert list(on_cluster(client, trained, [])) == []


def test_only_features_of_rows_that_are_right_leave_this_process(
    client, trained, contract, cells, monkeypatch
):
    sent = []
    submit = client.submit
    monkeypatch.setattr(
        client, "submit", lambda *what, **how: (sent.append(what), submit(*what, **how))[1]
    )

    list(on_cluster(client, trained, tables(cells.head(50), 50)))

    ((_, _, _, rows, _),) = sent
    gone = pl.read_ipc_stream(io.BytesIO(rows))
    assert (gone.columns, gone.height) == (list(contract.feature_names), 48)


def test_a_file_is_read_no_faster_than_it_is_scored(client, trained, cells):
    read = []

    def chunks():
        for chunk in tables(cells, 50):
            read.append(chunk.first)
            yield chunk

    scored = on_cluster(client, trained, chunks())
    next(scored)

    assert len(read) == IN_FLIGHT * 2 + 1
    assert sum(table.height for table in scored) == ROWS - 50


# --- refusals


def no_module(name):
    """Find no module of any name."""


def other_encoding(encoding, frame):
    return np.zeros((1, 1))


def test_without_the_extra_its_name_is_said(monkeypatch):
    monkeypatch.setattr(clusters, "find_spec", no_module)

    with pytest.raises(DaskMissing, match=r"requirements-dask\.txt"), cluster():
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(clusters, "SECONDS_TO_CONNECT", 0.5)

    with (
        pytest.raises(ClusterRefused, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_scheduler_without_a_worker_is_refused():
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as bare,
        pytest.raises(ClusterRefused, match="has no worker"),
        cluster(bare.scheduler_address),
    ):
        pass


def test_a_worker_without_this_product_is_refused(client, monkeypatch):
    monkeypatch.setattr(clusters, "THIS_PRODUCT", "from nowhere import versions")

    with (
        pytest.raises(ClusterRefused, match="cannot run this product: No module named 'nowhere'"),
        cluster(client.scheduler.address),
    ):
        pass


def test_workers_that_do_not_start_are_told_with_what_they_said(monkeypatch):
    monkeypatch.setattr(clusters, "SECONDS_TO_START", 0.2)
    monkeypatch.setenv("PYTHONHOME", "/nowhere")

    with pytest.raises(ClusterRefused, match="The workers did not start"), cluster():
        pass


def test_a_worker_of_other_versions_is_refused(client, monkeypatch):
    monkeypatch.setattr(clusters.platform, "python_version", lambda: "3.10.0")

    with (
        pytest.raises(ClusterRefused, match=r"other versions .* python 3\."),
        cluster(client.scheduler.address),
    ):
        pass


def test_a_worker_that_encodes_otherwise_is_refused(client, contract, loans, monkeypatch):
    monkeypatch.setattr(dask_learner, "matrix_from", other_encoding)

    with pytest.raises(ClusterRefused, match="encodes rows otherwise"):
        DaskLearner(client=client, contract=contract, frame=loans)


def test_a_worker_that_dies_ends_a_training_and_not_a_batch(
    client, on_two, contract, trained, cells
):
    booster = on_two.fit(None, training=contract.training)
    victim = min(client.run(os.getpid).values())
    os.kill(victim, signal.SIGKILL)

    with pytest.raises(ClusterRefused, match="failed while fitting"):
        on_two.fit(None, training=contract.training)
    with pytest.raises(ClusterRefused, match="failed while asking the trees: a worker was lost"):
        on_two.margins(booster)

    found = pl.concat(on_cluster(client, trained, tables(cells, 300)))
    assert found.height == ROWS
