"""Who would flip, whose reasons change, what it earns: every figure checked by hand."""

from decimal import Decimal

import numpy as np
import pytest

from scoring.candidates.swap_set import Population, Side, auc_difference, swap_set
from scoring.contract import Band, Economics, Policy
from scoring.groups.swap_groups import SMALLEST_CELL, Attribute

POLICY = Policy(approve_pd_at_most=0.2, decline_pd_at_least=0.5)
BANDS = (Band(name="A", pd_below=0.2), Band(name="B", pd_below=1.0))
COSTS = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(30))
# approve stays, approve to refer, refer to approve, refer to decline, decline stays, decline stays
BEFORE = np.array([0.1, 0.1, 0.3, 0.3, 0.7, 0.8])
AFTER = np.array([0.1, 0.3, 0.1, 0.6, 0.9, 0.6])
BAD = np.array([False, True, False, True, True, True])


def sides(before=BEFORE, after=AFTER, **changes):
    return (
        Side(pds=before, policy=changes.get("champion", POLICY)),
        Side(pds=after, policy=changes.get("candidate", POLICY)),
    )


def swapped(*both, population=None, **changes):
    return swap_set(
        *(both or sides()),
        population=population or Population(bad=BAD),
        bands=BANDS,
        economics=COSTS,
        **changes,
    )


def test_planted_flips_are_found_where_they_were_planted():
    found = swapped()

    assert found["matrix"] == [[1, 1, 0], [1, 0, 1], [0, 0, 2]]
    assert (found["flips"]["count"], found["flips"]["n"]) == (3, 6)
    assert found["flips"]["low"] < 0.5 < found["flips"]["high"]


def test_flips_are_told_by_the_champions_band():
    a, b = swapped()["by_band"]

    assert (a["band"], a["n"], a["better"], a["worse"]) == ("A", 2, 0, 1)
    assert (b["band"], b["n"], b["better"], b["worse"]) == ("B", 4, 1, 1)


def test_the_same_scores_under_other_cut_offs_flip():
    strict = Policy(approve_pd_at_most=0.05, decline_pd_at_least=0.2)

    found = swapped(*sides(BEFORE, BEFORE, candidate=strict))

    assert found["matrix"] == [[0, 2, 0], [0, 0, 2], [0, 0, 2]]


def test_who_swaps_places_is_told_with_how_they_turned_out():
    found = swapped()["swapped"]

    assert (found["gained"]["n"], found["gained"]["bads"]["count"]) == (1, 0)
    assert (found["lost"]["n"], found["lost"]["bads"]["count"]) == (1, 1)


def test_money_is_what_it_comes_to_on_paper():
    amounts = np.array([100.0, 200.0, 100.0, 200.0, 300.0, 300.0])  # 200 in the middle

    found = swapped(population=Population(bad=BAD, amounts=amounts))["money"]

    # champion: +10 of the first, -100 of the second, two reviews of 30; over 6 x 200
    assert found["champion"]["margin"] == pytest.approx(10 / 1200, abs=1e-6)
    assert found["champion"]["loss"] == pytest.approx(-100 / 1200, abs=1e-6)
    assert found["champion"]["reviews"] == pytest.approx(-60 / 1200, abs=1e-6)
    # candidate: +10 and +10, one review
    assert found["candidate"]["profit"] == pytest.approx((20 - 30) / 1200, abs=1e-6)
    assert found["difference"]["profit"] == pytest.approx((-10 + 150) / 1200, abs=1e-6)
    assert found["low"]["profit"] < found["difference"]["profit"] < found["high"]["profit"]


def test_without_amounts_all_weigh_alike_and_reviews_cost_nothing():
    found = swapped()["money"]

    assert not found["is_weighed"]
    assert found["champion"]["reviews"] == 0
    assert found["difference"]["profit"] == pytest.approx((0.1 + 0.5) / 6, abs=1e-6)


def test_money_is_the_same_again():
    assert swapped(seed=3)["money"] == swapped(seed=3)["money"]


def test_without_outcomes_nothing_is_said_of_money_or_ranking():
    found = swapped(population=Population())

    assert found["money"] is None
    assert found["ranking"] is None
    assert found["swapped"]["gained"] == {"n": 1, "bads": None}


