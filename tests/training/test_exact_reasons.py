"""Every feature's share is its exact interventional Shapley value, whatever the trees."""

import numpy as np
import pytest
import xgboost as xgb

from scoring.training import export as export_module
from scoring.training import oracle, shapley
from scoring.training.export import ExportRefused, export
from scoring.training.fit import kept, margins, parameters
from scoring.training.probes import count_of, random_rows, taken
from scoring.training.served import Graph
from scoring.training.synthetic import Recipe, contract_of

NUMBERS_ONLY = Recipe(numbers=6, categories=0, rounds=20)
WITHIN = 1e-5  # log-odds


def shares_in_log_odds(setting, rows, exported=None):
    graph = Graph((exported or setting.exported).graph)
    points_a_log_odds = -setting.model.scale.factor * setting.model.calibration.slope
    return graph.answer(rows).reasons / points_a_log_odds


def random_probes(setting, count=60):
    rng = np.random.default_rng(11)
    return random_rows(setting.model.encoding, count, rng=rng)


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 6])
def test_shares_are_what_shap_finds_at_every_depth(make_setting, depth):
    shap = pytest.importorskip("shap")
    recipe = Recipe(numbers=6, categories=0, rounds=20, max_depth=depth)
    setting = make_setting(recipe, rows=800, reference=40)
    rows = taken(setting.inputs, slice(100, 160))
    explainer = shap.TreeExplainer(
        setting.model.booster, setting.matrix[:40], feature_perturbation="interventional"
    )

    expected = explainer.shap_values(setting.matrix[100:160], check_additivity=False)

    assert setting.exported.forest.depth == depth
    assert np.abs(shares_in_log_odds(setting, rows) - expected).max() < WITHIN


@pytest.mark.parametrize("depth", [2, 4, 6])
def test_all_columns_of_a_category_are_one_player(make_setting, depth):
    recipe = Recipe(numbers=4, categories=3, booleans=1, rounds=12, max_depth=depth)
    setting = make_setting(recipe, reference=5)
    rows = taken(setting.inputs, slice(200, 206))

    expected = [
        oracle.by_coalitions(
            setting.model.booster, setting.model.encoding.players, row, setting.matrix[:5]
        )
        for row in setting.matrix[200:206]
    ]

    assert np.abs(shares_in_log_odds(setting, rows) - expected).max() < WITHIN


def test_the_two_oracles_agree(small):
    players = small.model.encoding.players
    rows, reference = small.matrix[300:304], small.matrix[:6]

    by_quadrature = oracle.by_quadrature(small.model.booster, players, rows, reference)
    by_coalitions = [
        oracle.by_coalitions(small.model.booster, players, row, reference) for row in rows
    ]

    assert np.abs(by_quadrature - by_coalitions).max() < WITHIN


def test_the_definition_is_not_asked_for_more_mixtures_than_fit_in_memory(make_setting):
    setting = make_setting(Recipe(numbers=16, categories=0, rounds=3))

    with pytest.raises(ValueError, match="at most 14"):
        oracle.by_coalitions(
            setting.model.booster,
            setting.model.encoding.players,
            setting.matrix[200],
            setting.matrix[:5],
        )


@pytest.mark.parametrize("depth", [1, 3, 6])
def test_base_points_and_shares_add_up_to_the_points_of_every_row(make_setting, depth):
    setting = make_setting(Recipe(numbers=5, categories=2, rounds=60, max_depth=depth))

    answers = Graph(setting.exported.graph).answer(setting.inputs)

    total = answers.reasons.sum(axis=1) + answers.base_points
    assert np.abs(total - answers.points).max() < 1e-3


def test_base_points_are_the_mean_of_the_reference(small):
    calibration, scale = small.model.calibration, small.model.scale
    logit = calibration.logit(margins(small.model.booster, small.matrix[small.reference]))

    mean = (scale.offset - scale.factor * logit).mean()

    assert small.exported.base_points == pytest.approx(mean, abs=1e-4)


def test_a_reference_of_one_row_explains_it_by_nothing(small):
    alone = export(small.model, small.matrix[:1])

    shares = shares_in_log_odds(small, taken(small.inputs, slice(0, 1)), alone)

    assert not shares.any()


def test_a_reference_is_the_same_in_blocks_as_at_once(small, monkeypatch):
    monkeypatch.setattr(shapley, "ROWS_AT_ONCE", 64)
    monkeypatch.setattr(shapley, "WORDS_AT_ONCE", 16)

    assert export(small.model, small.matrix[small.reference]).graph == small.exported.graph


def test_the_same_row_has_the_same_bits_alone_and_in_any_batch(small):
    graph, rows = Graph(small.exported.graph), random_probes(small, 300)
    everything = graph.answer(rows)

    for size in (1, 7, 64):
        for start in range(0, count_of(rows) - size, 37):
            part = slice(start, start + size)
            found = graph.answer(taken(rows, part))
            assert (found.reasons == everything.reasons[part]).all()
            assert (found.pd == everything.pd[part]).all()
            assert (found.points == everything.points[part]).all()


