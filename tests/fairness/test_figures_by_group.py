"""What is told of a group beside its ratio: rates, errors, scores, terms, within bands or not."""

import pytest
from older_and_younger import AGE, BOUNDS, people, report

from scoring import fairness
from scoring.fairness import Verdict


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
