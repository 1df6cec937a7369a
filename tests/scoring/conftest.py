import pytest
import shop_loans
import toy_release

from scoring.bundle import read_bundle
from scoring.contract import Contract
from scoring.engine import Engine
from scoring.features import example
from scoring.files.ingestion import ingest
from scoring.training.train import train


@pytest.fixture(scope="session")
def contract():
    return Contract.load(toy_release.CONTRACT_FILE)


@pytest.fixture(scope="session")
def contract_text(contract):
    return contract.text


@pytest.fixture(scope="session")
def toy_bundle():
    return toy_release.release()


@pytest.fixture(scope="session")
def engine(toy_bundle):
    return Engine(toy_bundle)


@pytest.fixture
def applicant(contract):
    """Make up valid features, to be changed by each test."""
    return example(contract)


@pytest.fixture(scope="session")
def trained(contract_text):
    """Train on the shipped data, with few folds: the model is the same, its figures are not.

    Tests that use it carry `@pytest.mark.xdist_group("real_release")`: one worker trains it, once.
    """
    quick = contract_text.replace("folds = 5\nrepeats = 5", "folds = 2\nrepeats = 1")
    contract = Contract.parse(quick.encode())
    loans = ingest(toy_release.LOANS_FILE, contract=contract)
    return train(
        contract=contract,
        frame=loans.frame,
        snapshot_sha256=loans.file_sha256,
        progress=lambda _what, _share: None,
    )


@pytest.fixture(scope="session")
def release(trained):
    return read_bundle(trained.bundle, expected_hash=trained.bundle_hash)


@pytest.fixture(scope="session")
def release_file(trained, tmp_path_factory):
    file = tmp_path_factory.mktemp("release") / "release.zip"
    file.write_bytes(trained.bundle)
    return file


@pytest.fixture(scope="session")
def shop_loan():
    return Contract.parse(shop_loans.CONTRACT.encode())
