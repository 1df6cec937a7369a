"""What is told of a group beside its ratio: rates, errors, scores, terms, within bands or not."""

from collections import defaultdict

import numpy as np
import pytest
from older_and_younger import AGE, BOUNDS, SEX, people, report

from scoring import fairness
from scoring.fairness import Verdict
from scoring.groups.pairs import _shares
from scoring.groups.shares import count_by_group, people_of, rows_of


def test_the_marginal_effect_is_the_gap_in_percentage_points_with_its_interval():
    _, younger = report(approved=500, of=1000)

    compared = younger.comparison
    assert compared.marginal_effect == pytest.approx(-20.0)
    assert compared.marginal_effect_interval.low < -20.0 < compared.marginal_effect_interval.high


def test_true_positives_are_good_payers_approved_and_false_positives_are_defaulters_approved():
    older = [(True, False)] * 60 + [(False, False)] * 20 + [(True, True)] * 10
    older += [(False, True)] * 30
    selected, bad = zip(*older, strict=True)

    found = fairness.report(
        selected=selected,
        bad=bad,
        groups=["older"] * len(older),
        reference="older",
        minimum_group=30,
        minimum_air=0.8,
    )

    (group,) = found.groups
    assert (group.true_positive.n, group.true_positive.value) == (80, 0.75)
    assert (group.false_positive.n, group.false_positive.value) == (40, 0.25)
    assert group.true_positive.interval.low < 0.75 < group.true_positive.interval.high


def test_rates_of_few_known_outcomes_are_not_stated():
    bad = [None] * 1000 + [True] * 29 + [False] * 60 + [None] * 11

    _, younger = report(approved=50, of=100, bad=bad)

    assert (younger.false_positive.n, younger.false_positive.value) == (None, None)
    assert younger.true_positive.n == 60
    assert younger.true_positive.value is not None


def test_where_being_chosen_is_unfavourable_the_ratio_is_turned_round():
    selected, groups = people(400, 1000, reference=(200, 1000))

    found = fairness.assess_people(
        fairness.people_of(selected),
        {"age": groups},
        attributes=(AGE,),
        bounds=BOUNDS,
        deed="declined against the recommendation",
        is_favourable=False,
    )

    _, younger = found.attributes[0].groups
    assert younger.verdict is Verdict.OUTSIDE
    assert younger.comparison.air == pytest.approx(0.5)
    assert younger.comparison.marginal_effect == pytest.approx(20.0)
    assert younger.comparison.shortfall == pytest.approx(200.0)
    assert "older is declined against the recommendation 0.50 times as often" in younger.words


def test_groups_that_fare_alike_within_each_band_are_within_bounds_whatever_the_whole_says():
    """Most younger people are in the band where few are chosen: as a whole they look far behind."""
    selected, groups, bands = [], [], []
    for band, rate, older, younger in (("A", 0.8, 900, 100), ("E", 0.2, 100, 900)):
        for group, n in (("older", older), ("younger", younger)):
            selected += [i < rate * n for i in range(n)]
            groups += [group] * n
            bands += [band] * n

    found = fairness.assess_people(
        fairness.people_of(selected, strata=bands),
        {"age": groups},
        attributes=(AGE,),
        bounds=BOUNDS,
    )

    whole = fairness.assess_people(
        fairness.people_of(selected), {"age": groups}, attributes=(AGE,), bounds=BOUNDS
    )
    _, younger = found.attributes[0].groups
    assert whole.attributes[0].groups[1].verdict is Verdict.OUTSIDE
    assert younger.comparison.air == pytest.approx(1.0)
    assert younger.comparison.significance.test == "Cochran-Mantel-Haenszel test"
    assert younger.comparison.strata == 2
    assert [(each.stratum, each.n) for each in found.attributes[0].strata] == [
        ("A", 100),
        ("E", 900),
    ]


def test_people_who_never_meet_in_a_stratum_are_not_compared():
    selected, groups = people(50, 100, reference=(50, 100))

    found = fairness.assess_people(
        fairness.people_of(selected, strata=["A"] * 100 + ["B"] * 100),
        {"age": groups},
        attributes=(AGE,),
        bounds=BOUNDS,
    )

    _, younger = found.attributes[0].groups
    assert younger.verdict is Verdict.INSUFFICIENT
    assert "nowhere are there people of this group and of older" in younger.words


