"""An attacker who has all stored reports, made in any order, finds no small group in them."""

from collections import Counter

import apart_scene as scene
import attacker
import numpy as np
import pytest
from apart_scene import GROUPS, age, decided, numbers, report

from monitoring.fairness import apart, reports

SMALLEST = 30
MONTHS = 3


class Lender:
    """Three months of two versions, with groups of any size; and what reports tell of them."""

    def __init__(self, version, seed):
        self.random = np.random.default_rng(seed)
        self.versions = [version, scene.again(version)]
        self.places = [(month, of) for month in range(1, MONTHS + 1) for of in self.versions]
        largest = self.random.choice([12, 45, 90], size=(len(self.places), len(GROUPS) + 1))
        self.counts = self.random.integers(0, largest)
        for (month, of), row in zip(self.places, self.counts, strict=True):
            for group, times in zip((*GROUPS, None), row, strict=True):
                decided(of, group, int(times), month=month)
        self.told = []

    def ask(self):
        """Ask for any months of a version, or of both, and add what is told to what is known."""
        since = int(self.random.integers(1, MONTHS + 1))
        until = int(self.random.integers(since, MONTHS + 1))
        of = [*self.versions, self.versions[0].product][self.random.integers(0, 3)]
        found = report(of, since, until)
        is_in = [since <= month <= until and of in (by, by.product) for month, by in self.places]
        told = [*numbers(found).values(), age(found).n_missing]
        for kind, n in enumerate(told):
            if n is not None:
                count = np.outer(is_in, np.arange(len(told)) == kind).astype(np.int64)
                assert (count * self.counts).sum() == n
                self.told.append(count.ravel())
        return bool(age(found).untold)

    def found_out(self):
        return attacker.found_out(self.counts, self.told, smallest=SMALLEST) if self.told else None


@pytest.fixture
def lender(version, developer, compliance):
    scene.policy(version, by=developer, approved_by=compliance)
    return lambda seed: Lender(version, seed)


@pytest.mark.parametrize("seed", [1, 2, pytest.param(3, marks=pytest.mark.long)])
def test_no_small_group_follows_from_the_stored_reports(lender, seed):
    one = lender(seed)

    asked = Counter(one.ask() for _ in range(7))

    assert one.told
    assert asked[True]
    assert one.found_out() is None


def test_small_groups_follow_from_them_where_the_rule_is_off(lender, monkeypatch):
    monkeypatch.setattr(apart, "withheld", lambda *_, **__: reports.EVERYTHING)
    one = lender(1)

    for _ in range(7):
        one.ask()

    assert one.found_out() is not None
