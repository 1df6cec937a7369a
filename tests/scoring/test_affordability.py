from decimal import Decimal

import pytest

from scoring.affordability import AffordabilityUnknown, Unknown, assess, monthly_payment
from scoring.application import RequestedValues
from scoring.contract import Contract, ContractRefused

TABLE = """
[affordability]
income = "residence_years"
income_per = "month"
income_unit = "1000"
obligations = "credits_at_bank"
annual_interest_rate = "0.12"
payment_to_income_at_most = "0.20"
remaining_income_at_least = "900"

[scale]
"""
ASKED = RequestedValues(amount=Decimal("4200.00"), term_months=24)


@pytest.fixture(scope="module")
def with_table(contract_text):
    """Read the shipped contract with a table in which years stand for thousands."""

    def read(old="", new=""):
        text = contract_text.replace("\n[scale]\n", TABLE.replace(old, new) if old else TABLE, 1)
        return Contract.parse(text.encode())

    return read


def test_a_payment_pays_the_loan_back_with_its_interest():
    payment = monthly_payment(Decimal(10_000), annual_rate=Decimal("0.13"), term_months=36)
    owed = Decimal(10_000)
    for _ in range(36):
        owed = owed * (1 + Decimal("0.13") / 12) - payment

    assert abs(owed) < Decimal("0.25")  # 36 times the rounding to a cent


def test_what_remains_is_income_less_what_is_owed_less_the_payment(with_table):
    found = assess(with_table(), {"residence_years": 2, "credits_at_bank": 1}, ASKED)

    assert (found.income, found.obligations) == (Decimal("2000.00"), Decimal("1000.00"))
    assert found.payment == Decimal("197.71")
    assert found.remaining == Decimal("802.29")
    assert round(found.payment_to_income, 4) == Decimal("0.0989")
    assert (found.within_share, found.within_remaining) == (True, False)


@pytest.mark.parametrize(
    ("are", "monthly"),
    [("money_a_month", "3000.00"), ("money_a_year", "250.00"), ("percent_of_income", "60.00")],
)
def test_what_is_owed_is_stated_in_one_of_three_ways(are, monthly, with_table):
    contract = with_table(
        'obligations = "credits_at_bank"',
        f'obligations = "credits_at_bank"\nobligations_are = "{are}"',
    )

    found = assess(contract, {"residence_years": 2, "credits_at_bank": 3}, ASKED)

    assert found.obligations == Decimal(monthly)


def test_limits_that_a_contract_does_not_name_are_not_judged(with_table):
    contract = with_table(
        'payment_to_income_at_most = "0.20"\nremaining_income_at_least = "900"', ""
    )

    found = assess(contract, {"residence_years": 2, "credits_at_bank": None}, ASKED)

    assert (found.within_share, found.within_remaining) == (None, None)
    assert found.obligations is None
    assert found.remaining == found.income - found.payment


def test_without_an_income_nothing_is_judged(contract, with_table):
    cases = [
        (contract, {}, ASKED, Unknown.NOT_IN_CONTRACT),
        (with_table(), {"residence_years": None}, ASKED, Unknown.NO_INCOME),
        (with_table(), {"residence_years": 0}, ASKED, Unknown.NO_INCOME),
        (with_table(), {}, RequestedValues(amount=Decimal(1)), Unknown.NO_TERM),
    ]

    for asked_of, values, requested, why in cases:
        with pytest.raises(AffordabilityUnknown) as unknown:
            assess(asked_of, values, requested)
        assert unknown.value.why is why


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"residence_years"', '"housing"', "no numeric feature is called 'housing'"),
        ('"credits_at_bank"', '"debts"', "no numeric feature is called 'debts'"),
        ('income_per = "month"', 'income_per = "week"', "must be one of: month, year"),
        ('"0.12"', '"12"', "must be a share between 0 and 1"),
        ('income_unit = "1000"', 'income_unit = "-1"', "must be above 0"),
        ('at_most = "0.20"', 'at_most = "20"', "must be a share above 0 and at most 1"),
        ('income_unit = "1000"', 'wages = "2"', "unknown key"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(old, new, said, with_table):
    with pytest.raises(ContractRefused, match=said):
        with_table(old, new)


def test_a_product_without_a_term_has_no_payment(contract_text):
    text = contract_text.replace("\n[scale]\n", TABLE, 1)
    text = text.replace("term_months = { minimum = 3, maximum = 84 }", "")

    with pytest.raises(ContractRefused, match=r"affordability: needs requested.term_months"):
        Contract.parse(text.encode())
