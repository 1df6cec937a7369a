"""Names of what a lender knows only later, or has judged already. Suspicion: a person decides."""

import re

from scoring.drafting.names import suggests, words_of

LATER, RATED, DECIDED = (
    "is only known after the decision",
    "is the lender's own rating or price",
    "is the lender's own decision or judgement",
)
LEAKS: dict[str, tuple[str, ...]] = {
    LATER: (
        *("chgoff", "chargeoff", "charge_off", "charged_off", "recover", "collection", "default"),
        *("writeoff", "write_off", "written_off", "dpd", "days_past", "overdue", "arrears"),
        *("past_due", "npl", "nonperform", "non_perform", "lgd", "net_loss", "gross_loss"),
        *(
            "loss_amount",
            "foreclos",
            "reposs",
            "forbear",
            "hardship",
            "restructur",
            "delinquent_next",
        ),
        *("last_pymnt", "last_payment", "last_paid", "next_pymnt", "next_payment", "pymnt_plan"),
        *("payment_plan", "total_pymnt", "total_payment", "total_paid", "total_rec", "amount_paid"),
        *("paid", "paid_to_date", "paid_off", "paid_in_full", "payoff", "prepay", "prepaid"),
        *("principal_paid", "interest_paid", "early_repay", "out_prncp", "outstanding_prin"),
        *("remaining_prin", "remaining_bal", "balancegross", "balance_gross", "months_on_book"),
        *("mob", "last_fico", "last_credit_pull", "closed", "settle", "mis_status", "loan_status"),
        *("status_final", "disburs", "purchaser", "typur", "sold_to", "securitiz", "securitis"),
        *("investor", "amnt_inv", "bad", "outcome", "inkasso", "mahn", "ausfall", "abschreib"),
    ),
    RATED: (
        *(
            "int_rate",
            "interest_rate",
            "zinssatz",
            "sollzins",
            "grade",
            "sub_grade",
            "subgrade",
            "apr",
            "pd",
        ),
        *("score", "creditscore", "riskscore", "riskgrade", "rating", "risk_band", "risk_class"),
        *("risk_level", "risk_categor", "scorecard"),
    ),
    DECIDED: (
        *("approve", "approved", "reject", "declin", "denied", "denial", "action", "decision"),
        *("accept", "refus", "granted", "underwrit", "guideline", "guidelin", "gdlin", "overrid"),
        *("overrul", "officer", "analyst", "recommend", "verdict", "manual_review", "committee"),
    ),
}
DECISION_OUTCOMES = LEAKS[DECIDED]
WHOLE_WORDS = {"late"}  # "latest" is not
BUREAUS: tuple[str, ...] = (
    "fico",
    "bureau",
    "schufa",
    "vantage",
    "experian",
    "equifax",
    "transunion",
    "crif",
)
BUREAUS += ("cibil", "beacon", "external", "ext")
# Words of what somebody did before: other loans, counted over so many months.
_BEFORE = re.compile(
    r"within|since|prior|previous|\bprev\b|\bhist|bureau|\binq|\bever\b|on file|number of times?"
    r"|\baccts?\b|\baccounts?\b|\btl\b|\btrades?\b|last \d|\d ?(m|mths?|months?|y|yrs?|years?)\b"
)


def leak_by(name: str) -> tuple[str, str] | None:
    """Say why a column's name suggests that it must not be a feature: the words, the stem.

    Examples
    --------
    >>> leak_by("total_paid"), leak_by("PAY_AMT1"), leak_by("bureau_score")
    (('is only known after the decision', 'total_paid'), None, None)
    """
    for why, stems in LEAKS.items():
        stem = suggests(name, stems)
        if stem and not (why == RATED and suggests(name, BUREAUS)):
            return why, stem
    late = WHOLE_WORDS & set(words_of(name))
    return (LATER, min(late)) if late else None


def may_be_history(name: str) -> bool:
    """Whether a name may be of what somebody did before this loan, as bureaus count it.

    Examples
    --------
    >>> may_be_history("collections_12_mths_ex_med"), may_be_history("collection_fee")
    (True, False)
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_|(?<=[A-Za-z])(?=[0-9])", " ", name)
    return bool(_BEFORE.search(spaced.lower()))
