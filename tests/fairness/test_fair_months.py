"""Months in which nobody is treated otherwise raise an alarm in 5 % of cases at most.

Two hundred seeded months, each with reports on all five stages as the worker makes them, but for
two groups at once, which raise no alarm and take most of the time.
"""

from datetime import date

import numpy as np
import pytest
from scipy.stats import binom

from monitoring.fairness.alarms import LEVEL, alarms
from monitoring.fairness.by_law import Law
from monitoring.fairness.populations import Sample
from monitoring.fairness.reports import WAYS, people_of
from monitoring.fairness.stored_reports import laid_out
from monitoring.models import FairnessReport
from scoring import fairness
from scoring.contract import Protected, ProtectedGroup
from scoring.contracts.terms import FairnessBounds

MONTHS = 200
# So many of 200 would be alarms once in a hundred times, were the rate just the stated one.
MOST = int(binom.ppf(0.99, MONTHS, LEVEL))
Stage = FairnessReport.Stage
NO_LAW = Law(places=(), first=date(2026, 1, 1), last=date(2026, 1, 31), packs=())
BOUNDS = FairnessBounds(minimum_air=0.8, minimum_group=30, blocks_promotion=False)
SHARES = {
    "age": {"middle": 0.6, "young": 0.25, "old": 0.15},
    "sex": {"men": 0.55, "women": 0.45},
}


def attribute(name):
    values = tuple(ProtectedGroup(value=each, label=each) for each in SHARES[name])
    return Protected(
        name=name,
        label=name,
        source=None,
        assessable=True,
        groups=values,
        reference=values[0].value,
    )


def month_of(seed, *, people=400, unfair=0.0):
    """Report on a month in which what happens does not depend on the group; or by `unfair` does."""
    random = np.random.default_rng(seed)
    groups = {
        name: random.choice(list(shares), size=people, p=list(shares.values()))
        for name, shares in SHARES.items()
    }
    pd = random.beta(2, 6, size=people) + unfair * (groups["age"] == "young")
    recommended = pd < 0.3
    by_officer = random.uniform(size=people) < 0.6
    overrides = by_officer & (random.uniform(size=people) < 0.25)
    approved = recommended ^ overrides
    as_asked = random.uniform(size=people) < 0.7
    everybody = np.ones(people, dtype=bool)
    stages = {
        Stage.RECOMMENDATION: (everybody, recommended),
        Stage.FINAL: (everybody, approved),
        Stage.LOW_SIDE: (by_officer & ~recommended, approved),
        Stage.HIGH_SIDE: (by_officer & recommended, ~approved),
        Stage.TERMS: (approved, as_asked),
    }
    return [
        report(stage, asked, chosen, pd, {name: groups[name]})
        for stage, (asked, chosen) in stages.items()
        for name in SHARES
    ]


def report(stage, asked, chosen, pd, groups):
    way, n = WAYS[stage], int(asked.sum())
    sample = Sample(
        rows=tuple(f"decision:{at}" for at in range(n)),
        selected=tuple(chosen[asked].tolist()),
        bad=(None,) * n,
        period="a month",
        approved_means=way.deed,
        pd=tuple(pd[asked].tolist()),
        band=tuple(np.where(pd[asked] < 0.2, "A", np.where(pd[asked] < 0.3, "B", "C")).tolist()),
    )
    known = {name: values[asked].tolist() for name, values in groups.items()}
    found = fairness.assess_people(
        people_of(sample, way),
        known,
        attributes=tuple(attribute(name) for name in groups),
        bounds=BOUNDS,
        deed=way.deed,
        is_favourable=way.is_favourable,
    )
    said = laid_out(
        found, sample, known, law=NO_LAW, within=way.within, is_favourable=way.is_favourable
    )
    return FairnessReport(stage=stage, report=said)


def count(people, **more):
    """Say of how many months something is told, and of how many a report says it is outside."""
    months = [month_of(seed, people=people, **more) for seed in range(MONTHS)]
    beside = zip(months, [months[-1], *months], strict=False)
    raised = sum(any(alarms(month, before=before)) for month, before in beside)
    outside = sum(
        any(each.report["verdict"] == "outside bounds" for each in month) for month in months
    )
    return raised, outside


@pytest.mark.long
@pytest.mark.parametrize("people", [250, 1000])
def test_quiet_months_raise_an_alarm_no_more_often_than_stated(people):
    raised, outside = count(people)

    assert raised <= MOST, f"{raised} of {MONTHS}; outside bounds {outside}"


@pytest.mark.long
def test_months_of_an_unfair_model_raise_one_nearly_always():
    raised, _ = count(1000, unfair=0.08)

    assert raised >= 0.9 * MONTHS


def test_a_quiet_month_has_some_ten_comparisons():
    compared = [
        group["p_value"]
        for each in month_of(1, people=1000)
        for attribute in each.report["attributes"]
        for group in attribute["groups"]
    ]

    assert sum(p_value is not None for p_value in compared) == 15
