"""When outcomes say that a model became worse: seldom by chance, and when it did."""

import numpy as np
import pytest

from scoring.results.binned_ranking import BINS, REACH, STEP
from scoring.results.performance_checks import FALSE_ALARMS, calibration, ranking

LOOKS = 4_000


class Months:
    """Looks at loans of PDs up to a cut-off, drawn at once: bins by look."""

    def __init__(self, n, *, seed, cut_off=1.0, looks=LOOKS):
        self.rng = np.random.default_rng(seed)
        pd = self.rng.beta(1.6, 9.0, n * 40)
        self.pd = self.rng.choice(pd[pd <= cut_off], size=n)
        odds = np.log(self.pd / (1 - self.pd))
        self.place = np.clip(np.floor((odds + REACH) / STEP), 0, BINS - 1).astype(int)
        self.looks = looks
        self.n = np.bincount(self.place, minlength=BINS)
        self.by_bin = np.bincount(self.place, self.pd, minlength=BINS)

    def failed(self, truth):
        """Let loans fail by other probabilities than their PDs."""
        for _ in range(self.looks):
            bad = self.rng.random(len(truth)) < truth
            yield np.bincount(self.place[bad], minlength=BINS)

    def rankings(self, truth):
        for bads in self.failed(truth):
            yield ranking(self.n, self.by_bin, self.n - bads, bads)

    def calibrations(self, truth):
        n, pd = int(self.n.sum()), float(self.by_bin.sum())
        for bads in self.failed(truth):
            yield calibration(n=n, pd=pd, bads=int(bads.sum()))


def share_bad(checks):
    found = list(checks)
    return sum(each.is_bad for each in found) / len(found)


@pytest.mark.parametrize("n", [250, 1_000, 5_000])
@pytest.mark.parametrize("cut_off", [1.0, 0.25])
def test_loans_that_fail_by_their_pds_alarm_once_in_a_hundred_looks_at_most(n, cut_off):
    months = Months(n, seed=n, cut_off=cut_off, looks=1_500)
    if months.by_bin.sum() < 30:
        pytest.skip("too few bads are expected to say anything")

    chance = 3 * (FALSE_ALARMS / 1_500) ** 0.5  # of the simulation itself
    assert share_bad(months.rankings(months.pd)) <= FALSE_ALARMS + chance
    assert share_bad(months.calibrations(months.pd)) <= FALSE_ALARMS + chance


def test_a_model_that_ranks_no_more_is_found_at_nearly_every_look():
    months = Months(1_000, seed=1, looks=200)

    assert share_bad(months.rankings(np.full(1_000, months.pd.mean()))) > 0.95


def test_a_model_whose_loans_fail_half_again_as_often_is_found():
    months = Months(2_000, seed=2, looks=200)

    assert share_bad(months.calibrations(np.minimum(months.pd * 1.5, 1))) > 0.9
    assert share_bad(months.calibrations(months.pd * 0.5)) > 0.9


def test_a_stricter_cut_off_that_lowers_the_auc_is_no_fall():
    """The AUC among the approved is lower the fewer are approved; the promise falls with it."""
    all_of_them, few = Months(3_000, seed=3), Months(3_000, seed=3, cut_off=0.2, looks=300)
    (whole,) = (
        each for each, _ in zip(all_of_them.rankings(all_of_them.pd), range(1), strict=False)
    )
    checks = list(few.rankings(few.pd))

    assert checks[0].promised < whole.promised - 0.03
    assert sum(each.is_bad for each in checks) / len(checks) <= 0.02


def test_a_fall_that_does_not_matter_is_none_however_many_loans_show_it():
    months = Months(200_000, seed=4, looks=20)

    assert share_bad(months.calibrations(months.pd * 1.1)) == 0


def test_of_too_few_nothing_is_said():
    assert calibration(n=100, pd=10.0, bads=100) is None
    assert ranking([100], [10.0], [50], [50]) is None
    assert ranking([1_000], [100.0], [1_000], [0]) is None
    assert calibration(n=0, pd=0.0, bads=0) is None
