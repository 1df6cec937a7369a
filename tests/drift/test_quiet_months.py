"""In months in which nothing changes, nothing is found: at most the stated rate of them."""

import numpy as np
import people
import pytest
from scipy.stats import binom

from scoring import drift_cells, drift_tests

pytestmark = pytest.mark.long

MONTHS, DAYS, WEEK = 200, 30, 7
MOST = int(binom.isf(0.001, MONTHS, drift_tests.RATE))  # by chance, where the rate is as stated


@pytest.mark.parametrize(("a_day", "loans"), [(5, 400), (40, 1_000), (400, 20_000)])
def test_200_quiet_months_of_a_product(a_day, loans):
    """Six looks a month at the last week and two days, beside what one drawn model learned from."""
    alarmed = 0
    for month in range(MONTHS):
        rng = np.random.default_rng([month, a_day, loans])
        (then,) = people.drawn(rng, loans, days=1)
        days = people.drawn(rng, a_day, days=DAYS + WEEK)
        alarmed += any(
            people.bad(people.checked(then, {"": (_last(days, at, 2), _last(days, at, 7), None)}))
            for at in range(WEEK, DAYS + WEEK, 5)
        )

    assert alarmed <= MOST


def _last(days, at, n):
    return drift_cells.added(days[at - n : at])


def test_200_quiet_months_of_three_partners():
    """The parts of a product, each also beside its own past; the first one's applicants differ."""
    alarmed, other = 0, {"housing": {"own": 620, "rent": 240, "free": 140}}
    for month in range(MONTHS):
        rng = np.random.default_rng([month, 7])
        (then,) = people.drawn(rng, 1_000, days=1)
        past = [
            people.drawn(rng, 600, days=1, changed=changed)[0] for changed in (other, None, None)
        ]
        lately = [
            people.drawn(rng, 150, days=1, changed=changed)[0] for changed in (other, None, None)
        ]
        everything = drift_cells.added(lately)
        segments = {"": (everything, everything, None)} | {
            f"partner:{at}": (now, now, own)
            for at, (now, own) in enumerate(zip(lately, past, strict=True))
        }
        alarmed += bool(people.bad(people.checked(then, segments)))

    assert alarmed <= MOST
