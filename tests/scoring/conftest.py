import pytest
import toy_release

from scoring.contract import Contract
from scoring.engine import Engine
from scoring.features import example


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
