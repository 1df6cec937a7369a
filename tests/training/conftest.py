from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from scoring.contract import Contract
from scoring.files.ingestion import ingest
from scoring.training.calibrate import Calibration
from scoring.training.encoding import encoding_of, graph_inputs, matrix_of
from scoring.training.export import Exported, Model, export
from scoring.training.fit import fit
from scoring.training.probes import Inputs
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train

CONSUMER_LOAN = Path(__file__).parents[2] / "contracts" / "consumer-loan"
SMALL = Recipe(numbers=5, categories=2, booleans=1, rounds=15, max_depth=3)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A small model on made-up loans, exported against the first `reference` of them."""

    contract: Contract
    loans: pl.DataFrame
    model: Model
    inputs: Inputs
    matrix: np.ndarray
    bad: np.ndarray
    reference: np.ndarray
    exported: Exported


@pytest.fixture(scope="session")
def make_setting():
    def make(recipe=SMALL, *, rows=600, reference=150, seed=3, model_of=None):
        contract = contract_of(recipe)
        loans = loans_of(contract, rows=rows, seed=seed)
        encoding = encoding_of(contract)
        inputs = graph_inputs(encoding, loans)
        matrix, bad = matrix_of(encoding, inputs), loans["bad"].to_numpy()
        fitter = model_of or (
            lambda: fit(matrix, bad, training=contract.training, encoding=encoding)
        )
        model = Model(
            encoding=encoding,
            booster=fitter(),
            calibration=Calibration(slope=0.9, intercept=0.1),
            scale=contract.scale,
        )
        chosen = np.arange(reference)
        return Setting(
            contract=contract,
            loans=loans,
            model=model,
            inputs=inputs,
            matrix=matrix,
            bad=bad,
            reference=chosen,
            exported=export(model, matrix[chosen]),
        )

    return make


@pytest.fixture(scope="session")
def small(make_setting):
    return make_setting()


@pytest.fixture(scope="session")
def consumer_loan():
    return Contract.load(CONSUMER_LOAN / "contract.toml")


@pytest.fixture(scope="session")
def german_loans(consumer_loan):
    return ingest(CONSUMER_LOAN / "loans.csv", contract=consumer_loan)


@pytest.fixture(scope="session")
def told():
    return []


@pytest.fixture(scope="session")
def german(consumer_loan, german_loans, told):
    """Train the shipped product as the product does."""
    return train(
        contract=consumer_loan,
        frame=german_loans.frame,
        snapshot_sha256=german_loans.file_sha256,
        progress=lambda what, share: told.append((what, share)),
    )
