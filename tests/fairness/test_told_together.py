"""No sum or difference of what several reports tell is a small group."""

import attacker
import numpy as np
import pytest

from scoring.groups import told_together
from scoring.groups.told_cells import table_of, withheld
from scoring.groups.told_together import Told, gives_away

SMALLEST = 30
GROUPS = 3  # and those of no known group
MONTHS, VERSIONS = 3, 2
ONE = np.array([[True, False]])


def in_months(*people):
    """Say in which month each of a group is, as many as said."""
    return np.repeat(np.arange(len(people)), people)


def told(is_in):
    """Tell how many of the group are in a set; as many others are in it too."""
    return Told(people=np.tile(is_in, 2), kinds=ONE)


def is_given_away(before, new, *, n):
    kind = np.repeat([0, 1], n)
    return gives_away(kind, before=before, new=new, secrets=ONE, smallest=SMALLEST)


@pytest.mark.parametrize(("last", "gives"), [(29, True), (30, False), (0, False)])
def test_a_longer_period_tells_of_what_it_has_more(last, gives):
    month = in_months(40, 40, last)

    assert is_given_away([told(month < 2)], [told(month < 3)], n=len(month)) is gives


def test_periods_that_are_apart_give_nobody_away():
    month = in_months(31, 40)

    assert not is_given_away([told(month == 0)], [told(month == 1)], n=71)


@pytest.mark.parametrize("at_once", [1, 2, told_together.AT_ONCE])
def test_people_are_cut_as_set_by_set_however_many_sets_are_taken_at_once(at_once, monkeypatch):
    monkeypatch.setattr(told_together, "AT_ONCE", at_once)
    random = np.random.default_rng(5)
    kind, sets = random.integers(0, 3, 400), [random.random(400) < 0.5 for _ in range(7)]

    found = told_together._cut(kind, [Told(people=each, kinds=ONE) for each in sets], kinds=3)

    people = list(zip(*(each.tolist() for each in sets), strict=True))
    parts = sorted(set(people))  # in the order of the first set, the second and so on
    assert [tuple(each) for each in found.within.tolist()] == parts
    assert found.counts.tolist() == [
        [
            sum(each == part and of == one for each, of in zip(people, kind, strict=True))
            for one in range(3)
        ]
        for part in parts
    ]


def test_reports_of_nobody_give_nobody_away():
    nobody = told(np.zeros(0, dtype=bool))

    assert not is_given_away([nobody], [nobody], n=0)


def test_two_reports_that_give_nobody_away_alone_may_do_so_together():
    """Of 100, 60 and 65 are told, of other parts of them: the overlap of 25 follows."""
    month = in_months(35, 25, 40)
    first, second = told(month < 2), told(month > 0)
    whole = told(month >= 0)

    assert not is_given_away([told(month >= 0)], [told(month == 0)], n=100)
    assert is_given_away([first, second], [whole], n=100)


def test_what_followed_before_is_not_held_against_a_new_report():
    month = in_months(40, 5)
    before = [told(month == 0), told(month < 2)]

    assert not is_given_away(before, [told(month < 2)], n=45)


def test_a_report_between_two_gives_away_what_lies_far_from_it():
    """January to February less January, taken from February to March, leaves the five of March."""
    month = in_months(40, 40, 5)
    before = [told(month < 2), told(month > 0)]

    assert is_given_away(before, [told(month == 0)], n=85)


def test_who_came_late_to_several_months_is_told_of_together_where_they_are_enough():
    month = in_months(60, 60)
    is_late = np.arange(120) % 60 >= 44  # sixteen in each
    before = [told((month == each) & ~is_late) for each in (0, 1)]

    assert not is_given_away(before, [told(month >= 0)], n=120)
    assert is_given_away(before, [told(month == 0)], n=120)


def test_one_who_left_does_not_keep_all_others_from_being_told():
    """Nothing that can be computed is of the one alone, who still was in the first report."""
    month = in_months(40, 40)
    has_left = np.arange(80) == 0

    assert not is_given_away([told(month == 0)], [told((month >= 0) & ~has_left)], n=80)
    assert is_given_away([told(month == 0)], [told((month == 0) & ~has_left)], n=80)


