"""What reports on the past loans of two versions tell together, and what hiding it would cost.

They are not held against each other (record 39): a newer snapshot is the older one and what matured
since.
"""

import numpy as np
import pytest

from scoring.groups.told_together import Told, gives_away

RUNS, LOANS, SMALLEST = 200, 5_000, 30
THREE, TWO = (0.15, 0.75, 0.10), (0.48, 0.52)


class Retrained:
    """Two snapshots; a fifth of the loans is bad, and of a tenth nobody knows the group."""

    def __init__(self, seed, shares, new):
        random = np.random.default_rng(seed)
        self.groups, n = len(shares), LOANS + new
        self.kind = random.choice(self.groups + 1, size=n, p=[*(np.array(shares) * 0.9), 0.1])
        self.bad = random.random(n) < 0.2
        self.snapshots = np.arange(n) < LOANS, np.ones(n, dtype=bool)

    def told(self, snapshot, *, with_outcomes):
        """Count the groups, as a report does; and those of each who repaid, or did not."""
        is_in, each = self.snapshots[snapshot], np.eye(self.groups + 1, dtype=bool)
        found = [Told(people=is_in, kinds=each)]
        if with_outcomes:
            kinds = each[:-1]
            found += [Told(people=is_in & of, kinds=kinds) for of in (self.bad, ~self.bad)]
        return found

    def gives_away(self, *, with_outcomes):
        return gives_away(
            self.kind,
            before=self.told(0, with_outcomes=True),
            new=self.told(1, with_outcomes=with_outcomes),
            secrets=np.eye(self.groups, self.groups + 1, dtype=bool),
            smallest=SMALLEST,
        )


def test_together_they_tell_of_the_few_that_matured_between():
    assert Retrained(1, THREE, 50).gives_away(with_outcomes=False)


@pytest.mark.long
@pytest.mark.parametrize(
    ("shares", "new", "figures", "outcomes"),
    [
        (THREE, 200, 200, 200),
        (THREE, 500, 3, 200),
        (THREE, 1_000, 0, 200),
        (THREE, 2_000, 0, 25),
        (TWO, 200, 0, 200),
        (TWO, 500, 0, 4),
    ],
)
def test_hiding_it_would_leave_most_new_models_without_outcomes_by_group(
    shares, new, figures, outcomes
):
    """Measured; docs/fairness.md says so. Of how many of 200 reports would not be told."""
    runs = [Retrained(seed, shares, new) for seed in range(RUNS)]

    assert sum(each.gives_away(with_outcomes=False) for each in runs) == figures
    assert sum(each.gives_away(with_outcomes=True) for each in runs) == outcomes
