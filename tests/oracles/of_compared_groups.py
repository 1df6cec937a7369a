"""Groups beside one another, as SolasAI, fairlearn and AIF360 publish them from their counts."""

import numpy as np

from scoring import fairness
from scoring.groups.compare import compare
from scoring.proportions import Share, fisher

# SolasAI, solas-ai-disparity, 02_solas-ai-disparity-calculations.ipynb (commit 6599bcd).
WHITE, NON_HISPANIC, MALE = (
    Share(count=1854, n=3623),
    Share(count=2072, n=3808),
    Share(count=808, n=1622),
)
SOLASAI = {  # group: its share, the reference's, and how the table rounds the other test
    "Black": (Share(count=141, n=340), WHITE, "0.0006"),
    "Asian": (Share(count=243, n=327), WHITE, "0.0000"),
    "Native American": (Share(count=9, n=20), WHITE, "0.5818"),
    "Hispanic": (Share(count=167, n=508), NON_HISPANIC, "0.0000"),
    "Female": (Share(count=414, n=1034), MALE, "0.0000"),
}
# The example data of fairlearn's guide (commit ebf8fa7).
Y_TRUE = (0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1)
Y_PRED = (0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0)
GROUPS = "bbabbcccaacabccbcc"
# AIF360, tests/test_classification_metric.py: labels, and two predictions of them.
LABELS = np.array([1, 0, 0, 1, 0, 0, 1, 0, 1, 1])
FOUR_CHANGED = np.array([1, 0, 0, 0, 1, 1, 1, 0, 1, 0])
SIX_CHANGED = np.array([0, 1, 1, 0, 0, 0, 0, 1, 1, 1])


def _guide(name):
    found = fairness.report(
        selected=[bool(approved) for approved in Y_PRED],
        bad=[not good for good in Y_TRUE],
        groups=list(GROUPS),
        reference="a",
        minimum_group=1,
        minimum_air=0.8,
    )
    return [getattr(group, name).value for group in found.groups]


def _parity():
    chosen = _guide("approval")
    return [max(chosen) - min(chosen), min(chosen) / max(chosen)]


def _odds(of):
    return [of(rates) for rates in (_guide("true_positive"), _guide("false_positive"))]


def _benefits(predicted):
    """No page tells an entropy of benefits: recomputed by its definition (Speicher et al. 2018)."""
    benefits = predicted - LABELS + 1
    return benefits / benefits.mean()


def _entropy(predicted):
    return [float(np.mean(_benefits(predicted) ** 2 - 1) / 2)]


def _theil(predicted):
    each = _benefits(predicted)
    return [float(np.mean(each * np.log(np.where(each > 0, each, 1))))]


def _solasai():
    for group, (share, reference, other) in SOLASAI.items():
        found = compare(share, reference)
        yield f"AIR {group}", [found.air]
        yield f"odds ratio {group}", [found.odds_ratio]
        yield (
            f"p-value {group} Fisher exact (chi2 w/o correction {other})",
            [fisher(share, reference)],
        )


def _shortfall():
    return [compare(SOLASAI["Hispanic"][0], NON_HISPANIC).shortfall]


def _of_solasai(name):
    return lambda: dict(_solasai())[name]


FOUND_BY = {
    **{name: _of_solasai(name) for name, _ in _solasai()},
    "shortfall Hispanic (to reference mean)": _shortfall,
    "fairlearn by_group sel": lambda: _guide("approval"),
    "fairlearn by_group tpr": lambda: _guide("true_positive"),
    "fairlearn by_group fpr": lambda: _guide("false_positive"),
    "demographic_parity_difference, ratio": _parity,
    "equalized_odds_difference": lambda: [max(_odds(lambda each: max(each) - min(each)))],
    "equalized_odds_ratio": lambda: [min(_odds(lambda each: min(each) / max(each)))],
    "AIF360 test generalized_entropy_index": lambda: _entropy(FOUR_CHANGED),
    "AIF360 test theil_index = 4 ln2/10": lambda: _theil(FOUR_CHANGED),
    "AIF360 test GEI second": lambda: _entropy(SIX_CHANGED),
}
