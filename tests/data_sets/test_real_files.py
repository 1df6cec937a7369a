"""Real files by their contracts: what is in them, and how good a model of them is.

Two files come with the project. The others are skipped where they are absent. Of the largest, every
twentieth row is read here; `./run bench quality` reads and learns from all of it.
"""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from scoring.contract import Contract
from scoring.features import validate
from scoring.files.ingestion import ingest
from scoring.training.bench_quality import SETS, measure
from scoring.training.train import train

CONTRACTS = Path(__file__).parents[2] / "contracts"
REAL = Path(__file__).parents[3] / "shared" / "data"
SHIPPED = CONTRACTS / "small-business-loan"
FATES = {  # used, rejected, out of scope, indeterminate
    "mortgage": (1_989, 0, 0, 0),
    "personal-loan": (9_857, 0, 0, 0),
    "credit-card": (30_000, 0, 0, 0),
    "small-business-loan": (43_020, 0, 1_844, 95),
}
THINNED = {"small-business-loan": 20}  # one row in so many
BY_SLUG = {one.slug: one for one in SETS}


def contract_of(slug):
    return Contract.load(CONTRACTS / slug / "contract.toml")


def needs(name):
    return pytest.mark.skipif(not (REAL / name).exists(), reason=f"{name} is not here")


with_file = [pytest.param(slug, marks=needs(BY_SLUG[slug].file)) for slug in FATES]
with_small_file = [each for each in with_file if each.values[0] not in THINNED]


@pytest.fixture(scope="module")
def sample():
    return ingest(SHIPPED / "loans.parquet", contract=contract_of("small-business-loan"))


@pytest.mark.parametrize("slug", sorted(path.name for path in CONTRACTS.iterdir()))
def test_every_product_has_a_contract_and_says_where_its_data_is_from(slug):
    readme = (CONTRACTS / slug / "README.md").read_text()

    assert contract_of(slug).slug == slug
    assert "Source" in readme or "the data is" in readme


@pytest.mark.long
@pytest.mark.parametrize("slug", with_file)
def test_every_row_of_a_real_file_has_the_fate_that_is_known(slug, tmp_path):
    file = REAL / BY_SLUG[slug].file
    if slug in THINNED:
        whole, file = pl.read_parquet(file), tmp_path / file.name
        whole.gather_every(THINNED[slug]).write_parquet(file)

    found = ingest(file, contract=contract_of(slug))

    fates = (found.frame.height, found.rejected, found.out_of_scope, found.indeterminate)
    assert fates == FATES[slug]


@pytest.mark.long
@pytest.mark.parametrize("slug", with_small_file)
def test_models_of_real_files_are_as_good_as_plain_ones(slug):
    """One repeat of five folds (`./run bench quality` has all five); the same targets."""
    found = measure(BY_SLUG[slug], contracts=CONTRACTS, folder=REAL, repeats=1, scorecard=False)

    assert not found.misses, found


def test_the_shipped_sample_is_the_one_whose_source_is_cited(sample):
    content = (SHIPPED / "loans.parquet").read_bytes()

    assert hashlib.sha256(content).hexdigest() == sample.file_sha256
    assert sample.file_sha256 in (SHIPPED / "README.md").read_text()


def test_the_shipped_sample_is_small_enough_to_ship():
    assert (SHIPPED / "loans.parquet").stat().st_size <= 3_000_000


def test_the_shipped_sample_tells_all_its_rows_apart(sample):
    assert (sample.frame.height, sample.rejected) == (19_177, 0)
    assert (sample.out_of_scope, sample.indeterminate) == (788, 35)
    assert sample.frame["guaranteed_share"].is_between(0, 1.5).all()


def test_the_example_is_an_application_of_the_product():
    example = json.loads((SHIPPED / "example.json").read_text())

    values = validate(contract_of("small-business-loan"), example["features"])

    assert values["industry"] == "hospitality"


@pytest.mark.long
def test_a_later_year_is_worse_and_the_model_says_so(sample):
    contract = contract_of("small-business-loan")
    quick = replace(contract.training, rounds=60, folds=2, bootstrap_models=0)
    trained = train(
        contract=replace(contract, training=quick),
        frame=sample.frame,
        snapshot_sha256=sample.file_sha256,
        progress=lambda *_: None,
    )

    later = trained.manifest["out_of_time"]
    assert later["auc"]["mean"] < trained.manifest["metrics"]["auc"]["mean"] - 0.05


def test_a_lenders_decision_is_never_called_default():
    contract = contract_of("mortgage")
    text = (CONTRACTS / "mortgage" / "contract.toml").read_text()
    said = [line for line in text.splitlines() if not line.startswith("#")]

    assert contract.outcome.meaning == "decline"
    assert contract.outcome.word == "probability of being declined"
    assert [line for line in said if "default" in line] == ["loss_given_default = 0.6"]
