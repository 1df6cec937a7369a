"""Other cut-offs tried on a population so small that every figure is worked out by hand."""

from decimal import Decimal

import numpy as np
import pytest

from scoring.contract import Economics
from scoring.groups import cells as group_cells
from scoring.groups.cells import COLUMNS, NEVER, SMALLEST, GroupMonth
from scoring.results import through_the_door
from scoring.results.through_the_door import UNSCORED, Cell, cell_of, try_cut_offs

ECONOMICS = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(20))


def one(pd, *, amount=1000.0, rules="passes", outcome="unknown"):
    """Count one application."""
    sums = (1.0, pd, amount, amount * pd, amount**2, amount**2 * pd)
    return Cell(cell_of(pd), rules, outcome, *sums)


# Ten applications on two days. By hand, approving up to 10 % and declining from 40 %:
# approved 4 (one known good, one known bad, two unknown), declined 3, to a person 3.
TEN = [
    one(0.05, outcome="good"),
    one(0.05, outcome="bad", amount=2000.0),
    one(0.08),
    one(0.09),
    one(0.20),
    one(0.45),
    one(0.60),
    one(0.05, rules="refers"),
    one(0.05, rules="declines"),
    Cell(UNSCORED, "passes", "unknown", 1, 0, 1000, 0, 1e6, 0),
]


@pytest.fixture
def ten():
    return through_the_door.tally(TEN, days=2)


def tried(counted, approve=0.10, decline=0.40):
    return try_cut_offs(counted, approve=approve, decline=decline, economics=ECONOMICS)


def test_everybody_is_approved_declined_or_sent_to_a_person(ten):
    found = tried(ten)

    assert (found.n, found.approved, found.declined, found.referred) == (10, 4, 3, 3)
    assert (found.approval_rate, found.decline_rate, found.referral_rate) == (0.4, 0.3, 0.3)


def test_officers_load_is_told_by_the_day(ten):
    found = tried(ten)

    assert found.a_day == 1.5
    assert found.a_day_in.low < 1.5 < found.a_day_in.high


def test_bad_rates_say_what_is_known_and_what_is_expected(ten):
    found = tried(ten)

    assert (found.known, found.known_bad, found.known_rate) == (2, 1, 0.5)
    assert (found.expected, round(found.expected_rate, 4)) == (2, 0.085)
    assert found.bad_rate == pytest.approx((1 + 0.08 + 0.09) / 4)
    assert found.bad_rate_in.low < found.bad_rate < found.bad_rate_in.high


def test_profit_is_the_contracts_economics(ten):
    found = tried(ten)
    good, bad = 0.1 * 1000, -0.5 * 2000
    unknown = sum(0.1 * 1000 * (1 - pd) - 0.5 * 1000 * pd for pd in (0.08, 0.09))
    total = good + bad + unknown - 3 * 20

    assert found.profit_money == pytest.approx(total)
    mean_amount = 8000 / 7  # of those that meet every rule
    assert found.profit == pytest.approx(total / 10 / mean_amount)
    assert found.profit_in.low < found.profit < found.profit_in.high


def test_a_cut_off_moves_figures_by_whom_it_passes(ten):
    found = tried(ten, approve=0.20, decline=0.50)

    assert (found.approved, found.declined, found.referred) == (5, 2, 3)


def test_the_curve_says_at_each_cut_off_what_trying_it_says(ten):
    points = through_the_door.curve(ten, decline=0.40, economics=ECONOMICS)

    for point in (points[20], points[40], points[60]):
        alone = tried(ten, approve=point.cut_off)
        assert point.approval_rate == alone.approval_rate
        assert point.profit == pytest.approx(alone.profit)
        assert point.referral_rate == pytest.approx(alone.referral_rate)
    assert points[-1].approved == 1


def test_months_add_up(ten):
    both = ten + ten

    assert (both.n, both.days) == (20, 4)
    assert tried(both).approved == 8


def test_a_tally_is_stored_and_read_to_the_bit(ten):
    again = through_the_door.from_json(through_the_door.to_json(ten))

    assert tried(again) == tried(ten)


def test_of_nobody_nothing_is_said():
    found = tried(through_the_door.empty())

    assert (found.n, found.approval_rate, found.bad_rate, found.profit, found.a_day) == (
        0,
        None,
        None,
        None,
        None,
    )


# --- groups


def people(**by_cell):
    """Count people by column, as `cell_5=12`."""
    row = np.zeros(COLUMNS, dtype=np.int64)
    for name, number in by_cell.items():
        row[int(name.removeprefix("cell_"))] = number
    return row


NOBODY = people()


