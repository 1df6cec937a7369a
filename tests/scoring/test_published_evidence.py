"""Evidence and information values, against figures that others published."""

import polars as pl
import pytest
import toy_release
from sklearn.datasets import load_breast_cancer

from scoring import drift

# optbinning's guide, "mean radius" of the Wisconsin breast cancer data: its cuts, evidence by bin
# and information value. Its events are the benign ones.
CUTS = [11.42500019, 12.32999992, 13.09499979, 13.70499992, 15.04500008, 16.92500019]
EVIDENCE = [-3.12517, -2.710972, -1.643814, -0.839827, -0.153979, 2.002754, 5.283323]
INFORMATION = 5.043925
# R's scorecard package, iv(): status of the existing checking account, four levels.
CHECKING_ACCOUNT = 0.6660115


def test_evidence_by_bin_and_information_value_are_optbinnings():
    data = load_breast_cancer()
    radius, is_event = data.data[:, 0], data.target == 1

    events = drift.counts(radius[is_event], inner_edges=CUTS)[:-1]
    others = drift.counts(radius[~is_event], inner_edges=CUTS)[:-1]

    assert drift.weight_of_evidence(others, events) == pytest.approx(EVIDENCE, abs=1e-6)
    assert drift.information_value(others, events) == pytest.approx(INFORMATION, abs=1e-6)


def test_the_information_value_of_the_checking_account_is_rs():
    loans = pl.read_csv(toy_release.CONTRACT_FILE.with_name("loans.csv"))
    counted = loans.group_by("status").agg(
        goods=(pl.col("bad") == 0).sum(), bads=(pl.col("bad") == 1).sum()
    )

    found = drift.information_value(counted["goods"].to_numpy(), counted["bads"].to_numpy())

    assert found == pytest.approx(CHECKING_ACCOUNT, abs=1e-6)
