import pytest

from scoring.unlikely import unlikely

SPREAD = {"amount": {"low": 700.0, "high": 9_200.0}, "housing": {"splits": []}}


@pytest.mark.parametrize(
    ("amount", "is_asked"),
    [(349, True), (350, False), (700, False), (9_200, False), (13_450, False), (13_451, True)],
)
def test_only_what_lies_far_outside_is_asked_about(amount, is_asked, contract):
    assert bool(unlikely(contract, {"amount": amount}, SPREAD)) == is_asked


def test_the_question_says_the_value_and_what_is_usual(contract):
    (found,) = unlikely(contract, {"amount": 20_000, "housing": "own"}, SPREAD)

    assert (found.feature, found.value) == ("amount", "20,000 DM")
    assert (found.low, found.high) == ("700 DM", "9,200 DM")


@pytest.mark.parametrize("value", [None, True, "own"])
def test_what_is_no_number_is_not_asked_about(value, contract):
    assert unlikely(contract, {"amount": value}, SPREAD) == ()


def test_what_a_release_says_nothing_of_is_not_asked_about(contract):
    assert unlikely(contract, {"amount": 20_000}, {}) == ()
    assert unlikely(contract, {"amount": 20_000}, {"amount": {"low": None, "high": None}}) == ()


def test_numbers_below_zero_are_measured_by_the_range_alone(contract):
    spread = {"amount": {"low": -100.0, "high": -10.0}}

    assert unlikely(contract, {"amount": -145}, spread) == ()
    assert unlikely(contract, {"amount": -146}, spread)