def test_no_cell_of_any_group_is_smaller_than_it_may_be():
    rng = np.random.default_rng(7)
    counts = {name: rng.poisson(rate, COLUMNS) for name, rate in (("a", 3), ("b", 0.9), ("c", 0.3))}

    cells = group_cells.told(counts, rng.poisson(0.2, COLUMNS))

    assert set(cells["groups"]) == {"a", "b", "c"}
    assert all(number >= SMALLEST for row in cells["groups"].values() for number in row)
    assert all(sum(cells["groups"][name]) == counts[name].sum() for name in counts)


def test_a_contract_may_ask_for_larger_groups_and_cells():
    counts = {"small": people(cell_20=29), "large": people(cell_20=40, cell_60=40, cell_70=10)}
    unknown = people(cell_20=50, cell_60=50)

    cells = group_cells.told(counts, unknown, smallest=30)

    assert set(cells["groups"]) == {"large"}
    assert cells["groups"]["large"] == [40, 50]


def test_what_is_left_of_everybody_is_large_enough_in_every_cell_too():
    rng = np.random.default_rng(3)
    counts = {"a": rng.poisson(3, COLUMNS), "b": rng.poisson(3, COLUMNS)}
    unknown = rng.poisson(0.2, COLUMNS)

    cells = group_cells.told(counts, unknown)

    everybody = np.cumsum(sum(counts.values()) + unknown)[cells["ends"]]
    shown = np.cumsum(np.sum(list(cells["groups"].values()), axis=0))
    rest = np.diff(everybody - shown, prepend=0)
    assert (rest >= SMALLEST).all()


@pytest.mark.parametrize("few", [1, SMALLEST - 1])
def test_a_small_group_is_hidden_and_the_next_one_with_it(few):
    counts = {
        "small": people(cell_20=few),
        "middle": people(cell_20=40, cell_60=40),
        "large": people(cell_20=90, cell_60=90),
    }

    assert set(group_cells.told(counts, NOBODY)["groups"]) == {"large"}


def test_a_small_group_among_many_of_whom_nothing_is_known_hides_alone():
    counts = {"small": people(cell_20=3), "large": people(cell_20=90, cell_60=90)}

    cells = group_cells.told(counts, people(cell_20=50, cell_60=50))

    assert set(cells["groups"]) == {"large"}


def test_few_of_whom_nothing_is_known_cannot_be_worked_out():
    counts = {"a": people(cell_20=40), "b": people(cell_20=90)}

    assert set(group_cells.told(counts, people(cell_20=2))["groups"]) == {"b"}


def test_of_nobody_no_group_is_told():
    assert group_cells.told({"a": NOBODY}, NOBODY) == {"ends": [], "groups": {}}


@pytest.fixture
def month():
    """100 of each group: 80 of `a` and 40 of `b` at 5 %, the others at 30 % or stopped by rules."""
    counts = {
        "a": people(**{"cell_10": 80, "cell_60": 10, f"cell_{NEVER}": 10}),
        "b": people(**{"cell_10": 40, "cell_60": 40, f"cell_{NEVER}": 20}),
    }
    everybody = [
        *[one(0.05)] * 120,
        *[one(0.30)] * 50,
        *[one(0.05, rules="declines")] * 30,
    ]
    return GroupMonth(
        cells=group_cells.told(counts, NOBODY),
        everybody=through_the_door.tally(everybody, days=1),
    )


def ratio(months, approve, minimum=30):
    return group_cells.ratio(months, group="b", reference="a", approve=approve, minimum=minimum)


def test_the_ratio_is_that_of_the_approval_rates(month):
    at_ten, at_thirty = ratio([month], 0.10), ratio([month], 0.30)

    assert (at_ten.approved, at_ten.n) == (40, 100)
    assert (at_ten.reference_approved, at_ten.reference_n) == (80, 100)
    assert at_ten.air == pytest.approx(0.5)
    assert at_ten.air_in.low < 0.5 < at_ten.air_in.high
    assert at_thirty.air == pytest.approx(80 / 90)


def test_months_count_only_where_both_groups_are_told(month):
    alone = GroupMonth(
        cells={"ends": [COLUMNS - 1], "groups": {"a": [500]}}, everybody=month.everybody
    )

    assert ratio([month, alone, month], 0.10).reference_n == 200


@pytest.mark.parametrize(("approve", "minimum"), [(0.10, 101), (0.0, 30)])
def test_too_few_people_or_nobody_approved_give_no_ratio(month, approve, minimum):
    assert ratio([month], approve, minimum).air is None


def test_a_cut_off_within_a_cell_takes_its_share_of_everybody_in_it():
    everybody = through_the_door.tally([*[one(0.05)] * 30, *[one(0.10)] * 10], days=1)
    whole = {"ends": [COLUMNS - 1], "groups": {"a": [20], "b": [20]}}

    found = ratio([GroupMonth(cells=whole, everybody=everybody)], 0.05, minimum=1)

    assert (found.approved, found.air) == (15, 1.0)
