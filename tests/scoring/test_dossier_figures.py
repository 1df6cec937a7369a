"""Figures of a dossier, held against small cases worked out by hand."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from scoring.candidates import dossier_figures as figures
from scoring.candidates.segments import FEWEST, chosen, segments
from scoring.contract import Category, Kind
from scoring.results import performance


class OnlyFeatures(SimpleNamespace):
    """As much of a contract as reasons need; like one it can be a key."""

    __hash__ = object.__hash__


BAD = np.array([False, False, True, True])
PDS = np.array([0.1, 0.4, 0.35, 0.8])


def test_the_curve_goes_through_the_points_worked_out_by_hand():
    found = figures.ranking(BAD, PDS)

    assert [(each["goods"], each["bads"]) for each in found["curve"]] == [
        (0, 0),
        (0, 0.5),
        (0.5, 0.5),
        (0.5, 1),
        (1, 1),
    ]
    assert (found["auc"], found["ks"]) == (performance.auc(BAD, PDS), performance.ks(BAD, PDS))


def test_ks_is_where_the_two_are_furthest_apart():
    bad = np.array([False, False, False, True, True])

    found = figures.ranking(bad, np.array([0.1, 0.2, 0.6, 0.5, 0.9]))

    assert (found["ks"], found["ks_at"]) == (pytest.approx(2 / 3, abs=1e-6), 0.5)
    assert found["ks_point"] == [pytest.approx(1 / 3, abs=1e-6), 1.0]


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    rng = np.random.default_rng(1)
    found = figures.ranking(rng.random(5_000) < 0.3, rng.random(5_000))

    assert len(found["curve"]) == figures.CURVE_POINTS + 1
    assert found["curve"][-1] == {"goods": 1.0, "bads": 1.0}


def test_a_bin_has_its_counts_and_an_interval_around_what_happened():
    bad = np.array([0, 0, 0, 1, 0, 1, 1, 1], dtype=bool)
    pds = np.repeat([0.2, 0.7], 4)

    low, high = figures.calibration(bad, pds)

    assert (low["n"], low["bads"], low["mean_pd"], low["bad_rate"]) == (4, 1, 0.2, 0.25)
    assert low["low"] < 0.25 < low["high"]
    assert (high["bads"], high["mean_pd"]) == (3, 0.7)


def test_every_loan_is_in_one_bar():
    scale = SimpleNamespace(offset=500.0, factor=20.0)
    rng = np.random.default_rng(2)
    bad = rng.random(300) < 0.3

    found = figures.distribution(SimpleNamespace(scale=scale), bad, rng.random(300))

    assert len(found) == figures.BARS
    assert sum(each["goods"] for each in found) == int((~bad).sum())
    assert sum(each["bads"] for each in found) == int(bad.sum())


def test_a_part_like_the_others_stays_within_what_chance_gives():
    rng = np.random.default_rng(3)
    pds = rng.random(2_000)
    parts = figures.parts_by_fold([np.arange(0, 2_000, 2), np.arange(1, 2_000, 2)], 2_000)

    for part in figures.stability(pds, parts):
        assert part["psi"] < part["by_chance"]


def test_a_part_that_moved_shows():
    pds = np.concatenate([np.random.default_rng(4).random(1_000), np.full(1_000, 0.9)])
    (first, second) = figures.parts_by_fold([np.arange(1_000), np.arange(1_000, 2_000)], 2_000)

    found = figures.stability(pds, [first, second])

    assert [each["name"] for each in found] == ["1", "2"]
    assert all(each["psi"] > figures.LARGE_SHIFT for each in found)


def test_a_part_of_too_few_is_left_out():
    parts = figures.parts_by_fold([np.arange(figures.FEWEST - 1)], 1_000)

    assert not figures.stability(np.random.default_rng(5).random(1_000), parts)


@pytest.mark.parametrize(
    ("dates", "names"),
    [
        (["2019-01-01", "2020-05-01", "2021-05-01"], ["2019", "2020", "2021"]),
        (["2019-01-01", "2019-05-01"], ["2019-Q1", "2019-Q2"]),
        (["2019-01-01", "2019-01-05"], []),
        (["2019-01-01", None], []),
    ],
)
def test_periods_are_years_or_quarters_where_there_are_few(dates, names):
    applied_on = pl.Series("applied_on", dates).str.to_date()

    assert [name for name, _ in figures.parts_by_period(applied_on)] == names


def test_without_dates_there_are_no_periods():
    assert figures.parts_by_period(None) == []


# --- reasons --------------------------------------------------------------------------------------


def feature(name, **changes):
    values = {
        "name": name,
        "label": name.title(),
        "kind": Kind.INTEGER,
        "code": "X01",
        "categories": (),
        "group": None,
        "adverse_text": "{value}",
        "favourable_text": "{value}",
        "unit": None,
        "unit_of_one": None,
        "missing_label": "not stated",
    }
    return SimpleNamespace(**(values | changes))


def contract(*features):
    return OnlyFeatures(features=features, feature_names=tuple(each.name for each in features))


def scores(points):
    points = np.array(points, dtype=np.float32)
    base = np.full(len(points), 500, dtype=np.float32)
    return SimpleNamespace(reasons=points, base_points=base, points=base + points.sum(axis=1))


def test_each_reason_is_counted_where_it_is_told():
    made = contract(feature("amount"), feature("term"), feature("age"))
    values = {name: [1, 2] for name in made.feature_names}

    found = figures.reasons(made, values, scores([[-5, -1, 3], [-2, 4, 0]]))

    assert (found["n"], found["worst_gap"]) == (2, 0)
    assert [(each["name"], each["count"], each["share"]) for each in found["of"]] == [
        ("amount", 2, 1.0),
        ("term", 1, 0.5),
        ("age", 0, 0.0),
    ]


def test_features_of_one_group_are_one_reason():
    made = contract(feature("amount", group="size"), feature("term", group="size"), feature("age"))
    values = {name: [1] for name in made.feature_names}

    found = figures.reasons(made, values, scores([[-5, -1, 3]]))

    assert (found["of"][0]["label"], found["of"][0]["count"]) == ("Amount, Term", 1)


def test_nobody_to_explain_is_said():
    made = contract(feature("amount"))

    found = figures.reasons(made, {"amount": []}, scores(np.empty((0, 1))))

    assert (found["n"], found["worst_gap"], found["of"][0]["share"]) == (0, None, None)


# --- segments -------------------------------------------------------------------------------------


def category(name, *values, **changes):
    categories = tuple(Category(value=each, label=each.title(), source=(each,)) for each in values)
    return feature(name, kind=Kind.CATEGORY, categories=categories, **changes)


def test_the_categories_that_move_the_score_most_part_a_product():
    many = category("postcode", *(f"p{n}" for n in range(40)))
    made = contract(
        feature("amount"),
        many,
        category("purpose", "car", "house"),
        category("housing", "own", "rent"),
    )

    found = chosen(made, {"amount": 9.0, "postcode": 8.0, "housing": 3.0, "purpose": 1.0})

    assert [each.name for each in found] == ["housing", "purpose"]


def test_a_small_segment_is_insufficient_and_a_large_one_has_its_interval():
    n = 4 * FEWEST
    made = contract(category("housing", "own", "rent"))
    frame = pl.DataFrame({"housing": ["own"] * n + ["rent"] * (FEWEST - 1) + [None]})
    bad = np.arange(frame.height) % 2 == 0
    pds = np.where(bad, 0.6, 0.4)

    own, rent, missing = segments(made, frame, bad=bad, pds=pds, influence={})[0]["values"]

    assert (own["n"], own["bads"], own["auc"]["mean"]) == (n, n // 2, 1.0)
    assert own["rate"]["low"] < own["rate"]["share"] < own["rate"]["high"]
    assert (rent["auc"], rent["rate"]) == (None, None)
    assert (missing["label"], missing["n"]) == ("not stated", 1)
