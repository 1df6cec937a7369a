"""Learning from guesses and opinions too: by weight, and measured on real outcomes alone."""

import numpy as np
import polars as pl
import pytest

from scoring.bundle import unpack
from scoring.contract import Contract
from scoring.training.calibrate import sigmoid
from scoring.training.labelling import Weighed
from scoring.training.labels import parted, shares_of_bad
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train

RECIPE = Recipe(numbers=4, categories=1, rounds=10, max_depth=2)
KNOWN, REJECTS, OFFICERS = 400, 80, 20


def contract_with(learning=""):
    text = contract_of(RECIPE).text.replace("repeats =", "bootstrap_models = 2\nrepeats =")
    return Contract.parse(f"{text}\n[learning]\n{learning}\n".encode())


def snapshot(contract, *, rejects=REJECTS, officers=OFFICERS):
    """Make up loans, and beside them people without an outcome."""
    loans = loans_of(contract, rows=KNOWN + REJECTS + OFFICERS, seed=4)
    known = labelled(loans.head(KNOWN), "ingested", 1.0)
    declined = labelled(loans.slice(KNOWN, rejects), "inferred_for_a_reject", 1.0)
    judged = labelled(loans.slice(KNOWN + REJECTS, officers), "officers_decision", 0.3)
    unknown = declined.with_columns(bad=pl.lit(None, pl.Int8))
    return pl.concat([known, unknown, judged])


def labelled(rows, label, weight):
    return rows.with_columns(
        pl.col("bad").cast(pl.Int8), label=pl.lit(label), weight=pl.lit(weight)
    )


def trained(contract, frame):
    return train(
        contract=contract,
        frame=frame,
        snapshot_sha256="0" * 64,
        progress=lambda *_: None,
    )


@pytest.fixture(scope="module")
def contract():
    return contract_with('labels = "fuzzy_augmentation"\nofficer_weight = 0.3')


@pytest.fixture(scope="module")
def augmented(contract):
    return trained(contract, snapshot(contract))


def test_every_figure_is_of_real_outcomes_alone(augmented):
    assert augmented.validation.height == KNOWN
    assert augmented.manifest["trained"]["rows"] == KNOWN
    assert augmented.manifest["metrics"]["ece"]["n"] == KNOWN
    assert set(augmented.validation["bad"]) == {0, 1}


def test_the_chosen_policy_is_compared_with_the_default_on_the_same_loans(augmented):
    said = augmented.manifest["label_policy"]

    assert said["chosen"] == "fuzzy_augmentation+officers_decisions"
    assert (said["rejects"], said["officers_decisions"]) == (REJECTS, OFFICERS)
    assert 0 < said["rejects_guessed_bad"] < 1
    for policy in ("default", "chosen_figures"):
        assert set(said[policy]) == {"auc", "gini", "ks", "brier", "n"}
        assert (
            said[policy]["auc"]["low"] < said[policy]["auc"]["mean"] < said[policy]["auc"]["high"]
        )
        assert said[policy]["n"] == KNOWN
    assert said["chosen_figures"]["auc"] == augmented.manifest["metrics"]["auc"]
    assert "nobody can verify them" in said["sentence"]


@pytest.fixture(scope="module")
def alone():
    """Train on real outcomes alone."""
    plain = contract_with()
    return trained(plain, snapshot(plain, rejects=0, officers=0))


def test_the_default_beside_it_is_what_the_default_alone_would_be(augmented, alone):
    assert augmented.manifest["label_policy"]["default"]["auc"] == alone.manifest["metrics"]["auc"]
    assert "label_policy" not in alone.manifest


def test_the_model_differs_from_one_of_real_outcomes(augmented, alone):
    assert augmented.manifest["model_sha256"] != alone.manifest["model_sha256"]


def test_the_same_snapshot_contract_and_seed_give_the_same_bundle(contract, augmented):
    again = trained(contract, snapshot(contract))

    assert again.bundle_hash == augmented.bundle_hash


def test_labels_that_are_all_real_change_no_byte(alone):
    plain = contract_with()
    frame = snapshot(plain, rejects=0, officers=0)

    without = trained(plain, frame.drop("label", "weight"))

    assert without.bundle_hash == alone.bundle_hash


