"""Less discriminatory alternatives are found, repeatably, and measured where nobody looked."""

from dataclasses import replace
from itertools import count

import numpy as np
import polars as pl
import pytest
import two_origins

from scoring.candidates.recipes import Recipe
from scoring.candidates.swap_money import money
from scoring.training import fair_choice, fair_trying, synthetic
from scoring.training.fair_choice import Point
from scoring.training.fair_search import Box, SearchRefused, search
from scoring.training.fair_split import untouched


@pytest.fixture(scope="module")
def contract():
    return two_origins.contract()


@pytest.fixture(scope="module")
def people():
    return two_origins.people()


def searched(contract, people, *, number=6, seed=7, is_over=lambda: False, **more):
    frame, groups = people
    box = Box(tries=number, seed=seed, is_over=is_over)
    return search(
        contract=contract, frame=frame, groups=groups, box=box, progress=two_origins.silence, **more
    )


@pytest.fixture(scope="module")
def found(contract, people):
    return searched(contract, people)


# --- what is found ---------------------------------------------------------------------------


def test_the_detail_that_stands_in_for_the_group_is_left_out_first(found):
    assert found["aim"] == {"attribute": "origin", "group": "b"}
    assert found["gap"][0]["feature"] == "number_1"
    assert found["tries"][0]["recipe"] == {"leave_out": ["number_1"]}


def test_without_it_the_group_is_approved_nearly_as_often_on_loans_nobody_looked_at(found):
    base = found["base"]["figures"]["lowest"]
    without = next(
        each for each in found["alternatives"] if each["recipe"] == {"leave_out": ["number_1"]}
    )

    assert base["air"] < base["high"] < without["figures"]["lowest"]["air"]
    assert without["swap"]["n"] == found["people"]["untouched"] == 0.4 * two_origins.ROWS
    assert without["swap"]["flips"]["share"] > 0


def test_every_figure_has_its_interval(found):
    for figures in (found["base"]["figures"], *(e["figures"] for e in found["alternatives"])):
        for each in (figures["profit"], figures["auc"]):
            assert each["low"] < each["value"] < each["high"]
        assert figures["lowest"]["low"] < figures["lowest"]["air"] < figures["lowest"]["high"]


def test_the_profit_is_that_of_the_profit_curve(contract, people, found):
    scene = fair_trying.scene_of(contract, *people)
    base = fair_trying.tried(scene, Recipe())
    approved = fair_trying.pds_of(scene, base) <= contract.policy.approve_pd_at_most
    terms = contract.economics

    earned = np.where(scene.rest.bad, -terms.loss_given_default, terms.margin)[approved].sum()

    said = found["base"]["figures"]
    assert said["profit"]["value"] == pytest.approx(earned / len(approved), abs=1e-6)
    assert said["approved"] == pytest.approx(approved.mean(), abs=1e-6)


def test_a_try_is_weighed_by_what_it_earns_after_the_reviews_it_asks_for(contract, people):
    frame, groups = people
    frame = frame.with_columns(number_2=1_000 + 100 * pl.col("number_2"))
    features = tuple(
        replace(each, same_as="requested.amount") if each.name == "number_2" else each
        for each in contract.features
    )
    scene = fair_trying.scene_of(replace(contract, features=features), frame, groups)

    base = fair_trying.tried(scene, Recipe())

    earned = money(
        base.decided,
        base.decided,
        bad=scene.own.bad,
        amounts=scene.own.rows["number_2"].to_numpy(),
        economics=contract.economics,
        seed=0,
    )["champion"]
    assert earned["reviews"] < 0
    assert base.point.profit == pytest.approx(earned["profit"], abs=1e-6)


# --- repeatable, and boxed ----------------------------------------------------------------------


def test_the_same_seed_and_number_of_tries_find_the_same(contract, people, found):
    assert searched(contract, people) == found