def test_a_hidden_group_can_follow_from_a_group_told_elsewhere():
    """The rule by each told group alone would miss it.

    January tells a and d of a, b, c and d, February a and c: there b is 5. The two together tell d
    of both months, so d of February, which with c and the total leaves the five.
    """
    counts = np.array([[100, 20, 40, 60], [100, 5, 50, 35]])
    month = np.repeat(np.repeat([0, 1], 4), counts.ravel())
    kind = np.repeat(np.tile(np.arange(4), 2), counts.ravel())
    of = np.eye(4, dtype=bool)

    def tells(people, *kinds):
        return Told(people=people, kinds=of[list(kinds)])

    before = [tells(month == 0, 0, 3), tells(month == 1, 0, 2)]
    new = [tells(month >= 0, 0, 3)]

    assert gives_away(kind, before=before, new=new, secrets=of, smallest=SMALLEST)
    assert not gives_away(
        kind, before=before, new=[tells(month >= 0, 0)], secrets=of, smallest=SMALLEST
    )


# ------------------------------------------------------------- sequences drawn at random


class Lender:
    """Decisions by month and version, some of which came late; and reports on them in turn."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        places = MONTHS * VERSIONS * 2
        largest = self.random.choice([20, 60, 200], size=(places, GROUPS + 1))
        self.counts = self.random.integers(0, largest)
        self.counts[self.random.random(self.counts.shape) < 0.2] = 0
        month, version, late = np.indices((MONTHS, VERSIONS, 2)).reshape(3, -1)
        self.month, self.version, self.late = month, version, late.astype(bool)
        if self.random.random() < 0.5:
            self.counts[self.late] = 0
        self.place = np.repeat(np.arange(places), self.counts.sum(axis=1))
        self.kind = np.concatenate([np.repeat(np.arange(GROUPS + 1), row) for row in self.counts])
        self.told = []

    def asked(self):
        """Draw a period and a version or all, early or late."""
        since = self.random.integers(0, MONTHS)
        until = self.random.integers(since, MONTHS) + 1
        version = self.random.integers(-1, VERSIONS)
        is_in = (self.month >= since) & (self.month < until)
        if version >= 0:
            is_in &= self.version == version
        return is_in if self.random.random() < 0.5 else is_in & ~self.late

    def report(self, *, is_held):
        """Tell what a report may alone and, where that `is_held`, beside those of before."""
        is_in = self.asked()
        kinds = shown(self.counts[is_in].sum(axis=0))
        if not kinds.any():
            return
        people = Told(people=is_in[self.place], kinds=np.eye(GROUPS + 1, dtype=bool)[kinds])
        secrets = np.eye(GROUPS + 1, dtype=bool)[:GROUPS]
        before = [each for _, each in self.told]
        asked = {"before": before, "new": [people], "secrets": secrets, "smallest": SMALLEST}
        if is_held and before and gives_away(self.kind, **asked):
            return
        self.told.append((is_in, people))

    def found_out(self):
        rows = [np.kron(is_in, each.kinds).astype(int) for is_in, each in self.told]
        rows = [row.reshape(-1, self.counts.size) for row in rows]
        return attacker.found_out(self.counts, rows, smallest=SMALLEST) if rows else None


def shown(counts):
    """Withhold within one report what it withholds."""
    column = counts[:, None]
    harmless = np.zeros(column.shape, dtype=bool)
    harmless[-1] = True
    hidden = withheld(
        table_of(column, smallest=SMALLEST, harmless=harmless, rows=np.zeros(len(counts), bool))
    )
    return ~hidden[:, 0]


def reported(seed, *, is_held):
    lender = Lender(seed)
    for _ in range(7):
        lender.report(is_held=is_held)
    return lender


@pytest.mark.parametrize("seed", range(12))
def test_an_attacker_who_has_all_reports_finds_no_small_group(seed):
    assert reported(seed, is_held=True).found_out() is None


def test_the_same_attacker_finds_small_groups_where_the_rule_is_off():
    found = [reported(seed, is_held=False).found_out() for seed in range(12)]

    assert sum(each is not None for each in found) >= 6


def test_the_rule_lets_most_be_told_where_groups_are_large():
    lender = Lender(0)
    lender.counts[:] = 100
    lender.place = np.repeat(np.arange(len(lender.counts)), 100 * (GROUPS + 1))
    lender.kind = np.tile(np.repeat(np.arange(GROUPS + 1), 100), len(lender.counts))
    for _ in range(7):
        lender.report(is_held=True)

    assert len(lender.told) == 7


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 300))
def test_an_attacker_finds_no_small_group_in_hundreds_of_sequences(seed):
    assert reported(seed, is_held=True).found_out() is None
