"""From a snapshot to a bundle: what is refused, what comes out, and that it comes out again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from scoring.bundle import read_bundle, unpack
from scoring.contract import Contract, hash_of
from scoring.engine import Engine
from scoring.features import example
from scoring.training import parity, scorecard_fit
from scoring.training.calibrate import CalibrationRefused
from scoring.training.parity import ParityFailed
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import TrainingRefused, train

CHECKOUT = Path(__file__).parents[2]
CONTRACT = Contract.parse(
    contract_of(Recipe(numbers=4, categories=1, rounds=10, max_depth=2))
    .text.replace("repeats =", "bootstrap_models = 2\nrepeats =")
    .encode()
)


def no_progress(what, share):
    """Nobody looks."""


def train_on(loans, *, contract=None):
    return train(
        contract=contract or CONTRACT,
        frame=loans,
        snapshot_sha256="0" * 64,
        progress=no_progress,
    )


def made_up(*, rows=300):
    return loans_of(CONTRACT, rows=rows, seed=4)


def test_the_shipped_product_is_as_good_as_the_reference(german):
    """Plain XGBoost on the same folds: AUC 0.787, Brier 0.164 (reference.csv)."""
    metrics = german.manifest["metrics"]

    assert metrics["auc"]["mean"] == pytest.approx(0.787, abs=0.01)
    assert metrics["brier"]["mean"] == pytest.approx(0.164, abs=0.005)
    assert metrics["auc"]["n_folds"] == 25
    assert metrics["auc"]["sd"] == pytest.approx(0.03, abs=0.01)
    assert metrics["calibration_slope"]["mean"] == pytest.approx(1, abs=0.1)


def test_the_shipped_product_passes_every_gate(german):
    assert [gate for gate in german.gates if gate.blocking and not gate.passed] == []


def test_the_bundle_opens_and_scores_as_the_product_serves_it(german, consumer_loan):
    engine = Engine(read_bundle(german.bundle, expected_hash=german.bundle_hash))

    score = engine.score(example(consumer_loan))

    assert 0 < score.pd < 1
    assert score.base_points + sum(score.contributions) == pytest.approx(score.points, abs=1e-3)


def test_the_manifest_says_where_the_model_comes_from(german, german_loans, consumer_loan):
    said = json.loads(unpack(german.bundle)["manifest.json"])

    assert said == german.manifest
    assert said["snapshot_sha256"] == german_loans.file_sha256
    assert said["contract_hash"] == consumer_loan.hash
    assert said["seed"] == consumer_loan.training.seed
    assert said["trained"]["rows"] == 1_000
    assert said["trained"]["bads"] == 300
    assert said["calibration"]["a"] > 0
    assert set(said["libraries"]) >= {"xgboost", "onnx", "onnxruntime", "skl2onnx", "numpy"}
    assert said["parity"]["rows"] > 1_000


def test_the_reference_is_the_approved_population(german):
    reference = german.manifest["reference"]

    assert 300 < reference["rows"] < 500
    assert "PD of 0.16 or less" in reference["what"]


def test_too_few_approved_rows_make_everybody_the_reference():
    trained = train_on(made_up())

    reference = trained.manifest["reference"]
    assert reference["rows"] == 300
    assert "fewer than 100" in reference["what"]


def test_validation_has_every_row_once_by_a_model_that_had_not_seen_it(german, german_loans):
    validation = german.validation

    assert validation["row"].to_list() == german_loans.frame["row"].to_list()
    columns = {"row": pl.String, "pd": pl.Float64, "bad": pl.Int8, "fold": pl.Int64}
    assert validation.schema == columns
    assert validation["pd"].is_between(0, 1, closed="none").all()
    assert validation["pd"].mean() == pytest.approx(0.3, abs=0.01)


def test_no_protected_attribute_is_read(german_loans, consumer_loan):
    columns = set(german_loans.frame.columns)

    assert columns == {"row", "bad", *consumer_loan.feature_names}


def test_progress_is_told_in_order(german, told):
    shares = [share for _, share in told]

    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    assert sum(what.startswith("Validating: model") for what, _ in told) == 25


def test_the_card_states_figures_with_their_uncertainty(german):
    card = unpack(german.bundle)["card.md"].decode()

    auc = german.manifest["metrics"]["auc"]
    assert f"| {auc['mean']:.3f} | {auc['low']:.3f} to {auc['high']:.3f} | 1,000 |" in card
    assert "not used, protected: Sex and marital status; fairness cannot be assessed" in card
    assert "CC BY 4.0" in card
    assert "not used: `age`" in card


def test_a_model_without_a_scorecard_says_so(monkeypatch):
    monkeypatch.setattr(scorecard_fit, "fit_scorecard", lambda *_: None)

    trained = train_on(made_up())

    bundle = read_bundle(trained.bundle, expected_hash=trained.bundle_hash)
    (gate,) = [gate for gate in trained.gates if gate.name == "fallback scorecard"]
    assert bundle.scorecard is None
    assert "There is no fallback scorecard" in bundle.card
    assert not gate.passed


def test_too_few_bads_are_refused_with_the_number_needed():
    loans = made_up(rows=30)

    with pytest.raises(TrainingRefused, match="needs at least 20 of each"):
        train_on(loans)


@pytest.mark.parametrize("only", [0, 1])
def test_outcomes_of_one_class_are_refused(only):
    loans = made_up().with_columns(bad=pl.lit(only, dtype=pl.Int8))

    with pytest.raises(TrainingRefused, match=r"0 good loans|0 bad and"):
        train_on(loans)


def test_an_outcome_that_nothing_tells_is_refused():
    loans = made_up(rows=400)
    constant = [pl.lit(loans[name][0]).alias(name) for name in CONTRACT.feature_names]

    with pytest.raises(CalibrationRefused):
        train_on(loans.with_columns(constant))


def test_an_export_that_differs_from_its_model_makes_no_bundle(monkeypatch):
    monkeypatch.setitem(parity.LIMITS, "pd", -1.0)

    with pytest.raises(ParityFailed, match="pd is off by"):
        train_on(made_up())


AGAIN = """
import sys
from pathlib import Path
import polars as pl
from scoring.contract import Contract
from scoring.training.train import train