def test_rows_on_a_split_and_one_step_beside_go_where_xgboost_sends_them(make_setting):
    setting = make_setting(NUMBERS_ONLY)
    tree = setting.exported.forest.trees[0]
    column, split = tree.column[0], np.float32(tree.threshold[0])
    beside = [np.nextafter(split, np.float32(way)) for way in (-np.inf, np.inf)]
    rows = {name: np.repeat(values[:1], 3, axis=0) for name, values in setting.inputs.items()}
    rows[f"number_{column}"][:, 0] = [split, *beside]
    matrix = np.repeat(setting.matrix[:1], 3, axis=0)
    matrix[:, column] = [split, *beside]

    expected = oracle.by_quadrature(
        setting.model.booster, setting.model.encoding.players, matrix, setting.matrix[:150]
    )

    found = shares_in_log_odds(setting, rows)
    assert np.abs(found - expected).max() < WITHIN
    assert not (found[0] == found[1]).all()


def test_a_feature_that_no_tree_uses_gets_nothing(make_setting):
    recipe = Recipe(numbers=5, categories=1, rounds=1, max_depth=1)
    setting = make_setting(recipe)
    used = setting.model.encoding.players[setting.exported.forest.trees[0].column[0]]

    shares = shares_in_log_odds(setting, setting.inputs)

    unused = np.delete(shares, used, axis=1)
    assert shares[:, used].any()
    assert not unused.any()


def test_trees_without_a_split_only_move_the_base(make_setting):
    base = make_setting()
    chosen = parameters(base.contract.training, base.model.encoding, rows=600)
    data = xgb.DMatrix(base.matrix, base.bad)
    stump = xgb.train(chosen | {"gamma": 1e9}, data, 3)
    both = xgb.train(chosen | {"gamma": 0}, data, 5, xgb_model=stump)

    setting = make_setting(model_of=lambda: both)

    answers = Graph(setting.exported.graph).answer(setting.inputs)
    assert np.abs(answers.margin - margins(both, setting.matrix)).max() < WITHIN
    assert np.abs(answers.reasons.sum(axis=1) + answers.base_points - answers.points).max() < 1e-3


def test_trees_that_early_stopping_grew_in_vain_do_not_count(make_setting):
    base = make_setting()
    chosen = parameters(base.contract.training, base.model.encoding, rows=600)
    learns = xgb.DMatrix(base.matrix[:300], base.bad[:300])
    watches = xgb.DMatrix(base.matrix[300:], base.bad[300:])
    stopped = xgb.train(
        chosen | {"learning_rate": 0.5},
        learns,
        200,
        evals=[(watches, "watched")],
        early_stopping_rounds=5,
        verbose_eval=False,
    )
    assert stopped.num_boosted_rounds() > stopped.best_iteration + 1

    setting = make_setting(model_of=lambda: kept(stopped))

    best = stopped.predict(
        xgb.DMatrix(setting.matrix),
        output_margin=True,
        iteration_range=(0, stopped.best_iteration + 1),
    )
    answers = Graph(setting.exported.graph).answer(setting.inputs)
    assert len(setting.exported.forest.trees) == stopped.best_iteration + 1
    assert np.abs(answers.margin - best).max() < WITHIN


def test_a_model_that_learned_nothing_is_refused(make_setting):
    base = make_setting()
    chosen = parameters(base.contract.training, base.model.encoding, rows=600)
    data = xgb.DMatrix(base.matrix, base.bad)

    with pytest.raises(ExportRefused, match="learned no split"):
        make_setting(model_of=lambda: xgb.train(chosen | {"gamma": 1e9}, data, 3))


def test_trees_deeper_than_six_are_refused_with_the_bound(make_setting):
    base = make_setting()
    chosen = parameters(base.contract.training, base.model.encoding, rows=600)
    deep = chosen | {"max_depth": 7, "min_child_weight": 0}

    with pytest.raises(ExportRefused, match="deepest allowed is 6"):
        make_setting(model_of=lambda: xgb.train(deep, xgb.DMatrix(base.matrix, base.bad), 20))


def test_a_graph_too_large_to_be_loaded_is_refused_with_the_bound(small, monkeypatch):
    monkeypatch.setattr(export_module, "LARGEST_MODEL", 1_000)

    with pytest.raises(ExportRefused, match="at most 1,000 are loaded"):
        export(small.model, small.matrix[small.reference])


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(numbers=1, categories=0, rounds=5, max_depth=3),
        Recipe(numbers=0, categories=1, rounds=5, max_depth=3),
        Recipe(numbers=0, categories=2, booleans=1, rounds=5, max_depth=2),
    ],
)
def test_contracts_of_numbers_or_of_categories_alone_export_too(make_setting, recipe):
    setting = make_setting(recipe)

    answers = Graph(setting.exported.graph).answer(random_probes(setting))

    assert answers.reasons.shape == (60, len(contract_of(recipe).features))
    assert np.abs(answers.reasons.sum(axis=1) + answers.base_points - answers.points).max() < 1e-3
