"""Groups of two attributes at once: a gap that neither shows alone, and cells too small to tell."""

import pytest
from older_and_younger import AGE, BOUNDS, SEX

from scoring import fairness
from scoring.fairness import Verdict


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
