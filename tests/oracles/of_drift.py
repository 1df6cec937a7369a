"""Stability, evidence and bins, as optbinning's documentation prints them (commit 36a276f)."""

import numpy as np
import polars as pl
import toy_release
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2
from sklearn.datasets import load_breast_cancer

from scoring import drift
from scoring.contract import Feature, Kind
from scoring.proportions import Share, significance
from scoring.training.scorecard_bins import binned

# Rows by bin of the score, then and now: HELOC, and California's houses.
HELOC = (
    [565, 803, 807, 729, 1015, 565, 417, 752, 823, 845],
    [236, 334, 331, 310, 416, 269, 185, 298, 407, 352],
)
CALIFORNIA = (
    [725, 1157, 1171, 2022, 2093, 1162, 1911, 1531, 1377, 1299],
    [318, 458, 527, 861, 907, 516, 830, 665, 586, 524],
)
# Bads now and then in HELOC's first bins, from their printed rates.
EVENTS = {0: ((216, 236), (518, 565)), 1: ((274, 334), (684, 803))}
# HELOC's external risk estimate below 59.5: goods and bads, of all goods and bads.
GOODS, BADS = [166, 5000 - 166], [915, 5459 - 915]
RADIUS = Feature(
    name="mean_radius",
    label="Mean radius",
    kind=Kind.DECIMAL,
    code="RAD01",
    source="mean radius",
    adverse_text="",
    favourable_text="",
)


def _event_rates(place):
    now, then = (Share(count=count, n=n) for count, n in EVENTS[place])
    p_value = significance(now, then).p_value
    return [chi2.isf(p_value, 1), p_value]


def _radius():
    data = load_breast_cancer()
    return data.data[:, 0], (data.target == 1).astype(np.int8)


def _bins():
    """Cut as the scorecard's features are, and count the goods and bads of each bin."""
    radius, is_event = _radius()
    edges = _splits()
    events = drift.counts(radius[is_event == 1], inner_edges=edges)[:-1]
    return drift.counts(radius[is_event == 0], inner_edges=edges)[:-1], events


def _splits():
    radius, is_event = _radius()
    return list(binned(RADIUS, pl.Series(radius), is_event).edges)


def _jensen_shannon():
    """No page tells it: recomputed by its definition, from bins that the product cuts."""
    return [jensenshannon(*_bins()) ** 2]


def _checking_account():
    loans = pl.read_csv(toy_release.CONTRACT_FILE.with_name("loans.csv"))
    counted = loans.group_by("status").agg(
        goods=(pl.col("bad") == 0).sum(), bads=(pl.col("bad") == 1).sum()
    )
    return [drift.information_value(counted["goods"].to_numpy(), counted["bads"].to_numpy())]


FOUND_BY = {
    "PSI total from counts": lambda: [drift.psi(*HELOC)],
    "PSI by bin": lambda: list(drift.psi_by_bin(*HELOC)),
    "PSI total from counts (California)": lambda: [drift.psi(*CALIFORNIA)],
    "event-rate chi2 bin 0": lambda: _event_rates(0),
    "event-rate chi2 bin 1": lambda: _event_rates(1),
    "WoE ln(%nonevent/%event)": lambda: list(drift.weight_of_evidence(*_bins())),
    "IV total": lambda: [drift.information_value(*_bins())],
    "JS total": _jensen_shannon,
    "OptimalBinning splits mean radius": _splits,
    "HELOC ERE bin0 WoE": lambda: [drift.weight_of_evidence(GOODS, BADS)[0]],
    "HELOC ERE bin0 IV": lambda: [drift.psi_by_bin(BADS, GOODS)[0]],
    "IV status.of.existing.checking.account, 4 levels": _checking_account,
}
