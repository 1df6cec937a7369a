"""A graph that takes too long, or too much memory, is stopped."""

import os
import resource
import time

import numpy as np
import pytest
import slow_graphs
import toy_release
from onnx import helper, numpy_helper

from scoring import onnx_safety
from scoring.cut_graph import cut
from scoring.engine import Engine, EngineFailed, EngineTimedOut
from scoring.features import example
from scoring.sessions import GraphFailed, GraphTimedOut, Session

LIMIT = 0.1


def stall(parts):
    slow_graphs.stall(parts["nodes"], parts["tensors"], output="pd")


@pytest.fixture(scope="module")
def slow_model(contract):
    return toy_release.graph(contract, change=stall).SerializeToString()


@pytest.fixture(scope="module")
def feeds(engine, contract):
    return engine._feeds.of_one(example(contract))


def test_a_slow_graph_is_an_allowed_one(slow_model):
    onnx_safety.check(slow_model)


def test_loading_runs_nothing_of_the_graph(slow_model):
    """Folding its constants would take as long as running it, and nothing could stop it."""
    began = time.process_time()

    Session(slow_model)

    assert time.process_time() - began < 1.5


def test_a_run_that_takes_too_long_is_stopped(slow_model, feeds):
    session = Session(slow_model, seconds=LIMIT)
    began = time.process_time()

    with pytest.raises(GraphTimedOut, match=r"took longer than 0\.1 seconds"):
        session.run(["pd"], feeds)

    assert time.process_time() - began < 1.5


def test_the_next_run_has_its_own_time(slow_model, feeds):
    session = Session(slow_model)

    with pytest.raises(GraphTimedOut):
        session.run(["pd"], feeds, seconds=LIMIT)

    assert session.run(["margin"], feeds, seconds=60)[0].shape == (1, 1)


def test_an_engine_is_not_made_of_a_graph_that_hangs(slow_model, contract):
    release = toy_release.release(change=stall)

    with pytest.raises(EngineTimedOut, match="the model timed out"):
        Engine(release, seconds=LIMIT)


def swell(parts):
    """Multiply a column by a row: allowed, small in the file, 6 GB when it is worked out."""
    column = numpy_helper.from_array(np.ones((40_000, 1), dtype=np.float32), "column")
    parts["tensors"].append(column)
    parts["nodes"] += [
        helper.make_node("Transpose", ["column"], ["row"]),
        helper.make_node("Mul", ["column", "row"], ["table"]),
        helper.make_node("ReduceSum", ["table"], ["sum"], keepdims=0),
        helper.make_node("Add", ["quick", "sum"], ["pd"]),
    ]
    for node in parts["nodes"]:
        if node.op_type == "Sigmoid":
            node.output[0] = "quick"


def test_a_graph_that_would_fill_the_memory_fails_instead():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(EngineFailed, match="the model failed: the graph failed"):
        Engine(toy_release.release(change=swell), seconds=60)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000  # kB


def test_a_graph_cut_off_from_memory_leaves_the_others_theirs(engine, contract):
    with pytest.raises(EngineFailed):
        Engine(toy_release.release(change=swell), seconds=60)

    assert 0 < engine.score(example(contract)).pd < 1


def test_a_file_is_read_as_onnx_and_as_nothing_else(contract):
    """ONNX Runtime would take this for its own format, by the letters at the fifth byte."""
    model = toy_release.graph(contract).SerializeToString()
    named = bytes([0x12, 6]) + b"abORTM" + model  # the name of the program that made it

    assert Session(named).inputs == Session(model).inputs


def test_a_graph_that_cannot_be_loaded_is_a_failure_with_a_name():
    with pytest.raises(GraphFailed, match="does not load"):
        Session(b"no graph")


def test_the_watchdog_watches_in_a_forked_process_too(slow_model, feeds):
    session = Session(slow_model, seconds=LIMIT)
    with pytest.raises(GraphTimedOut):
        session.run(["pd"], feeds)

    child = os.fork()
    if child == 0:
        try:
            session.run(["pd"], feeds)
        except GraphTimedOut:
            os._exit(0)
        os._exit(1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_graph_cut_of_its_reasons_gives_the_same_bits(engine, contract):
    rows = [example(contract) | {"duration_months": month} for month in range(3, 85)]

    pds = engine.pds_many(rows)

    assert (pds == engine.score_many(rows).pd).all()


def test_a_cut_graph_holds_less_and_answers_nothing_else(contract):
    model = toy_release.graph(contract).SerializeToString()

    smaller = cut(model, outputs=["pd"])

    assert len(smaller) < len(model)
    onnx_safety.check(smaller)
    assert set(Session(smaller).outputs) == {"pd"}


def test_many_pds_are_checked_as_one_is(contract):
    def above_one(parts):
        for node in parts["nodes"]:
            if node.op_type == "Sigmoid":
                node.op_type = "Exp"

    with pytest.raises(EngineFailed):
        Engine(toy_release.release(change=above_one)).pds_many([example(contract)])


def test_no_rows_have_no_pds(engine):
    assert engine.pds_many([]).shape == (0,)
    assert engine.pds_many([]).dtype == np.float32
