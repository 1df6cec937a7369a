"""Whether an applicant can pay, apart from whether applicants like them do. Money is Decimal.

The payment is that of an annuity: equal payments at the end of each month, at the rate that the
contract names for the purpose. It is a look at a budget, not the price of the loan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from scoring.application import RequestedValues
from scoring.contract import Affordability, Contract
from scoring.contracts.terms import ObligationsAre, Period
from scoring.features import Value

CENT = Decimal("0.01")
MONTHS = Decimal(12)


class Unknown(StrEnum):
    """Why affordability cannot be judged."""

    NOT_IN_CONTRACT = "not_in_contract"
    NO_TERM = "no_term"
    NO_INCOME = "no_income"


class AffordabilityUnknown(ValueError):
    """There is nothing to judge it by; `why` says what is missing."""

    def __init__(self, why: Unknown) -> None:
        self.why = why
        super().__init__(why.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Affordable:
    """What is left of a month's income. Amounts are of a month, in the contract's currency."""

    income: Decimal
    obligations: Decimal | None  # None where they are not known
    payment: Decimal
    payment_to_income: Decimal  # share; what is already owed is not in it
    remaining: Decimal  # below zero where the income does not suffice
    within_share: bool | None  # None where the contract has no such limit
    within_remaining: bool | None


def monthly_payment(amount: Decimal, *, annual_rate: Decimal, term_months: int) -> Decimal:
    """Work out the equal payments of a loan, rounded half up to a cent.

    Parameters
    ----------
    amount : Decimal
        What is lent.
    annual_rate : Decimal
        Nominal yearly rate as a share, 0 or more; a month's is a twelfth of it.
    term_months : int
        Number of payments, 1 or more.

    Returns
    -------
    Decimal
        Each payment, in the unit of the amount.

    Examples
    --------
    >>> monthly_payment(Decimal("4200.00"), annual_rate=Decimal("0.12"), term_months=24)
    Decimal('197.71')
    >>> monthly_payment(Decimal("4200.00"), annual_rate=Decimal(0), term_months=24)
    Decimal('175.00')
    """
    rate = annual_rate / MONTHS
    if not rate:
        return (amount / term_months).quantize(CENT, ROUND_HALF_UP)
    share = rate / (1 - (1 + rate) ** -term_months)
    return (amount * share).quantize(CENT, ROUND_HALF_UP)


def assess(
    contract: Contract, values: Mapping[str, Value], requested: RequestedValues
) -> Affordable:
    """Hold the payment of what is asked for against the income that is stated.

    Parameters
    ----------
    contract : Contract
        Whose `[affordability]` says what the income is and what the limits are.
    values : mapping of feature to value
        As `features.validate` returns them.
    requested : RequestedValues
        Amount and term.

    Returns
    -------
    Affordable

    Raises
    ------
    AffordabilityUnknown
        The contract names no income, the product has no term, or no income is stated.

    Examples
    --------
    >>> from pathlib import Path
    >>> contract = Contract.load(Path("contracts/personal-loan/contract.toml"))
    >>> found = assess(
    ...     contract,
    ...     {"income_yearly": 48_000.0},
    ...     RequestedValues(amount=Decimal("10000.00"), term_months=36),
    ... )
    >>> found.income, found.payment, found.remaining
    (Decimal('4000.00'), Decimal('336.94'), Decimal('3663.06'))
    >>> round(found.payment_to_income, 4), found.within_share
    (Decimal('0.0842'), True)
    """
    terms = contract.affordability
    if terms is None:
        raise AffordabilityUnknown(Unknown.NOT_IN_CONTRACT)
    if requested.term_months is None:
        raise AffordabilityUnknown(Unknown.NO_TERM)
    income = _income(terms, values)
    payment = monthly_payment(
        requested.amount,
        annual_rate=terms.annual_interest_rate,
        term_months=requested.term_months,
    )
    obligations = _obligations(terms, values, income=income)
    share, remaining = payment / income, income - payment - (obligations or 0)
    most, least = terms.payment_to_income_at_most, terms.remaining_income_at_least
    return Affordable(
        income=income,
        obligations=obligations,
        payment=payment,
        payment_to_income=share,
        remaining=remaining,
        within_share=None if most is None else share <= most,
        within_remaining=None if least is None else remaining >= least,
    )


def _income(terms: Affordability, values: Mapping[str, Value]) -> Decimal:
    stated = _number(values.get(terms.income))
    months = MONTHS if terms.income_per is Period.YEAR else Decimal(1)
    monthly = ((stated or Decimal(0)) * terms.income_unit / months).quantize(CENT, ROUND_HALF_UP)
    if monthly <= 0:
        raise AffordabilityUnknown(Unknown.NO_INCOME)
    return monthly


def _obligations(
    terms: Affordability, values: Mapping[str, Value], *, income: Decimal
) -> Decimal | None:
    stated = _number(values.get(terms.obligations)) if terms.obligations else None
    if stated is None:
        return None
    match terms.obligations_are:
        case ObligationsAre.PERCENT_OF_INCOME:
            monthly = income * stated / 100
        case ObligationsAre.MONEY_A_YEAR:
            monthly = stated * terms.income_unit / MONTHS
        case _:
            monthly = stated * terms.income_unit
    return monthly.quantize(CENT, ROUND_HALF_UP)


def _number(value: Value) -> Decimal | None:
    """Take a number exactly as it reads: 0.1 is a tenth."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else None
