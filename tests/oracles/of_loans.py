"""The German loans, which ship: by age, before and after they are weighed."""

import csv

import numpy as np
import toy_release

from scoring import fairness
from scoring.candidates.recipes import Way, Weighing
from scoring.training.fair_weights import weighed


def _loans():
    with toy_release.CONTRACT_FILE.with_name("loans.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _reported(loans):
    return fairness.report(
        selected=[loan["bad"] == "0" for loan in loans],
        bad=None,
        groups=_ages(loans),
        reference="older",
        minimum_group=30,
        minimum_air=0.8,
    )


def _ages(loans):
    return ["young" if int(loan["age"]) < 25 else "older" for loan in loans]


def _split():
    """Draw the 700 rows of AIF360's tutorial_credit_scoring.ipynb."""
    loans = _loans()
    return [loans[at] for at in np.random.RandomState(0).permutation(len(loans))[:700]]


def _mean_difference():
    """Marginal effects are told in percentage points, older beside young."""
    return [_reported(_split()).groups[1].comparison.marginal_effect / 100]


def _difference_of_the_weighed():
    loans = _split()
    bad = np.array([loan["bad"] == "1" for loan in loans], dtype=np.int8)
    ages = np.array(_ages(loans))
    way = Weighing(way=Way.REWEIGHING, attribute="age", strength=1.0)
    _, weights = weighed(way, bad, ages.tolist())
    rates = [
        np.average(bad[ages == age] == 0, weights=weights[ages == age])
        for age in ("young", "older")
    ]
    return [rates[0] - rates[1]]


def _all_of_them():
    older, young = _reported(_loans()).groups
    effect = young.comparison.marginal_effect / 100
    return [young.approval.value, older.approval.value, effect, young.comparison.air]


FOUND_BY = {
    "AIF360 german train mean_difference age>=25 (seed 0 permutation, 700)": _mean_difference,
    "AIF360 Reweighing -> weighted mean difference": _difference_of_the_weighed,
    "german full data (computed here): good rate <25, >=25, difference, DI": _all_of_them,
}
