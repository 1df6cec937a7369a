"""In months in which nothing changes, nothing is found: at most the stated rate of them."""

from datetime import UTC, datetime

import numpy as np
import people
import pytest
from scipy.stats import binom

from monitoring.drift.windows import DAY, Days
from scoring.populations import drift_cells, drift_tests

pytestmark = pytest.mark.long

MONTHS, DAYS, EVERY = 200, 30, 5
MOST = int(binom.isf(0.001, MONTHS, drift_tests.RATE))  # by chance, where the rate is as stated


CAUSES = {"units_changed", "missing_rate", "new_category", "score_drift", "feature_drift"}
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("a_day", "loans", "windows"), [(5, 400, (30, 90)), (40, 1_000, (7, 30)), (400, 20_000, (1, 7))]
)
def test_200_quiet_months_of_a_product(a_day, loans, windows):
    """Six looks a month, at the days that the product chooses, beside what one drawn model learned.

    Every look asks all there is to ask, so that none is quiet because it looked at nothing.
    """
    alarmed, (_, before) = 0, windows
    for month in range(MONTHS):
        rng = np.random.default_rng([month, a_day, loans])
        (then,) = people.drawn(rng, loans, days=1)
        drawn = people.drawn(rng, a_day, days=DAYS + before)
        told = [_checked(then, drawn[:at], windows) for at in range(before, DAYS + before, EVERY)]
        alarmed += any(people.bad(each) for each in told)

    assert alarmed <= MOST


def _checked(then, drawn, windows):
    """Look as the worker does at the last days there are."""
    each = [(BEGIN + at * DAY, counted) for at, counted in enumerate(drawn)]
    days = Days(until=BEGIN + len(drawn) * DAY, each=each)
    assert (days.recent, days.lately) == windows
    told = people.checked(then, {"": (days.last(days.recent), days.last(days.lately), None)})
    assert {each.cause for each in told} == CAUSES
    return told


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
