"""Names of what is known too late or judged already; and names that only sound like it."""

import numpy as np
import pytest
from made_up_loans import N, loans, parts

from scoring.contract import Contract
from scoring.drafting.leaks import DECIDED, LATER, RATED, leak_by, may_be_history
from scoring.drafting.names import protected_by


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("DisbursementGross", LATER),
        ("DisbursementDate", LATER),
        ("typur", LATER),
        ("purchaser_type", LATER),
        ("recoveries", LATER),
        ("last_pymnt_d", LATER),
        ("nextPaymentDate", LATER),
        ("settlement_amount", LATER),
        ("collection_recovery_fee", LATER),
        ("total_paid", LATER),
        ("paid_principal", LATER),
        ("Mahnstufe", LATER),
        ("out_prncp_inv", LATER),
        ("WriteOffAmount", LATER),
        ("funded_amnt_inv", LATER),
        ("days_late", LATER),
        ("loan_grade", RATED),
        ("creditscore", RATED),
        ("lender_score", RATED),
        ("int_rate", RATED),
        ("Sollzins", RATED),
        ("gdlin", DECIDED),
        ("meets_guidelines", DECIDED),
        ("underwriter_id", DECIDED),
        ("override_flag", DECIDED),
        ("final_decision", DECIDED),
    ],
)
def test_what_a_lender_knows_later_or_has_judged_is_suspected(name, why):
    found = leak_by(name)

    assert found is not None
    assert found[0] == why


@pytest.mark.parametrize(
    "name",
    [
        *("PAY_0", "PAY_6", "PAY_AMT1", "BILL_AMT1", "LIMIT_BAL", "monthly_income", "annual_inc"),
        *(
            "installment_rate",
            "payment_history",
            "previous_loans",
            "employment_duration",
            "savings",
        ),
        *("transaction_count", "operating_income", "related_debt", "latest_salary", "upgraded"),
        *("funded_amnt", "GrAppv", "revol_util", "bureau_score", "fico_range_low", "EXT_SOURCE_1"),
        *(
            "loan_percent_income",
            "security_value",
            "disposable_income",
            "mortperf",
            "purchase_price",
        ),
    ],
)
def test_what_an_applicant_brings_is_not_suspected(name):
    assert leak_by(name) is None


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("collections_12_mths_ex_med", True),
        ("chargeoff_within_12_mths", True),
        ("cb_person_default_on_file", True),
        ("num_accts_ever_120_pd", True),
        ("NumberOfTimes90DaysLate", True),
        ("NumberOfTime30-59DaysPastDueNotWorse", True),
        ("charge_off_amount", False),
        ("days_past_due", False),
        ("recoveries", False),
    ],
)
def test_names_of_loans_before_are_told_from_names_of_this_one(name, before):
    assert leak_by(name) is not None
    assert may_be_history(name) is before


def test_a_history_that_tells_little_stays_a_feature_with_a_warning(drafted):
    collections = np.random.default_rng(1).poisson(0.7, N)

    _, found = drafted(loans(collections_12_mths=collections))

    assert parts(found)["collections_12_mths"] == "feature"
    assert "its name warns (collection), its values do not" in found.text


def test_a_history_that_tells_nearly_all_is_kept_out(drafted):
    bad = loans()["bad"].to_numpy()
    told = np.where(np.random.default_rng(1).random(N) < 0.3, 1 - bad, bad) + bad * np.arange(N) % 3

    _, found = drafted(loans(collections_12_mths=told + 5 * bad))

    assert parts(found)["collections_12_mths"] == "banned"


def test_a_value_appraised_is_no_rate(drafted):
    rng = np.random.default_rng(1)

    _, found = drafted(loans(apr=rng.integers(90, 400, N), int_rate=rng.uniform(2, 20, N).round(2)))

    assert (parts(found)["apr"], parts(found)["int_rate"]) == ("feature", "banned")
    assert "int_rate" in {item.column for item in Contract.parse(found.text.encode()).banned}


@pytest.mark.parametrize(("name", "attribute"), [("dateofbirth", "age"), ("capacity", None)])
def test_protected_names_are_found_inside_longer_words(name, attribute):
    assert protected_by(name) == attribute
