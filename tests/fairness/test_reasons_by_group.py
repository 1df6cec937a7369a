"""Reasons given, by group: shares with intervals, and no count that gives somebody away."""

from collections import Counter

import pytest

from scoring.contract import Protected, ProtectedGroup
from scoring.groups.gap_reasons import Given, by_group
from scoring.reasons import principal_codes
from scoring.training.synthetic import Recipe, contract_of

CONTRACT = contract_of(Recipe(numbers=2, categories=1))
AGE = Protected(
    name="age",
    label="Age",
    source=None,
    assessable=True,
    groups=tuple(ProtectedGroup(value=each, label=each) for each in ("middle", "young", "old")),
    reference="middle",
)


def given(n, **codes):
    return Given(n=n, codes=Counter(codes))


def found(told=("middle", "young", "old"), **groups):
    said = by_group(CONTRACT, AGE, groups, minimum=30, told=told)
    return said, {row["code"]: row["groups"] for row in said["codes"]}


def test_a_group_is_told_beside_the_reference_with_intervals():
    said, codes = found(middle=given(200, F01=60), young=given(100, F01=50), old=given(0))

    assert said["people"] == {"middle": 200, "young": 100, "old": None}
    young = codes["F01"]["young"]
    assert young["low"] < young["share"] == 0.5 < young["high"]
    assert young["difference"] == pytest.approx(0.2)
    assert young["is_shown"]
    assert codes["F01"]["middle"]["difference"] is None


def test_the_most_frequent_reason_stands_first_with_the_features_words():
    said, _ = found(middle=given(200, F02=80, F01=20), young=given(100, F01=10), old=given(0))

    assert [row["code"] for row in said["codes"]] == ["F02", "F01"]
    assert said["codes"][1]["label"] == CONTRACT.features[0].label


def test_a_group_of_few_has_no_figures():
    groups = {"middle": given(200, F01=60), "young": given(29, F01=10), "old": given(40, F01=9)}

    said, codes = found(**groups)

    assert said["people"]["young"] is None
    assert codes["F01"]["young"] is None
    assert codes["F01"]["old"] is not None


def test_a_group_of_whom_nothing_may_be_told_has_no_reasons_either():
    groups = {"middle": given(200, F01=60), "old": given(40, F01=9)}

    said, codes = found(told={"middle"}, **groups)

    assert said["people"] == {"middle": 200, "young": None, "old": None}
    assert codes["F01"]["old"] is None


def test_a_small_count_is_withheld_and_the_next_smallest_with_it():
    _, codes = found(middle=given(200, F01=60), young=given(100, F01=3), old=given(50, F01=20))

    assert set(codes["F01"]) == {"middle"}


def test_two_small_counts_hide_each_other():
    _, codes = found(middle=given(200, F01=60), young=given(100, F01=3), old=given(50, F01=4))

    assert set(codes["F01"]) == {"middle"}


def test_nobody_given_a_reason_is_told_as_none_of_them():
    _, codes = found(middle=given(200, F01=60), young=given(100), old=given(50, F01=10))

    assert codes["F01"]["young"]["share"] == 0


def test_a_withheld_reference_leaves_nothing_to_compare_with():
    _, codes = found(middle=given(200, F01=2), young=given(100, F01=90), old=given(60, F01=50))

    assert codes["F01"]["young"]["difference"] is None


def test_codes_are_those_of_the_principal_reasons_worst_first():
    assert principal_codes(CONTRACT, [-3.0, 4.0, -8.0]) == ("F03", "F01")


def test_a_person_counts_once_for_a_code():
    one = given(0)
    one.add(("F01", "F01"))

    assert (one.n, one.codes["F01"]) == (1, 1)
