"""Nothing told gives a small group away: not by adding up, not by taking off."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from scoring import fairness
from scoring.contract import FairnessBounds, Protected, ProtectedGroup
from scoring.groups.told_cells import groups_told, table_of, withheld

SMALLEST = 10
counts = st.integers(0, 40)


def tables(rows, columns):
    return st.lists(st.lists(counts, min_size=columns, max_size=columns), min_size=1, max_size=rows)


def can_be_anything(equations, totals, at, n):
    """Ask, by another way than the product's, whether an unknown has more than one value."""
    aim = np.zeros(n)
    aim[at] = 1
    low = linprog(aim, A_eq=equations, b_eq=totals, bounds=(0, None), method="highs")
    high = linprog(-aim, A_eq=equations, b_eq=totals, bounds=(0, None), method="highs")
    return high.status == 3 or -high.fun - low.fun > 0.5


def found_out(table, hidden):
    """Give the small cells that somebody who knows all totals and all told cells can work out."""
    rows, columns = table.shape
    equations, totals = [], []
    for row in range(rows):
        line = np.zeros((rows, columns))
        line[row] = 1
        equations.append(line.ravel())
        totals.append(table[row].sum())
    for column in range(columns):
        line = np.zeros((rows, columns))
        line[:, column] = 1
        equations.append(line.ravel())
        totals.append(table[:, column].sum())
    for place in np.argwhere(~hidden):
        line = np.zeros((rows, columns))
        line[tuple(place)] = 1
        equations.append(line.ravel())
        totals.append(table[tuple(place)])
    small = np.argwhere((table > 0) & (table < SMALLEST))
    return [
        tuple(place)
        for place in small
        if not can_be_anything(
            np.array(equations), np.array(totals), place[0] * columns + place[1], table.size
        )
    ]


@given(tables(4, 3))
@settings(max_examples=60)
def test_no_small_cell_can_be_worked_out_from_the_others_and_the_totals(rows):
    table = np.array(rows)

    hidden = withheld(table_of(table, smallest=SMALLEST))

    assert hidden[(table > 0) & (table < SMALLEST)].all()
    assert not hidden.all() or table.size == 1 or ((table > 0) & (table < SMALLEST)).any()
    by_totals_alone = found_out(table, np.ones(table.shape, dtype=bool))  # whatever is withheld
    assert set(found_out(table, hidden)) <= set(by_totals_alone)


@pytest.mark.parametrize(("unknown", "told"), [(0, {"a"}), (40, {"a", "b"}), (5, {"a"})])
def test_a_group_that_would_give_a_smaller_ones_number_away_is_not_told(unknown, told):
    counts = {"a": 900, "b": 88, "c": 12}

    assert groups_told(counts, smallest=30, unknown=unknown) == told


@given(st.lists(counts, min_size=2, max_size=6))
def test_what_is_withheld_of_a_total_is_never_a_small_number_of_people(groups):
    table = np.array(groups)[:, None]

    hidden = withheld(table_of(table, smallest=SMALLEST, rows=np.zeros(len(groups), dtype=bool)))

    if hidden.any() and not hidden[table > 0].all():
        assert table[hidden].sum() >= SMALLEST
        assert hidden.sum() >= 2


def test_one_small_group_takes_the_next_smallest_with_it():
    table = np.array([[900], [4], [60]])

    hidden = withheld(table_of(table, smallest=10, rows=np.zeros(3, dtype=bool)))

    assert hidden.ravel().tolist() == [False, True, True]


def test_a_group_of_nobody_may_be_told():
    table = np.array([[900], [0], [60]])

    assert not withheld(table_of(table, smallest=10, rows=np.zeros(3, dtype=bool))).any()


def test_people_of_no_known_group_are_nobodys_secret_and_may_hide_a_small_group():
    harmless = np.array([[False], [False], [True]])
    table = np.array([[900], [4], [15]])

    hidden = withheld(table_of(table, smallest=10, harmless=harmless, rows=np.zeros(3, dtype=bool)))

    assert hidden.ravel().tolist() == [False, True, True]
    table[2] = 3
    assert withheld(
        table_of(table, smallest=10, harmless=harmless, rows=np.zeros(3, dtype=bool))
    ).ravel().tolist() == [True, True, True]


# ------------------------------------------------------------- the same of a whole report

one_of = st.sampled_from([None, "a", "b", "c"])
other_of = st.sampled_from([None, "x", "y"])
outcome = st.sampled_from([None, True, False])
person = st.tuples(one_of, other_of, st.booleans(), outcome)
people = st.lists(st.tuples(person, st.integers(1, 25)), min_size=1, max_size=12)