def test_only_reasons_of_whom_both_decide_alike_and_neither_approves_are_compared():
    rows = np.arange(6)
    before = [("age_of_loan",)] * 4 + [("income", "debt"), ("income", "debt")]
    after = [("other",)] * 4 + [("debt", "income"), ("income", "term")]
    champion = Side(pds=BEFORE, policy=POLICY, reasons=before)
    candidate = Side(pds=AFTER, policy=POLICY, reasons=after)

    found = swapped(champion, candidate, population=Population(explained=rows))["reasons"]

    assert (found["others"]["count"], found["others"]["n"]) == (1, 2)  # order alone is no change
    assert (found["first"]["count"], found["first"]["n"]) == (1, 2)


def test_two_aucs_of_the_same_loans_are_compared_as_delong_does():
    rng = np.random.default_rng(0)
    bad = rng.random(60) < 0.4
    one, other = rng.random(60) + bad, rng.random(60) + 0.5 * bad

    gap, error = auc_difference(bad, one, other)

    assert gap == pytest.approx(by_pairs(bad, one).mean() - by_pairs(bad, other).mean())
    pairs = by_pairs(bad, one) - by_pairs(bad, other)  # bads down, goods across
    expected = pairs.mean(axis=1).var(ddof=1) / bad.sum()
    expected += pairs.mean(axis=0).var(ddof=1) / (~bad).sum()
    assert error == pytest.approx(expected**0.5)


def by_pairs(bad, pds):
    bads, goods = pds[bad][:, None], pds[~bad][None, :]
    return (bads > goods) + 0.5 * (bads == goods)


def test_the_same_model_twice_differs_in_nothing():
    found = swapped(*sides(BEFORE, BEFORE))["ranking"]

    assert found["auc"]["difference"] == found["auc"]["low"] == found["auc"]["high"] == 0
    assert found["brier"]["difference"] == 0


@pytest.mark.parametrize(("before", "after"), [(BEFORE, AFTER[:3]), (BEFORE[:0], AFTER[:0])])
def test_sides_of_different_people_or_of_nobody_are_refused(before, after):
    with pytest.raises(ValueError, match="the same people"):
        swapped(*sides(before, after))


# --- groups ---------------------------------------------------------------------------------------


def of_groups(sizes, gained, *, minimum=10):
    """Plant so many in each group whom only the candidate approves."""
    groups, before, after = [], [], []
    for name, size in sizes.items():
        groups += [name] * size
        before += [0.3] * size
        after += [0.1] * gained[name] + [0.3] * (size - gained[name])
    attribute = Attribute(
        name="group", label="Group", labels={name: name.title() for name in sizes}, groups=groups
    )
    (found,) = swapped(
        *sides(np.array(before), np.array(after)),
        population=Population(),
        attributes=[attribute],
        minimum_group=minimum,
    )["by_group"]
    return found


def test_a_group_is_told_as_shares_before_and_after():
    found = of_groups({"one": 100, "two": 100}, {"one": 20, "two": 10})

    one, two = found["groups"]
    assert (one["before"], one["after"], one["difference"], one["gained"]) == (0, 0.2, 0.2, 20)
    assert one["low"] < 0.2 < one["high"]
    assert (two["gained"], two["lost"]) == (10, 0)


def test_a_small_group_has_no_figures():
    small = of_groups({"one": 100, "few": 9}, {"one": 20, "few": 9})["groups"][1]

    assert (small["label"], small["n"], small["is_enough"]) == ("Few", 9, False)
    assert all(small[key] is None for key in ("before", "after", "difference", "gained", "lost"))


def test_a_small_count_is_withheld_and_cannot_be_guessed_from_the_others():
    sizes = dict.fromkeys(("one", "two", "three"), 100)

    found = of_groups(sizes, {"one": SMALLEST_CELL - 1, "two": 20, "three": 40})["groups"]

    assert [each["gained"] for each in found] == [None, None, 40]
    assert [each["lost"] for each in found] == [None, None, 0]


def test_who_belongs_to_no_known_group_is_counted():
    attribute = Attribute(
        name="g", label="G", labels={"a": "A"}, groups=["a", None, "b", "a", "a", "a"]
    )

    (found,) = swapped(attributes=[attribute])["by_group"]

    assert found["n_missing"] == 2
