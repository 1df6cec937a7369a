"""A graph that says anything else than its model is not released."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
import xgboost as xgb

from scoring.training import parity, shapley
from scoring.training.fit import parameters
from scoring.training.parity import LIMITS, ParityFailed


def check(setting, *, graph=None):
    exported = replace(setting.exported, graph=graph) if graph else setting.exported
    return parity.check(
        setting.model,
        exported,
        training_rows=setting.inputs,
        reference=setting.reference,
        seed=1,
    )


def altered(graph, change):
    model = onnx.load_from_string(graph)
    change(model.graph)
    return model.SerializeToString()


def attribute(graph, node, name):
    (found,) = [item for item in graph.node if item.name == node]
    return next(item for item in found.attribute if item.name == name)


def most_used_leaf_weight(graph):
    weights = attribute(graph, "reasons_trees", "target_weights").floats
    weights[int(np.argmax(np.abs(weights)))] *= 1.01


def split_of_a_share(graph):
    attribute(graph, "reasons_trees", "nodes_values").floats[0] += 0.25


def split_of_the_margin(graph):
    attribute(graph, "margin_trees", "nodes_values").floats[0] += 0.25


def leaf_of_the_margin(graph):
    attribute(graph, "margin_trees", "target_weights").floats[0] += 0.001


def way_of_missing_values(graph):
    flags = attribute(graph, "margin_trees", "nodes_missing_value_tracks_true").ints
    flags[:] = [1 - flag for flag in flags]


def two_features_swapped(graph):
    """Leave every sum as it is: additivity alone would not see it."""
    players = attribute(graph, "reasons_trees", "target_ids").ints
    players[:] = [{0: 1, 1: 0}.get(player, player) for player in players]


def categories_swapped(graph):
    encoder = next(node for node in graph.node if node.op_type == "OneHotEncoder")
    names = next(item for item in encoder.attribute if item.name == "cats_strings").strings
    names[0], names[1] = names[1], names[0]


def constant(name, factor):
    def change(graph):
        (found,) = [item for item in graph.initializer if item.name == name]
        value = onnx.numpy_helper.to_array(found) * np.float32(factor)
        found.CopyFrom(onnx.numpy_helper.from_array(value, name))

    change.__name__ = name
    return change


def test_a_true_graph_passes_and_its_figures_are_kept(small):
    figures = check(small)

    assert set(figures) == {"rows", *LIMITS}
    assert figures["rows"] > 600
    assert all(figures[name] <= limit for name, limit in LIMITS.items())


@pytest.mark.parametrize(
    ("change", "found_by"),
    [
        (most_used_leaf_weight, "additivity"),
        (split_of_a_share, "additivity"),
        (split_of_the_margin, "margin"),
        (leaf_of_the_margin, "margin"),
        (way_of_missing_values, "margin"),
        (two_features_swapped, "shares_by_quadrature"),
        (categories_swapped, "margin"),
        (constant("slope", 1.001), "pd"),
        (constant("intercept", 1.01), "pd"),
        (constant("points_a_logit", 1.001), "points"),
        (constant("points_at_even_odds", 1.001), "points"),
        (constant("points_of_reference", 1.001), "base_points"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_altered_graph_is_refused(small, change, found_by):
    graph = altered(small.exported.graph, change)

    with pytest.raises(ParityFailed, match=f"{found_by} is off by"):
        check(small, graph=graph)


def test_reasons_against_another_reference_are_refused(make_setting, small):
    other = make_setting(reference=140)

    with pytest.raises(ParityFailed, match="mean_share_of_reference"):
        check(small, graph=other.exported.graph)


def test_wrong_tables_are_found_though_they_add_up(small, monkeypatch, make_setting):
    """Share what a leaf gives by another rule than Shapley's, everywhere."""

    def unfair(own, reference, gained, lost):
        if own == reference:
            return 0.0
        return 1 / gained if own and not lost else 0.0

    monkeypatch.setattr(shapley, "_share", unfair)
    monkeypatch.setattr(shapley, "_coefficients", shapley._coefficients.__wrapped__)

    with pytest.raises(ParityFailed, match="shares_by_coalitions"):
        check(make_setting())


def test_a_feature_that_breaks_its_direction_is_refused(make_setting):
    base = make_setting()
    chosen = parameters(base.contract.training, base.model.encoding, rows=600)
    free = chosen | {"monotone_constraints": (0,) * base.matrix.shape[1]}
    rises, falls = base.model.encoding.column_names.index("number_0"), base.matrix[:, 0] < 0
    assert base.model.encoding.constraints[rises] == 1
    data = xgb.DMatrix(base.matrix, falls.astype(np.int8))

    wrong = make_setting(model_of=lambda: xgb.train(free, data, 15))

    with pytest.raises(ParityFailed, match="against_monotone is off by"):
        check(wrong)


def test_a_large_reference_is_checked_on_a_sample(small, monkeypatch):
    monkeypatch.setattr(parity, "QUADRATURE_REFERENCE", 100)
    monkeypatch.setattr(parity, "QUADRATURE_SAMPLE", 30)

    assert check(small)["shares_by_quadrature"] <= LIMITS["shares_by_quadrature"]


def test_an_answer_that_is_no_number_is_refused(small):
    graph = altered(small.exported.graph, constant("slope", np.nan))

    with pytest.raises(ParityFailed, match="pd is off by inf"):
        check(small, graph=graph)
