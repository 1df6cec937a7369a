"""What a draft keeps out of a file nobody here has seen, and a person's word against it."""

import numpy as np
import polars as pl
import pytest
from made_up_loans import N, loans, parts

from scoring.contract import Contract
from scoring.drafting import DraftRefused
from scoring.drafting.names import is_proxy, protected_by
from scoring.files.ingestion import ingest

RNG = np.random.default_rng(5)


def why(found, name):
    return next(one.why for one in found.judged if one.column.name == name)


def test_a_number_of_the_row_is_no_feature(drafted):
    _, found = drafted(loans(rownames=range(1, N + 1)))

    assert why(found, "rownames") == "counts the rows"
    assert parts(found)["LoanId"] == "id"


def test_rows_that_are_neither_good_nor_bad_say_nothing_of_the_others(drafted):
    is_open = np.arange(N) % 3 == 0
    bad = np.where(is_open, "open", loans()["bad"].cast(pl.String))

    _, found = drafted(
        loans(bad=bad, rownames=range(N), state=np.where(is_open, "running", "over")),
        bad=("1",),
        good=("0",),
    )

    assert (why(found, "rownames"), why(found, "state")) == (
        "counts the rows",
        "holds one value only",
    )


def test_a_number_of_the_row_that_is_named_an_id_is_one(drafted):
    _, found = drafted(loans(LoanId=range(1, N + 1)))

    assert parts(found)["LoanId"] == "id"


def test_a_number_of_a_person_is_no_feature(drafted):
    insured = 100_000_000 + RNG.permutation(N) * 271_829

    _, found = drafted(loans(steuer=insured))

    assert parts(found)["steuer"] == "left out"


def test_free_text_that_few_rows_have_is_not_the_id(drafted):
    notes = [f"note {at}" if at % 4 == 0 else "" for at in range(N)]

    _, found = drafted(loans().select(pl.Series("notes", notes), pl.all().exclude("notes")))

    assert (parts(found)["notes"], parts(found)["LoanId"]) == ("left out", "id")


def test_a_column_that_stands_twice_is_one_feature(drafted):
    _, found = drafted(loans(funded=loans()["amount"]))

    assert why(found, "funded") == "holds what amount holds, row by row"


def test_leaks_do_not_hide_behind_one_another(drafted):
    bad = loans()["bad"].to_numpy()
    told = {name: (bad * 2 + RNG.normal(size=N)).round(3) for name in ("spent", "share")}

    _, found = drafted(loans(**told))

    assert (parts(found)["spent"], parts(found)["share"]) == ("banned", "banned")


def test_a_suspicion_gives_way_to_the_word_of_a_person(drafted):
    told = (loans()["bad"].to_numpy() * 2 + RNG.normal(size=N)).round(3)

    file, found = drafted(loans(balance=told), keep=("balance", "age"))

    contract = Contract.parse(found.text.encode())
    assert contract.feature("balance").source == "balance"
    assert "kept as asked, although it predicts the outcome too well" in found.text
    assert parts(found)["age"] == "protected"
    assert ingest(file, contract=contract).rejected == 0


def test_a_column_to_keep_must_be_there(drafted):
    with pytest.raises(DraftRefused, match="no column 'balence'; did you mean 'balance'"):
        drafted(loans(balance=loans()["amount"] + 1), keep=("balence",))


@pytest.mark.parametrize(
    ("values", "attribute"),
    [
        (["M", "F"], "sex"),
        (["männlich", "weiblich", "divers"], "sex"),
        (["ledig", "verheiratet", "geschieden"], "marital_status"),
        (["White", "Black or African American", "Asian"], "race"),
    ],
)
def test_values_tell_a_protected_attribute_whatever_its_name(drafted, values, attribute):
    _, found = drafted(loans(x7=RNG.choice(values, N)))

    judged = next(one for one in found.judged if one.column.name == "x7")
    assert (judged.part, judged.attribute) == ("protected", attribute)
    assert "its values are those of" in judged.why


def test_values_of_something_else_are_not_protected(drafted):
    _, found = drafted(
        loans(kind=RNG.choice(["single", "joint"], N), size=RNG.choice(["S", "M"], N))
    )

    assert (parts(found)["kind"], parts(found)["size"]) == ("feature", "feature")


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("Staatsangehörigkeit", "nationality"),
        ("Nacionalidad", "nationality"),
        ("Género", "sex"),
        ("NAME_FAMILY_STATUS", "marital_status"),
        ("single", "marital_status"),
        ("single_premium", None),
        ("afam", "race"),
        ("年龄", "age"),
        ("OWN_CAR_AGE", None),
        ("age_of_account", None),
        ("borrower_age_at_loan", "age"),
    ],
)
def test_protected_names_are_known_in_several_languages(name, attribute):
    assert protected_by(name) == attribute


@pytest.mark.parametrize(
    ("name", "proxy"),
    [("Wohnort", True), ("Código postal", True), ("years_at_address", False), ("Sortiment", False)],
)
def test_where_somebody_is_is_told_from_for_how_long(name, proxy):
    assert is_proxy(name) is proxy


@pytest.mark.parametrize(
    ("columns", "amount"),
    [
        (("AMT_INCOME_TOTAL", "AMT_ANNUITY", "AMT_CREDIT"), "AMT_CREDIT"),
        (("total_credit_limit", "loan_amount"), "loan_amount"),
        (("Nettobetrag", "Kreditbetrag"), "Kreditbetrag"),
    ],
)
def test_the_amount_asked_for_is_the_plainest_of_the_amounts(drafted, columns, amount):
    numbers = {name: RNG.integers(500, 90_000, N) for name in columns}

    _, found = drafted(loans(**numbers).drop("amount"))

    contract = Contract.parse(found.text.encode())
    assert [item.source for item in contract.features if item.same_as] == [amount]
