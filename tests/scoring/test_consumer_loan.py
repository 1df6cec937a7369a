"""The product that ships, against the data that it ships with."""

import hashlib

import pytest
import toy_release

from scoring.drift import information_value
from scoring.files.ingestion import ingest


@pytest.fixture(scope="module")
def loans(contract):
    return ingest(toy_release.LOANS_FILE, contract=contract)


def test_every_loan_is_right_by_the_contract(loans):
    assert loans.frame.height == 1000
    assert loans.frame["bad"].sum() == 300
    assert loans.rejects == ()


def test_the_data_file_is_the_one_whose_source_is_cited(loans):
    content = toy_release.LOANS_FILE.read_bytes()
    readme = toy_release.LOANS_FILE.with_name("README.md").read_text()

    assert hashlib.sha256(content).hexdigest() == loans.file_sha256
    assert loans.file_sha256 in readme
    assert "10.24432/C5NC77" in readme


def test_every_category_of_the_contract_occurs(contract, loans):
    for feature in contract.features:
        if feature.categories:
            named = {str(value).lower() for value in loans.frame[feature.name].unique()}
            assert named == set(feature.values), feature.name


def test_no_protected_attribute_is_a_feature(contract, loans):
    columns = {item.column for item in contract.banned}

    assert columns == {"age", "personal_status_sex", "foreign_worker"}
    assert columns.isdisjoint(feature.source for feature in contract.features)
    assert columns.isdisjoint(loans.frame.columns)


def test_only_age_can_be_assessed(contract, loans):
    assert [item.name for item in contract.assessable] == ["age_group"]
    assert loans.protected["attribute"].unique().to_list() == ["age_group"]
    assert dict(loans.protected["group"].value_counts().iter_rows()) == {
        "under_25": 149,
        "25_to_61": 813,
        "62_and_over": 38,
    }


def test_nothing_is_approved_at_an_expected_loss(contract):
    assert contract.policy.approve_pd_at_most <= contract.economics.break_even_pd
    assert contract.economics.loss_given_default / contract.economics.margin == 5


def test_declining_is_never_automatic(contract):
    assert contract.policy.automatic.decline_pd_at_least is None


def test_the_information_value_of_the_checking_account_is_the_published_one(loans):
    counts = loans.frame.pivot(
        "bad", index="checking_status", values="row", aggregate_function="len"
    )

    assert information_value(counts["0"], counts["1"]) == pytest.approx(0.6660115, abs=1e-7)
