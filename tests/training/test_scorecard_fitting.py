"""The fallback: bins and points that plain Python scores as they were fitted."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from scoring.bundle import unpack
from scoring.contract import Direction, Kind
from scoring.scorecard import Scorecard
from scoring.training import scorecard_bins
from scoring.training.scorecard_bins import binned
from scoring.training.scorecard_fit import fit_scorecard, to_json
from scoring.training.synthetic import Recipe, contract_of, loans_of

NO_CUTS = ((), ())


@pytest.fixture(scope="module")
def contract():
    return contract_of(Recipe(numbers=3, categories=2, booleans=1))


@pytest.fixture(scope="module")
def loans(contract):
    return loans_of(contract, rows=2_000, seed=6)


@pytest.fixture(scope="module")
def weighed(contract, loans):
    return fit_scorecard(contract, loans, loans["bad"].to_numpy())


def scorer(contract, card):
    return Scorecard(card, contract=contract, bundle_hash="sha256:x")


def values_of(contract, row):
    return {name: row[name] for name in contract.feature_names}


def test_what_was_fitted_is_what_plain_python_scores(contract, loans, weighed):
    card = scorer(contract, to_json(contract, weighed, loans))

    scored = [card.score(values_of(contract, row)).pd for row in loans.iter_rows(named=True)]

    assert np.abs(np.array(scored) - weighed.pds(loans)).max() < 1e-5


def test_points_are_measured_from_the_mean_of_the_reference(contract, loans, weighed):
    reference = loans.head(300)
    card = scorer(contract, to_json(contract, weighed, reference))

    given = [
        card.score(values_of(contract, row)).contributions
        for row in reference.iter_rows(named=True)
    ]

    assert np.abs(np.mean(given, axis=0)).max() < 1e-3


def test_a_larger_value_never_gains_points_where_risk_rises(contract, loans):
    feature = contract.feature("number_0")
    bins = binned(feature, loans["number_0"], loans["bad"].to_numpy())

    evidence = bins.evidence[:-2]
    assert len(evidence) > 1
    assert (np.diff(evidence) < 0).all()


def test_cuts_of_the_same_loans_are_found_once(contract, loans, monkeypatch):
    feature, bad = contract.feature("number_0"), loans["bad"].to_numpy()
    monkeypatch.setattr(scorecard_bins, "_FOUND", {})
    first = binned(feature, loans["number_0"], bad)
    monkeypatch.setattr(scorecard_bins, "_found", lambda *_: pytest.fail("they were known"))

    again = binned(feature, loans["number_0"], bad)

    assert (again.edges, again.evidence.tolist()) == (first.edges, first.evidence.tolist())


@pytest.mark.parametrize("what", ["values", "outcomes", "direction", "kind"])
def test_cuts_of_anything_else_are_found_anew(contract, loans, monkeypatch, what):
    feature, column, bad = contract.feature("number_0"), loans["number_0"], loans["bad"].to_numpy()
    other = {
        "values": (feature, column * 2, bad),
        "outcomes": (feature, column, 1 - bad),
        "direction": (replace(feature, direction=Direction.NONE), column, bad),
        "kind": (replace(feature, kind=Kind.CATEGORY), column.cast(pl.String), bad),
    }
    monkeypatch.setattr(scorecard_bins, "_FOUND", {})
    monkeypatch.setattr(scorecard_bins, "MOST_FOUND", 1)
    calls = []
    monkeypatch.setattr(scorecard_bins, "_found", lambda *asked: calls.append(asked) or NO_CUTS)

    binned(feature, column, bad)
    binned(*other[what])

    assert len(calls) == 2
    assert len(scorecard_bins._FOUND) == 1  # no more are kept than may be


def test_weights_never_turn_the_evidence_around(weighed):
    assert (weighed.weights < 0).all()


def test_few_missing_values_say_nothing(contract, loans):
    feature = replace(contract.feature("number_1"), may_be_missing=True)
    gone = pl.Series([None if at < 5 else value for at, value in enumerate(loans["number_1"])])

    bins = binned(feature, gone, loans["bad"].to_numpy())

    assert bins.evidence[-2] == 0


def test_many_missing_values_are_a_bin_of_their_own(contract, loans):
    feature = replace(contract.feature("number_1"), may_be_missing=True)
    gone = loans.select(
        pl.when((pl.col("bad") == 0) | (pl.int_range(pl.len()) % 2 == 0)).then("number_1")
    ).to_series()

    bins = binned(feature, gone, loans["bad"].to_numpy())

    assert bins.evidence[-2] < -2  # only bads left it out


@pytest.mark.parametrize("value", ["same", 1.5])
def test_a_constant_feature_has_no_bins(contract, loans, value):
    name = "group_0" if value == "same" else "number_0"
    column = pl.Series([value] * len(loans))

    assert binned(contract.feature(name), column, loans["bad"].to_numpy()) is None


def test_features_that_tell_nothing_make_no_scorecard(contract, loans):
    constant = loans.with_columns(
        pl.lit(loans[name][4]).alias(name) for name in contract.feature_names
    )

    assert fit_scorecard(contract, constant, loans["bad"].to_numpy()) is None


def test_the_shipped_scorecard_reads_and_is_near_the_model(german, consumer_loan):
    import json  # noqa: PLC0415

    card = json.loads(unpack(german.bundle)["scorecard.json"])

    figures = german.manifest["scorecard"]
    assert len(card["features"]) == figures["features"] > 10
    assert figures["auc"]["mean"] == pytest.approx(0.78, abs=0.01)
    assert figures["auc_behind_model"] < 0.02
    scorer(consumer_loan, card)
