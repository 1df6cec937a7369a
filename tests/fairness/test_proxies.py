"""A planted proxy is named by both: the decomposition of the gap, and the test of the features."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import ncx2

from scoring.bundle import hash_of, open_bundle
from scoring.engine import Engine
from scoring.groups.gaps import decompose, sums_of
from scoring.groups.proxy_signs import MISSING, chance, cramers_interval, signs, suspects
from scoring.training.proxy_test import predictability
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train

RECIPE = Recipe(numbers=3, categories=2, booleans=1, rounds=20, max_depth=2)
CONTRACT = contract_of(RECIPE)
PROXY, TELLS_ONLY, RISK_ONLY = "group_0", "flag_0", "number_0"


def people(n=800, *, seed=1, planted=True):
    """Make up loans: one category tells the group and the risk, one flag the group alone."""
    rng = np.random.default_rng(seed)
    frame = loans_of(CONTRACT, rows=n, seed=seed)
    is_own = rng.random(n) < 0.4
    if not planted:
        return frame, is_own
    levels = np.where(is_own, rng.integers(0, 3, n), rng.integers(2, 6, n))
    flags = rng.random(n) < np.where(is_own, 0.8, 0.2)
    numbers = frame[RISK_ONLY].to_numpy()
    bad = rng.random(n) < 1 / (1 + np.exp(1.2 - 1.6 * (levels <= 1) - 0.8 * numbers))
    made = frame.with_columns(
        pl.Series(PROXY, [f"value_{level}" for level in levels]),
        pl.Series(TELLS_ONLY, flags),
        pl.Series("bad", bad.astype(np.int8)),
    )
    return made, is_own


def values_of(frame):
    return {name: frame[name].to_list() for name in CONTRACT.feature_names}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    frame, is_own = people()
    trained = train(
        contract=CONTRACT, frame=frame, snapshot_sha256="0" * 64, progress=lambda *_said: None
    )
    place = tmp_path_factory.mktemp("bundle") / "bundle.zip"
    place.write_bytes(trained.bundle)
    engine = Engine(open_bundle(place, expected_hash=hash_of(trained.bundle)))
    scores = engine.score_many(values_of(frame))
    gap = decompose(
        sums_of(scores.points[is_own], scores.reasons[is_own]),
        sums_of(scores.points[~is_own], scores.reasons[~is_own]),
        CONTRACT.feature_names,
    )
    return gap, signs(CONTRACT, values_of(frame), is_own), scores, is_own


def test_exact_reasons_of_a_trained_model_part_its_gap_to_rounding(found):
    gap, _, scores, is_own = found

    means = [scores.points[who].astype(float).mean() for who in (is_own, ~is_own)]
    assert gap.points == pytest.approx(means[0] - means[1], abs=1e-6)
    assert abs(gap.rounding) < 0.001


def test_the_planted_proxy_is_named_and_stands_first(found):
    gap, told, _, _ = found

    assert gap.is_shown
    assert gap.points < 0
    assert max(gap.parts, key=lambda part: abs(part.points)).feature == PROXY
    assert suspects(gap, told)[0] == PROXY


def test_what_only_tells_the_group_or_only_tells_the_risk_is_not_named(found):
    gap, told, _, _ = found
    by_name = {sign.feature: sign for sign in told}

    assert by_name[TELLS_ONLY].is_shown
    assert TELLS_ONLY not in suspects(gap, told)
    assert RISK_ONLY not in suspects(gap, told)


def test_the_features_together_tell_the_planted_group():
    frame, is_own = people()

    told = predictability(CONTRACT, frame, is_own, seed=7)

    assert told.is_shown
    assert told.auc > 0.85
    assert (told.n, told.folds) == (800, 10)


def test_the_same_rows_and_seed_give_the_same_figure():
    frame, is_own = people(300)

    assert predictability(CONTRACT, frame, is_own, seed=7) == predictability(
        CONTRACT, frame, is_own, seed=7
    )


def test_features_that_tell_nothing_are_not_shown_to():
    frame, is_own = people(400, planted=False)

    told = predictability(CONTRACT, frame, is_own, seed=7)

    assert not told.is_shown
    assert told.low < 0.5 < told.high


def test_a_fold_without_the_group_gives_no_figure():
    frame, _ = people(200)

    assert predictability(CONTRACT, frame, np.arange(200) < 9, seed=7) is None


def test_signs_of_nothing_are_shown_as_seldom_as_they_say():
    shown = []
    for seed in range(80):
        frame, is_own = people(250, seed=seed, planted=False)
        shown += [sign.is_shown for sign in signs(CONTRACT, values_of(frame), is_own)]

    assert np.mean(shown) < 0.075


def test_missing_values_are_a_category_of_their_own_and_leave_a_numbers_n():
    frame, is_own = people(400, planted=False)
    values = values_of(frame)
    name = next(each.name for each in CONTRACT.features if each.may_be_missing and each.minimum)
    known = sum(value is not None for value in values[name])

    told = {sign.feature: sign for sign in signs(CONTRACT, values, is_own)}

    assert told[name].n == known < 400
    assert told[PROXY].n == 400
    assert MISSING not in {each.value for each in CONTRACT.feature(PROXY).categories}


@pytest.mark.parametrize("value", [None, "value_1"])
def test_a_column_of_one_value_says_nothing(value):
    frame, is_own = people(60, planted=False)
    values = values_of(frame) | {PROXY: [value] * 60}

    told = {sign.feature: sign for sign in signs(CONTRACT, values, is_own)}

    assert (told[PROXY].value, told[PROXY].is_shown) == (None, False)


def test_a_number_that_nobody_states_says_nothing():
    frame, is_own = people(60, planted=False)
    values = values_of(frame) | {RISK_ONLY: [None] * 60}

    told = {sign.feature: sign for sign in signs(CONTRACT, values, is_own)}

    assert (told[RISK_ONLY].n, told[RISK_ONLY].value) == (0, None)


def test_an_ordinal_category_is_measured_by_its_order():
    contract = contract_of(Recipe(numbers=0, categories=0, ordinals=1))
    ranks = [f"value_{at % 6}" for at in range(120)]
    is_own = np.array([at % 6 >= 3 for at in range(120)])

    (sign,) = signs(contract, {"rank_0": ranks}, is_own)

    assert (sign.measure, sign.value) == ("auc", 1.0)


def test_cramers_interval_is_where_the_noncentral_distribution_says():
    v, n = 0.25, 500

    found = cramers_interval(v, n=n, rows=2, columns=4)

    for end, share in ((found.low, 0.975), (found.high, 0.025)):
        noncentrality = end**2 * n - 3
        assert ncx2.cdf(v**2 * n, 3, noncentrality) == pytest.approx(share, abs=1e-6)


def test_cramers_interval_of_nothing_begins_at_chance():
    found = cramers_interval(0.01, n=500, rows=2, columns=4)

    assert found.low == pytest.approx(chance(n=500, rows=2, columns=4))


def test_nothing_is_suspected_where_the_gap_is_not_shown(found):
    gap, told, _, _ = found
    parts = tuple(replace(part, share=None) for part in gap.parts)

    assert suspects(replace(gap, parts=parts), told) == []
