"""Error budgets, and whether they burn too fast: the rules, without a clock or a database.

Source: B. Beyer et al., The Site Reliability Workbook (Google, O'Reilly 2018), chapter 5, "Alerting
on SLOs", method 6 and its table of recommended windows: 2 % of a month's budget within an hour, 5 %
within six, 10 % within three days, each only while a window a twelfth as long burns as fast, so
that the alert ends soon after its cause.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from monitoring.service.objectives import Objective, Tally

CHANCE: Final = 0.001  # so seldom may a service that keeps below the rate look as if it did not


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How much of the budget may go within a time, and the shorter time that must agree."""

    long: timedelta
    short: timedelta
    budget: float

    def fastest(self, objective: Objective) -> float:
        """Give the highest burn rate: 1 uses the budget up in just the objective's days.

        Examples
        --------
        >>> month = Objective(name="x", requests=(), share=0.999, within=None, days=30)
        >>> [round(window.fastest(month), 6) for window in WINDOWS]
        [14.4, 6.0, 1.0]
        """
        return self.budget * (timedelta(days=objective.days) / self.long)


WINDOWS: Final = (
    Window(long=timedelta(hours=1), short=timedelta(minutes=5), budget=0.02),
    Window(long=timedelta(hours=6), short=timedelta(minutes=30), budget=0.05),
    Window(long=timedelta(days=3), short=timedelta(hours=6), budget=0.10),
)


def rate(objective: Objective, tally: Tally) -> float:
    """Say how many times as fast as promised requests fail; 0 where there was none."""
    return tally.bad / tally.n / objective.budget if tally.n else 0.0


def burns(objective: Objective, window: Window, *, long: Tally, short: Tally) -> bool:
    """Say whether the budget burns too fast, and not by the chance of a few requests."""
    fastest = window.fastest(objective)
    if min(rate(objective, long), rate(objective, short)) <= fastest:
        return False
    return chance(long, share=fastest * objective.budget) < CHANCE


def chance(tally: Tally, *, share: float) -> float:
    """Give the probability of so many failures or more where this share fails (binomial)."""
    from scipy.stats import binom  # noqa: PLC0415 - in the worker's child only

    return float(binom.sf(tally.bad - 1, tally.n, min(share, 1.0)))


def allowed(objective: Objective, tally: Tally) -> float:
    """Count the failures that the budget of so many requests has room for."""
    return objective.budget * tally.n


def left(objective: Objective, tally: Tally) -> float | None:
    """Give the share of the budget that is left, below 0 where it is overdrawn.

    None where so few came that not even one may fail: then one would say nothing.
    """
    room = allowed(objective, tally)
    return None if room < 1 else 1 - tally.bad / room