def attribute(name, groups):
    return Protected(
        name=name,
        label=name,
        source=None,
        assessable=True,
        groups=tuple(ProtectedGroup(value=each, label=each) for each in groups),
        reference=groups[0],
    )


ONE, OTHER = attribute("one", "abc"), attribute("other", "xy")


def report_on(rows):
    return fairness.assess_people(
        fairness.people_of([row[2] for row in rows], [row[3] for row in rows]),
        {"one": [row[0] for row in rows], "other": [row[1] for row in rows]},
        attributes=(ONE, OTHER),
        bounds=FairnessBounds(minimum_air=0.8, minimum_group=SMALLEST, blocks_promotion=False),
    )


KINDS = [
    (one, other, bad)
    for one in (None, "a", "b", "c")
    for other in (None, "x", "y")
    for bad in (None, True, False)
]


def line(condition):
    return np.array([float(condition(*kind)) for kind in KINDS])


def told_sums(found, rows):
    """Give every sum of people that a report states, and the totals that anybody may know."""
    sums = [line(lambda *_: True)]
    sums += [line(lambda _one, _other, bad, o=o: bad is o) for o in (None, True, False)]
    for at, each in enumerate(found.attributes):
        if each.n_missing is not None:
            sums.append(line(lambda *kind, at=at: kind[at] is None))
        sums += [told for group in each.groups for told in told_of_group(at, group)]
    cells = [cell for pair in found.pairs for cell in pair.cells if cell.n is not None]
    sums += [line(lambda *k, v=cell.values: (k[0], k[1]) == v) for cell in cells]
    here = [sum((row[0], row[1], row[3]) == kind for row in rows) for kind in KINDS]
    return np.array(sums), np.array(here, dtype=float)


def told_of_group(at, group):
    """Give what is told of a group: all of it, by outcome, and of whom an outcome is known."""
    told = [
        (group.n, (None, True, False)),
        (group.true_positive.n, (False,)),
        (group.false_positive.n, (True,)),
        (group.bad.n, (True, False)),
    ]
    for n, outcomes in told:
        if n is not None:
            yield line(lambda *k, o=outcomes: k[at] == group.value and k[2] in o)


def secrets():
    """Name every count that a report may state, if it is large enough."""
    for at, values in ((0, "abc"), (1, "xy")):
        for value in values:
            yield line(lambda *k, at=at, v=value: k[at] == v)
            for bad in (True, False):
                yield line(lambda *k, at=at, v=value, b=bad: k[at] == v and k[2] is b)
    for one in "abc":
        for other in "xy":
            yield line(lambda *k, v=(one, other): (k[0], k[1]) == v)


@pytest.mark.long
@given(people)
@settings(max_examples=60)
def test_no_sum_or_difference_of_what_a_report_tells_is_a_small_group(drawn):
    rows = [each for each, times in drawn for _ in range(times)]

    found = report_on(rows)

    sums, here = told_sums(found, rows)
    rank = np.linalg.matrix_rank(sums)
    for secret in secrets():
        n = float(secret @ here)
        if 0 < n < SMALLEST and len(rows) >= SMALLEST:
            assert np.linalg.matrix_rank(np.vstack([sums, secret])) > rank, n


@pytest.mark.long
@given(people)
@settings(max_examples=40)
def test_no_number_of_people_in_a_report_is_small(drawn):
    rows = [each for each, times in drawn for _ in range(times)]

    found = report_on(rows)

    told = [group.n for each in found.attributes for group in each.groups]
    told += [cell.n for pair in found.pairs for cell in pair.cells]
    for each in found.attributes:
        for group in each.groups:
            told += [group.true_positive.n, group.false_positive.n, group.bad.n]
    assert all(n is None or n == 0 or n >= SMALLEST for n in told)


@pytest.mark.parametrize("small", [1, 9])
def test_a_small_group_is_listed_as_insufficient_evidence_and_not_by_its_number(small):
    rows = [("a", "x", True, None)] * 40 + [("b", "x", False, None)] * 30
    rows += [("c", "x", True, None)] * small

    found = report_on(rows)

    (of_c,) = [group for group in found.attributes[0].groups if group.value == "c"]
    assert of_c.n is None
    assert of_c.words == "Insufficient evidence: c has fewer than 10 people."
    (of_b,) = [group for group in found.attributes[0].groups if group.value == "b"]
    assert of_b.n is None
    assert "withheld" in of_b.words
