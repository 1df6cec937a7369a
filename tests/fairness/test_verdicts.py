"""What a fairness report may say: within, outside, or that there is too little to say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from older_and_younger import BOUNDS, attribute, report

from scoring import fairness
from scoring.fairness import Verdict
from scoring.proportions import Share, ratio_interval, significance


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