contract = Contract.parse(Path(sys.argv[1]).read_bytes())
found = train(contract=contract, frame=pl.read_parquet(sys.argv[2]), snapshot_sha256="0" * 64,
              progress=lambda what, share: None)
print(hash(contract.slug), found.bundle_hash, found.manifest["model_sha256"])
"""


def test_training_again_in_another_process_gives_the_same_bytes(tmp_path):
    """Another hash seed, another number of threads than here, another working folder."""
    made = contract_of(Recipe(numbers=4, categories=2, booleans=1, rounds=15))
    text = made.text.replace("repeats =", "bootstrap_models = 3\nrepeats =")
    contract, file = tmp_path / "contract.toml", tmp_path / "loans.parquet"
    contract.write_text(text)
    loans = loans_of(made, rows=500, seed=4)
    loans.write_parquet(file)
    threads = "1" if os.environ.get("OMP_NUM_THREADS", "2") != "1" else "2"

    here = train_on(loans, contract=Contract.load(contract))
    there = subprocess.run(
        [sys.executable, "-c", AGAIN, contract, file],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "OMP_NUM_THREADS": threads},
        capture_output=True,
        text=True,
        check=True,
    )

    seeded, *hashes = there.stdout.split()
    assert int(seeded) != hash(made.slug)  # hash seeds did differ
    assert hashes == [here.bundle_hash, here.manifest["model_sha256"]]


def test_training_again_in_this_process_gives_the_same_bytes():
    first, second = train_on(made_up()), train_on(made_up())

    assert first.bundle == second.bundle
    assert first.bundle_hash == hash_of(second.bundle)


def test_the_model_holds_no_word_of_where_it_was_made(german):
    model = unpack(german.bundle)["model.onnx"]

    assert str(CHECKOUT).encode() not in model
    assert str(Path.home()).encode() + b"/" not in model
