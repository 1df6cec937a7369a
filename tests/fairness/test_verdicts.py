"""What a fairness report may say: within, outside, or that there is too little to say."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import fairness
from scoring.contract import Contract, FairnessBounds, Protected, ProtectedGroup
from scoring.fairness import Verdict
from scoring.proportions import Share, ratio_interval, significance

BOUNDS = FairnessBounds(minimum_air=0.8, minimum_group=30, blocks_promotion=False)
CONTRACT = Path(__file__).parents[2] / "contracts" / "consumer-loan" / "contract.toml"


def attribute(name, *groups):
    return Protected(
        name=name,
        label=name.capitalize(),
        source=None,
        assessable=True,
        groups=tuple(ProtectedGroup(value=each, label=each) for each in groups),
        reference=groups[0],
    )


AGE, SEX = attribute("age", "older", "younger"), attribute("sex", "men", "women")


def report(*, approved, of, reference=(700, 1000), minimum_group=30, bad=None):
    """Compare `approved` of `of` younger people with the older ones."""
    selected = [i < reference[0] for i in range(reference[1])] + [i < approved for i in range(of)]
    groups = ["older"] * reference[1] + ["younger"] * of
    found = fairness.report(
        selected=selected,
        bad=bad,
        groups=groups,
        reference="older",
        minimum_group=minimum_group,
        minimum_air=0.8,
        attribute="age",
        label="Age",
    )
    return found, found.groups[-1]


@pytest.mark.parametrize(
    ("approved", "of", "verdict"),
    [
        (690, 1000, Verdict.WITHIN),
        (1000, 1000, Verdict.WITHIN),
        (590, 1000, Verdict.INSUFFICIENT),  # 0.84, and the interval reaches below 0.80
        (530, 1000, Verdict.OUTSIDE),  # 0.757: below, and no chance finding
        (400, 1000, Verdict.OUTSIDE),
        (0, 1000, Verdict.OUTSIDE),
        (20, 30, Verdict.INSUFFICIENT),  # 0.95, of few people
        (17, 31, Verdict.INSUFFICIENT),  # 0.78, which may be chance
        (8, 31, Verdict.OUTSIDE),  # 0.37, of few people but plain enough
    ],
)
def test_the_verdict_follows_the_ratio_and_how_sure_it_is(approved, of, verdict):
    found, younger = report(approved=approved, of=of)

    assert younger.verdict is verdict
    assert found.verdict is verdict
    assert younger.words.lower().startswith(verdict)


@pytest.mark.parametrize("approved", [0, 15, 29])
def test_a_small_group_is_never_called_within_bounds_and_has_no_figures(approved):
    _, younger = report(approved=approved, of=29)

    assert younger.verdict is Verdict.INSUFFICIENT
    assert younger.n is None
    assert younger.approval.value is None
    assert younger.comparison is None
    assert younger.words == "Insufficient evidence: younger has fewer than 30 people."


def test_a_small_reference_group_leaves_nothing_to_compare_with():
    found, younger = report(approved=900, of=1000, reference=(20, 20))

    assert younger.verdict is Verdict.INSUFFICIENT
    assert "older has fewer than 30 people" in younger.words
    assert "older has fewer than 30 people" in found.groups[0].words
    assert found.groups[0].approval.value is None
    assert younger.n is None  # everybody but these would be the small group


THREE = attribute("age", "middle", "young", "old")


@pytest.mark.parametrize("is_for_nobody", [True, False])
def test_a_verdict_stands_where_its_figures_would_give_a_smaller_group_away(is_for_nobody):
    groups = ["middle"] * 400 + ["young"] * 100 + ["old"] * 12
    approved = [True] * 300 + [False] * 100 + [True] * 30 + [False] * 70 + [True] * 6 + [False] * 6
    found = fairness.assess_people(
        fairness.people_of(approved, None),
        {"age": groups},
        attributes=(THREE,),
        bounds=BOUNDS,
        is_for_nobody=is_for_nobody,
    )
    _, young, old = found.attributes[0].groups

    assert young.verdict is Verdict.OUTSIDE
    assert (young.comparison is not None) is is_for_nobody
    assert (young.n is not None) is is_for_nobody
    assert ("figures withheld" in young.words) is not is_for_nobody
    assert (old.verdict, old.comparison) == (Verdict.INSUFFICIENT, None)


def test_a_reference_group_of_whom_nobody_is_approved_gives_no_ratio():
    _, younger = report(approved=500, of=1000, reference=(0, 1000))

    assert younger.verdict is Verdict.INSUFFICIENT
    assert younger.comparison.air is None
    assert "nobody in older is approved" in younger.words


def test_one_group_outside_bounds_puts_the_attribute_outside():
    found = fairness.report(
        selected=[True] * 100 + [True] * 100 + [i < 20 for i in range(100)],
        bad=None,
        groups=["a"] * 100 + ["b"] * 100 + ["c"] * 100,
        reference="a",
        minimum_group=30,
        minimum_air=0.8,
    )

    assert [group.verdict for group in found.groups] == [None, Verdict.WITHIN, Verdict.OUTSIDE]
    assert found.verdict is Verdict.OUTSIDE
    assert found.words == "Outside bounds: c."


@given(approved=st.integers(0, 60), of=st.integers(1, 60), reference=st.integers(1, 200))
def test_within_bounds_always_means_the_whole_interval_is_and_the_group_is_large(
    approved, of, reference
):
    approved = min(approved, of)

    _, younger = report(approved=approved, of=of, reference=(reference, 200))

    if younger.verdict is Verdict.WITHIN:
        assert of >= 30
        assert younger.comparison.air_interval.low >= 0.8
    if younger.verdict is Verdict.OUTSIDE:
        assert of >= 30
        assert younger.comparison.air < 0.8


@given(st.integers(0, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_the_interval_of_the_ratio_always_holds_the_ratio(x1, n1, x2, n2):
    share = Share(count=min(x1, n1), n=n1)
    reference = Share(count=min(x2, n2), n=n2)

    interval = ratio_interval(share, reference)

    assert interval.low <= share.value / reference.value <= interval.high
    assert interval.low < interval.high


@pytest.mark.parametrize(("count", "n"), [(-1, 3), (4, 3), (0, 0)])
def test_a_share_of_nothing_is_refused(count, n):
    with pytest.raises(ValueError, match="is no share"):
        Share(count=count, n=n)


def test_small_expected_counts_call_for_fishers_exact_test():
    assert significance(Share(count=1, n=12), Share(count=6, n=9)).test == "Fisher's exact test"
    assert significance(Share(count=60, n=120), Share(count=40, n=90)).test == "z test"
    assert significance(Share(count=5, n=5), Share(count=9, n=9)).p_value == 1.0


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


def test_people_whose_group_is_not_known_are_counted_and_left_out():
    found = fairness.report(
        selected=[True] * 200,
        bad=None,
        groups=["a"] * 90 + ["b"] * 60 + [None] * 50,
        reference="a",
        minimum_group=30,
        minimum_air=0.8,
    )

    assert (found.n, found.n_missing) == (150, 50)
    assert "the group of 50 applicants is not known" in found.words


def test_one_person_is_insufficient_evidence():
    found = fairness.report(
        selected=[True], bad=[False], groups=["a"], reference="b", minimum_group=30, minimum_air=0.8
    )

    assert [group.n for group in found.groups] == [None, None]
    assert found.groups[0].words == "Insufficient evidence: a has fewer than 30 people."


def test_without_a_minimum_a_group_of_nobody_is_still_insufficient_evidence():
    found = fairness.report(
        selected=[True], bad=None, groups=["a"], reference="b", minimum_group=0, minimum_air=0.8
    )

    assert found.groups[0].words == (
        "Insufficient evidence: b has 0 people, and at least 1 are needed."
    )


def test_nobody_at_all_is_insufficient_evidence():
    found = fairness.report(
        selected=[], bad=[], groups=[], reference="a", minimum_group=30, minimum_air=0.8
    )

    assert found.verdict is Verdict.INSUFFICIENT
    assert found.groups[0].n == 0


def test_rows_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="one entry for each row"):
        fairness.report(
            selected=[True], bad=None, groups=[], reference="a", minimum_group=1, minimum_air=0.8
        )


def test_a_contracts_attributes_are_all_listed_assessable_or_not():
    contract = Contract.load(CONTRACT)
    n = 400

    found = fairness.assess(
        contract=contract,
        selected=[i % 2 == 0 for i in range(n)],
        bad=[i % 3 == 0 for i in range(n)],
        groups={"age_group": ["25_to_61" if i < 200 else "under_25" for i in range(n)]},
    )

    age, *others = found.attributes
    assert [group.value for group in age.groups] == ["under_25", "25_to_61", "62_and_over"]
    assert age.groups[2].verdict is Verdict.INSUFFICIENT
    assert {other.name for other in others} == {"sex", "foreign_worker"}
    assert all(not other.assessable and other.why_not for other in others)
    assert "Not assessable: Sex and marital status, Foreign worker" in found.words


def test_a_contract_without_an_assessable_attribute_is_insufficient_evidence():
    contract = replace(Contract.load(CONTRACT), protected=())

    found = fairness.assess(contract=contract, selected=[True], bad=[False], groups={})

    assert found.verdict is Verdict.INSUFFICIENT
    assert found.words == "Insufficient evidence: no attribute can be assessed."


def test_groups_that_nobody_supplied_are_reported_as_known_of_nobody():
    contract = replace(
        Contract.load(CONTRACT),
        protected=(
            Protected(
                name="age",
                label="Age",
                source=None,
                assessable=True,
                groups=(ProtectedGroup(value="a", label="A"), ProtectedGroup(value="b", label="B")),
                reference="a",
            ),
        ),
    )

    found = fairness.assess(contract=contract, selected=[True] * 50, bad=None, groups={})

    assert found.attributes[0].n_missing == 50
    assert found.verdict is Verdict.INSUFFICIENT


def people(approved, of, reference=(700, 1000)):
    selected = [i < reference[0] for i in range(reference[1])] + [i < approved for i in range(of)]
    return selected, ["older"] * reference[1] + ["younger"] * of


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


def test_two_attributes_at_once_show_a_gap_that_neither_shows_alone():
    selected, age, sex = [], [], []
    for one, other, rate in (
        ("older", "men", 0.8),
        ("older", "women", 0.4),
        ("younger", "men", 0.4),
        ("younger", "women", 0.8),
    ):
        selected += [i < 200 * rate for i in range(200)]
        age += [one] * 200
        sex += [other] * 200

    found = fairness.assess_people(
        fairness.people_of(selected),
        {"age": age, "sex": sex},
        attributes=(AGE, SEX),
        bounds=BOUNDS,
    )

    (pair,) = found.pairs
    assert found.verdict is Verdict.WITHIN or found.verdict is Verdict.INSUFFICIENT
    assert [str(cell.verdict) for cell in pair.cells] == [
        "None",
        "outside bounds",
        "outside bounds",
        "within bounds",
    ]
    assert pair.verdict is Verdict.OUTSIDE
    assert "older, women" in pair.words


def test_small_cells_of_two_attributes_are_listed_and_never_called_fair():
    age = ["older"] * 300 + ["younger"] * 100
    sex = ["men"] * 200 + ["women"] * 100 + ["men"] * 95 + ["women"] * 5

    found = fairness.assess_people(
        fairness.people_of([True] * 400),
        {"age": age, "sex": sex},
        attributes=(AGE, SEX),
        bounds=BOUNDS,
    )

    (pair,) = found.pairs
    small = pair.cells[3]
    assert len(pair.cells) == 4
    assert (small.n, small.verdict) == (None, Verdict.INSUFFICIENT)
    assert "younger, women has fewer than 30 people" in small.words
    assert [cell.n for cell in pair.cells] == [None] * 4  # any one of them would give it away


@pytest.mark.parametrize("is_for_nobody", [True, False])
def test_a_verdict_on_two_attributes_at_once_stands_where_its_figures_are_withheld(is_for_nobody):
    """The same rule as of one attribute: without its figures, and with them for nobody."""
    cells = [("older", "men", 300, 240), ("older", "women", 300, 240), ("younger", "men", 100, 30)]
    cells += [("younger", "women", 12, 6)]
    people = [(a, s, at < yes) for a, s, n, yes in cells for at in range(n)]
    found = fairness.assess_people(
        fairness.people_of([one[2] for one in people]),
        {"age": [one[0] for one in people], "sex": [one[1] for one in people]},
        attributes=(AGE, SEX),
        bounds=BOUNDS,
        is_for_nobody=is_for_nobody,
    )

    (pair,) = found.pairs
    men, few = pair.cells[2:]
    assert men.verdict is Verdict.OUTSIDE
    assert (men.n, men.comparison is not None) == ((100, True) if is_for_nobody else (None, False))
    assert ("figures withheld" in men.words) is not is_for_nobody
    assert (few.verdict, few.comparison) == (Verdict.INSUFFICIENT, None)
    assert pair.verdict is Verdict.OUTSIDE


def test_a_report_is_plain_json():
    found = fairness.assess(
        contract=Contract.load(CONTRACT),
        selected=[True] * 40,
        bad=None,
        groups={"age_group": ["under_25"] * 40},
    )

    again = json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert again["attributes"][0]["groups"][0]["verdict"] == "insufficient evidence"
    assert again["n"] == 40
