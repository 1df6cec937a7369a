"""Another label policy on the newest loans: guessed without them, beside the default, both real."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from scoring.bundle import unpack
from scoring.contract import Contract
from scoring.training import out_of_time
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.labels import parted
from scoring.training.later_labels import learner_before
from scoring.training.learners import LocalLearner
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train

RECIPE = Recipe(numbers=4, categories=1, rounds=10, max_depth=2)
KNOWN, REJECTS, OFFICERS = 600, 90, 30
FIRST = date(2020, 1, 1)


@pytest.fixture(scope="module")
def contract():
    more = '[learning]\nlabels = "fuzzy_augmentation"\nofficer_weight = 0.3\n'
    return Contract.parse(f"{contract_of(RECIPE).text}\n{more}".encode())


@pytest.fixture(scope="module")
def frame(contract):
    """Loans of 600 days, and people without an outcome of the same days."""
    loans = loans_of(contract, rows=KNOWN + REJECTS + OFFICERS, seed=4)
    parts = [
        labelled(loans.head(KNOWN), "ingested", 1.0),
        labelled(loans.slice(KNOWN, REJECTS), "inferred_for_a_reject", 1.0).with_columns(
            bad=pl.lit(None, pl.Int8)
        ),
        labelled(loans.slice(KNOWN + REJECTS), "officers_decision", 0.3),
    ]
    return pl.concat(parts)


def labelled(rows, label, weight):
    days = [FIRST + timedelta(days=at * KNOWN // rows.height) for at in range(rows.height)]
    return rows.with_columns(
        pl.col("bad").cast(pl.Int8),
        pl.Series("applied_on", days),
        label=pl.lit(label),
        weight=pl.lit(weight),
    )


def trained(contract, frame):
    return train(contract=contract, frame=frame, snapshot_sha256="0" * 64, progress=lambda *_: None)


@pytest.fixture(scope="module")
def augmented(contract, frame):
    return trained(contract, frame)


@pytest.fixture(scope="module")
def before(contract, frame):
    """Make the learner that the newest loans are asked of, from some outcomes."""
    sample = parted(frame)
    encoding = encoding_of(contract)
    laid_out = sample.laid_out
    learner = LocalLearner(
        matrix_from(encoding, laid_out), laid_out["bad"].cast(pl.Int8).to_numpy(), encoding
    )
    split = out_of_time.split_of(sample.known["applied_on"], share=0.2)

    def make(bad):
        return learner_before(
            contract, sample, learner, bad, training=contract.training, split=split
        )

    return make, sample, split


def test_both_policies_are_told_of_the_same_newest_loans_and_their_real_outcomes(augmented):
    said = augmented.manifest["out_of_time"]

    assert said["labels"] == "fuzzy_augmentation+officers_decisions"
    for name in ("n", "bads", "from", "to", "trained_on", "bad_rate"):
        assert said[name] == said["default"][name]
    assert said["n"] + said["trained_on"] == KNOWN
    assert said["auc"] != said["default"]["auc"]


def test_the_default_beside_it_is_what_the_default_alone_would_be(augmented, frame):
    plain = contract_of(RECIPE)
    alone = trained(plain, parted(frame).known)

    assert augmented.manifest["out_of_time"]["default"] == alone.manifest["out_of_time"]
    assert "labels" not in alone.manifest["out_of_time"]


def test_the_gate_judges_the_policy_that_the_model_learned_by(augmented):
    own = augmented.manifest["out_of_time"]["auc"]["mean"]
    gate = next(each for each in augmented.gates if each.name == "out of time")

    assert f"AUC {own:.3f}" in gate.detail


def test_the_card_names_both(augmented):
    card = unpack(augmented.bundle)["card.md"].decode()

    assert "what was guessed was guessed without the newest loans" in card


def test_no_guess_knows_what_became_of_the_newest_loans(before):
    make, sample, split = before
    bad = sample.known["bad"].to_numpy()
    other = bad.copy()
    other[split.newest] = 1 - other[split.newest]

    assert make(bad).weights.tolist() == make(other).weights.tolist()


def test_guesses_do_know_what_became_of_the_older_ones(before):
    make, sample, split = before
    bad = sample.known["bad"].to_numpy()
    other = bad.copy()
    other[split.older[::3]] = 1

    assert make(bad).weights.tolist() != make(other).weights.tolist()


def test_who_was_declined_or_judged_later_is_not_learned_from(before):
    make, sample, split = before

    weights = make(sample.known["bad"].to_numpy()).weights[KNOWN:]

    late = [
        (part["applied_on"] >= split.first_tested).to_numpy()
        for part in (sample.officers, sample.rejects, sample.rejects)
    ]
    assert ((weights == 0) == np.concatenate(late)).all()
    assert (weights > 0).sum() > 100