def test_another_seed_draws_other_settings_and_parts_the_loans_alike(contract, people, found):
    other = searched(contract, people, seed=8)

    assert other["people"] == found["people"]
    assert [each["key"] for each in other["tries"]] != [each["key"] for each in found["tries"]]


def test_a_search_that_is_cut_short_is_the_beginning_of_the_whole(contract, people, found):
    looks = count()

    cut = searched(contract, people, is_over=lambda: next(looks) >= 2)

    assert (cut["asked"], cut["tried"], cut["is_stopped"]) == (6, 2, True)
    assert cut["tries"] == found["tries"][:2]


def test_fewer_tries_are_the_beginning_of_more(contract, people, found):
    assert searched(contract, people, number=3)["tries"] == found["tries"][:3]


def test_no_tries_measure_the_versions_own_recipe_alone(contract, people, found):
    nothing = searched(contract, people, number=0)

    assert nothing["alternatives"] == []
    assert nothing["base"] == found["base"]


# --- a part that the search does not see ----------------------------------------------------------


def test_what_is_tried_and_chosen_does_not_depend_on_the_untouched_loans(contract, people, found):
    frame, groups = people
    strata = [
        f"{bad == 1}|{group}" for bad, group in zip(frame["bad"], groups["origin"], strict=True)
    ]
    rest = untouched(frame["row"].to_list(), strata)
    turned = frame.with_columns(
        number_0=pl.when(pl.Series(rest)).then(-pl.col("number_0")).otherwise("number_0")
    )

    other = searched(contract, (turned, groups))

    assert other["tries"] == found["tries"]
    assert [e["key"] for e in other["alternatives"]] == [e["key"] for e in found["alternatives"]]
    assert other["base"]["figures"]["auc"]["value"] < 0.5 < found["base"]["figures"]["auc"]["value"]


def test_each_stratum_is_parted_alike_whatever_the_order_of_the_rows():
    rows = [f"loan:{number}" for number in range(1_000)]
    strata = ["good" if number % 5 else "bad" for number in range(1_000)]

    taken = untouched(rows, strata)
    turned = untouched(rows[::-1], strata[::-1])

    assert taken.sum() == 400
    assert abs(taken[::5].sum() - 80) <= 1
    assert (taken == turned[::-1]).all()


# --- what is too little ---------------------------------------------------------------------------


def test_a_group_that_is_too_small_has_no_figure(contract, people):
    frame, groups = people
    few = [group if group == "a" else None for group in groups["origin"]]
    few[:20] = ["b"] * 20

    with pytest.raises(SearchRefused, match="no group is large enough"):
        searched(contract, (frame, {"origin": few}))


def test_a_contract_without_an_attribute_that_can_be_assessed_is_not_searched(people):
    with pytest.raises(SearchRefused, match="no protected attribute"):
        searched(synthetic.contract_of(two_origins.SHAPE), people)


def test_too_few_bad_loans_are_insufficient_evidence(contract, people):
    frame, groups = people
    bads = frame["bad"].to_numpy().copy()
    bads[np.flatnonzero(bads)[8:]] = 0

    with pytest.raises(SearchRefused, match="Insufficient evidence: too few good or bad"):
        searched(contract, (frame.with_columns(bad=pl.Series(bads)), groups))


# --- choosing -------------------------------------------------------------------------------------


def test_only_what_is_fairer_than_the_base_is_measured_and_few_of_it():
    base = Point(air=0.7, profit=0.05, auc=0.7, flips=0.0)
    points = [
        Point(air=0.6 + at / 50, profit=0.06 - at / 500, auc=0.7, flips=at / 100)
        for at in range(30)
    ]

    kept, near = fair_choice.chosen(points, base)

    assert all(points[at].air > base.air for at in kept)
    assert set(near) == {6, 7, 8}
    assert set(near) <= set(kept)
    assert {6, 29} <= set(kept)
    assert len(kept) <= fair_choice.MOST_ON_FRONTIER + fair_choice.MOST_NEAREST