def test_precision_calibration_and_scores_are_told_by_group():
    n = 200
    selected = [i % 2 == 0 for i in range(2 * n)]
    bad = [i % 4 == 0 for i in range(2 * n)]

    found = fairness.assess_people(
        fairness.people_of(
            selected,
            bad,
            pd=[0.25] * n + [0.1] * n,
            score=[float(i % 10) for i in range(n)] + [float(i % 10) - 3 for i in range(n)],
        ),
        {"age": ["older"] * n + ["younger"] * n},
        attributes=(AGE,),
        bounds=BOUNDS,
    )

    older, younger = found.attributes[0].groups
    assert (older.precision.n, older.precision.value) == (100, 0.5)
    assert (older.bad.n, older.bad.value, older.mean_pd) == (200, 0.25, 0.25)
    assert younger.mean_pd == pytest.approx(0.1)
    assert younger.bad.interval.low > younger.mean_pd
    assert younger.smd.value == pytest.approx(-1.04, abs=0.01)
    assert older.smd is None


def test_where_outcomes_are_known_of_the_chosen_alone_there_is_no_tpr():
    selected = [True] * 100 + [False] * 100
    bad = [i % 2 == 0 for i in range(100)] + [None] * 100

    found = fairness.assess_people(
        fairness.people_of(selected, bad, pd=[0.5] * 200),
        {"age": ["older"] * 200},
        attributes=(AGE,),
        bounds=BOUNDS,
    )

    older, _ = found.attributes[0].groups
    assert found.is_selective
    assert older.true_positive.n is None
    assert (older.bad.n, older.bad.value) == (100, 0.5)


def test_what_was_offered_of_what_was_asked_for_is_told_by_group():
    selected = [False] * 80 + [True] * 20

    found = fairness.assess_people(
        fairness.people_of(selected, offered=[0.5, 0.7] * 40 + [None] * 20),
        {"age": ["older"] * 100},
        attributes=(AGE,),
        bounds=BOUNDS,
    )

    older, _ = found.attributes[0].groups
    assert (older.offered.n, older.offered.value) == (80, pytest.approx(0.6))
    assert older.offered.interval.low < 0.6 < older.offered.interval.high


def drawn(seed):
    """Draw people of two attributes, not all of them known, and of outcomes known of some."""
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 300))
    bad = random.choice([True, False, None], n).tolist()
    of = {
        each.name: random.choice([group.value for group in each.groups] + [None], n).tolist()
        for each in (AGE, SEX)
    }
    chosen = (random.random(n) < 0.6).tolist()
    return people_of(chosen, bad), of, list(zip(chosen, bad, of["age"], of["sex"], strict=True))


def counted(chosen):
    """Count some people one by one; None where there are none."""
    found = [bool(each) for each in chosen]
    return (sum(found), len(found)) if found else None


def stated(share):
    return share and (share.count, share.n)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", [group.value for group in AGE.groups])
def test_shares_are_those_of_people_counted_one_by_one(seed, name):
    everybody, groups, rows = drawn(seed)

    found = count_by_group(AGE, rows_of(AGE, everybody, groups["age"]))[name]

    own = [(is_chosen, is_bad) for is_chosen, is_bad, age, _ in rows if age == name]
    known = [(is_chosen, is_bad) for is_chosen, is_bad in own if is_bad is not None]
    assert stated(found.approval) == counted(is_chosen for is_chosen, _ in own)
    assert stated(found.true_positive) == counted(each for each, is_bad in known if not is_bad)
    assert stated(found.false_positive) == counted(each for each, is_bad in known if is_bad)
    assert stated(found.precision) == counted(not is_bad for each, is_bad in known if each)
    assert stated(found.bad) == counted(is_bad for _, is_bad in known)


@pytest.mark.parametrize("seed", range(12))
def test_shares_of_two_attributes_are_those_of_people_counted_one_by_one(seed):
    everybody, groups, rows = drawn(seed)

    found = _shares(tuple(rows_of(each, everybody, groups[each.name]) for each in (AGE, SEX)))

    cells = defaultdict(list)
    for is_chosen, _, *cell in rows:
        if None not in cell:
            cells[tuple(cell)].append(is_chosen)
    assert {cell: stated(share) for cell, share in found.items()} == {
        cell: counted(each) for cell, each in cells.items()
    }