def test_the_card_says_what_was_guessed(augmented):
    card = unpack(augmented.bundle)["card.md"].decode()

    assert "80 declined applicants and 20 officers' decisions" in card
    assert "nobody can verify them" in card


def test_a_reject_enters_as_bad_by_its_share_and_as_good_by_the_rest(contract):
    sample = parted(snapshot(contract))
    shares = np.linspace(0.1, 0.9, REJECTS)

    rows, weights = sample.laid_out, sample.weights(shares)

    assert rows["bad"].to_list()[-2 * REJECTS :] == [1] * REJECTS + [0] * REJECTS
    as_bad, as_good = weights[-2 * REJECTS : -REJECTS], weights[-REJECTS:]
    assert as_bad == pytest.approx(shares)
    assert as_bad + as_good == pytest.approx(np.ones(REJECTS))
    assert set(weights[:KNOWN]) == {1.0}
    assert weights[KNOWN : KNOWN + OFFICERS] == pytest.approx([0.3] * OFFICERS)


def test_a_fold_is_validated_by_guesses_that_have_not_seen_it(contract, monkeypatch):
    """What is guessed while a fold is left out does not depend on the fold's labels."""
    from scoring.training import labelling  # noqa: PLC0415

    sample, seen = parted(snapshot(contract)), []
    guess = labelling.shares_of_bad
    monkeypatch.setattr(
        labelling,
        "shares_of_bad",
        lambda contract, pds, known, bad: seen.append(len(bad)) or guess(contract, pds, known, bad),
    )

    trained(contract, pl.concat([sample.known, sample.rejects]))

    assert seen == [KNOWN // 2, KNOWN // 2, KNOWN]  # two folds, then all


@pytest.mark.parametrize(
    ("prudence", "expected"), [("1.0", 0.2), ("2.0", 1 / 3)], ids=["as booked", "twice the odds"]
)
def test_prudence_makes_rejects_worse_by_their_odds(prudence, expected):
    contract = contract_with(f'labels = "fuzzy_augmentation"\nprudence = {prudence}')

    shares = shares_of_bad(contract, np.array([0.2]), np.array([0.1]), np.array([0], np.int8))

    assert shares == pytest.approx([expected])


def test_parcelling_goes_by_what_the_band_really_did():
    contract = contract_with('labels = "parcelling"')
    known = np.array([0.1] * 1_000 + [0.5] * 1_000)
    bad = np.array([1] * 300 + [0] * 700 + [1] * 500 + [0] * 500, dtype=np.int8)

    shares = shares_of_bad(contract, np.array([0.05, 0.15, 0.9]), known, bad)

    low = (300 + 20 * 0.1) / 1_020
    assert shares == pytest.approx([low, low, 0.5], abs=1e-6)


def test_a_band_without_loans_is_guessed_by_its_middle():
    contract = contract_with('labels = "parcelling"')

    shares = shares_of_bad(
        contract, np.array([0.9]), np.array([0.1] * 50), np.zeros(50, dtype=np.int8)
    )

    assert shares == pytest.approx([0.6])


class Noting:
    """A learner that notes what it is asked."""

    rows, engine = 6, {"name": "noting"}

    def fit(self, rows, *, weights=None, stop_on=None, **_):
        self.fitted = (rows.tolist(), weights.tolist(), stop_on)

    def margins(self, _booster, rows=None):
        return rows


def test_a_resample_weighs_real_rows_and_leaves_the_others_as_they_are():
    inner = Noting()
    weighed = Weighed(inner, rows=3, weights=np.array([1, 1, 1, 0.5, 0, 0.25], np.float32))

    weighed.fit(None, training=None, weights=np.array([2, 0, 1], np.float32))

    assert inner.fitted == ([0, 1, 2, 3, 5], [2, 0, 1, 0.5, 0, 0.25], None)
    assert weighed.margins(None).tolist() == [0, 1, 2]


def test_shares_stay_between_nothing_and_all():
    contract = contract_with('labels = "fuzzy_augmentation"\nprudence = 5.0')

    shares = shares_of_bad(
        contract, sigmoid(np.array([-40.0, 40.0])), np.array([0.1]), np.array([0], np.int8)
    )

    assert ((shares >= 0) & (shares <= 1)).all()
