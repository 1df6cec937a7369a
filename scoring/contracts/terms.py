"""The parts of a contract that are about the product: outcome, money, points, policy, training."""

import math
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from scoring.contracts.learning_terms import Exploration
from scoring.results.criteria import Criteria


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns of the data file that are neither features nor outcome."""

    id: str | None = None
    applied_on: str | None = None
    outcome_known_on: str | None = None
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)  # in the contract `date_format`: one, or a list


class Relation(StrEnum):
    """How two cells of a row must stand to each other."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    BELOW = "below"
    EQUALS = "equals"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck:
    """What must hold within a row of past loans; a row that contradicts itself is rejected."""

    name: str
    left: str  # column of the data file
    relation: Relation
    text: str  # the reason in the rejects file
    right: str | None = None  # another column of the data file, or
    value: str | None = None  # a constant, as the file would write it


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingestion:
    """How the data file is written, which rows are in scope, and when it is too dirty."""

    max_rejected_share: float = 0.05
    encoding: str | None = None  # None: detected
    delimiter: str | None = None  # None: detected
    decimal_separator: str = "."
    thousands_separator: str | None = None
    number_signs: tuple[str, ...] = ()  # taken off the ends of numbers, such as "$" and "%"
    missing_codes: tuple[str, ...] = ()  # mean missing in every feature, beside the empty cell
    applied_from: date | None = None  # rows outside are out of scope: counted, not used
    applied_until: date | None = None  # inclusive, both
    checks: tuple[RowCheck, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is predicted, and when it is known."""

    column: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    indeterminate: tuple[str, ...] = ()  # neither: counted, not used; "" is an empty cell
    meaning: str  # "default"; another word where the outcome is a lender's decision
    word: str  # "probability of default"
    window_months: int
    maturity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """What a good and a bad loan are worth, as shares of the amount lent."""

    loss_given_default: float
    margin: float
    review_cost: Decimal

    @property
    def break_even_pd(self) -> float:
        """PD at which the expected margin pays for the expected loss.

        Examples
        --------
        >>> cost = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(25))
        >>> round(cost.break_even_pd, 4)
        0.1667
        """
        return self.margin / (self.margin + self.loss_given_default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Points: `base_points` at odds of `base_odds` to 1, doubling every so many points."""

    base_points: float
    base_odds: float
    points_to_double_odds: float

    @property
    def factor(self) -> float:
        """Points a unit of log-odds of good is worth."""
        return self.points_to_double_odds / math.log(2)

    @property
    def offset(self) -> float:
        """Points at even odds."""
        return self.base_points - self.factor * math.log(self.base_odds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """PDs below `pd_below` and not in the band before; the last band ends at 1, inclusive."""

    name: str
    pd_below: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """A hard rule outside the model."""

    rule: str
    field: str  # "requested.amount", "requested.term_months", "features.NAME" or "score"
    text: str
    otherwise: Literal["refer", "decline"]
    at_most: Decimal | None = None
    at_least: Decimal | None = None


class Period(StrEnum):
    """What an income is stated for."""

    MONTH = "month"
    YEAR = "year"


class ObligationsAre(StrEnum):
    """How what an applicant already owes is stated."""

    MONEY_A_MONTH = "money_a_month"
    MONEY_A_YEAR = "money_a_year"
    PERCENT_OF_INCOME = "percent_of_income"


@dataclass(frozen=True, slots=True, kw_only=True)
class Affordability:
    """What an applicant's budget is made of, and its limits: apart from the credit risk."""

    income: str  # name of a numeric feature
    income_per: Period
    annual_interest_rate: Decimal  # share; of the payment that the budget is held against
    income_unit: Decimal = Decimal(1)  # currency units that 1 of income or obligations stands for
    obligations: str | None = None  # name of a numeric feature
    obligations_are: ObligationsAre = ObligationsAre.MONEY_A_MONTH
    payment_to_income_at_most: Decimal | None = None  # share
    remaining_income_at_least: Decimal | None = None  # money a month


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """Bounds inside which no person need look. None means never automatic that way."""

    approve_pd_at_most: float | None = None
    approve_amount_at_most: Decimal | None = None
    decline_pd_at_least: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What an officer may decide alone, what may be offered instead, and how long what stands."""

    sign_above_amount: Decimal | None = None  # approving or offering more takes a second person
    sign_above_pd: float | None = None  # and so does a higher PD, or none
    sign_overrides: tuple[str, ...] = ()  # verdicts that take one against the recommendation
    offer_share_at_least: float = 0.25  # of the amount asked for
    offer_share_at_most: float = 1.0
    offer_term_change_at_most: int = 24  # months, either way
    offer_days: int = 30  # then a counter-offer lapses
    undo_minutes: int = 10  # partners are told afterwards; 0: at once, and nothing is undone


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How long each step may take, counted from when it begins."""

    decide_within_days: int = 10  # of receipt; asking the applicant stops it
    notice_within_days: int = 30  # of receipt, by law: nothing stops it (12 CFR 1002.9)
    claim_minutes: int = 30  # that an application is held for whoever took it
    information_within_days: int = 14  # for the applicant to answer
    counter_offer_days: int = 90  # for the applicant to accept; then a notice is due
    review_within_days: int = 14  # of the applicant's asking for a review


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryLimits:
    """What a canary may be before it halts itself, and how seldom that may happen by chance."""

    level: float = (
        0.05  # chance that a canary within all limits ever halts, however often looked at
    )
    failed_at_most: float = 0.01  # share of its applications that it could not score
    slow_at_most: float = 0.01  # share that it took longer over than
    slow_ms: int = 100
    approval_gap_at_most: float = (
        0.1  # between its share of approvals and the champion's, either way
    )
    bads_ratio_at_most: float = 1.5  # bad loans among its own, against what both models' PDs expect


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The way from an approved request to champion: what each step needs before the next."""

    canary_share: float = 0.1  # of applications, by a hash of the reference
    shadow_hours: int = 0  # at least, and
    shadow_decisions: int = 0  # at least so many scored beside the champion
    canary_hours: int = 0
    canary_decisions: int = 0  # scored by the canary
    limits: CanaryLimits = CanaryLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateBounds:
    """What a candidate must show; a gate whose bound is missed blocks, or leaves it to a person."""

    auc_at_least: float = 0.60  # of the lower end of its interval
    slope_at_least: float = 0.8
    slope_at_most: float = 1.25
    ece_at_most: float = 0.03  # or what chance alone gives a perfect model on so few rows
    spread_at_most: float = 2.0  # of the folds' AUC, as a multiple of what their size explains
    auc_fall_at_most: float = 0.10  # from cross-validation to the newest loans
    latency_us_at_most: int = 300  # one application through the whole engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Cut-offs, rules and the automatic zone; the contract's is a product's first policy."""

    approve_pd_at_most: float
    decline_pd_at_least: float
    rules: tuple[PolicyRule, ...] = ()
    automatic: Automatic = Automatic()
    authority: Authority = Authority()
    agreement_at_least: float = 0.75  # of the bootstrap models; fewer: a person decides
    may_decide_own_entries: bool = False  # whoever typed an application in may also decide it
    clocks: Clocks = Clocks()
    exploration: Exploration | None = None  # None: nobody is drawn
    promotion: Promotion | None = None  # None: no step is asked for between approval and service
    gates: GateBounds = GateBounds()
    criteria: Criteria = field(default_factory=Criteria)  # the owner's, of the product's figures


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessBounds:
    """When a group's figures are outside bounds, or too few to say anything."""

    minimum_air: float
    minimum_group: int
    blocks_promotion: bool
    search_tries: int = 12  # alternatives tried after each training; 0: none
    search_seconds: int = 120  # after which no other is begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How the model is fitted and validated."""

    seed: int
    rounds: int
    max_depth: int
    learning_rate: float
    subsample: float
    colsample: float
    min_child_weight: float
    folds: int
    repeats: int
    minimum_bads: int
    early_stopping_rounds: int = 0  # 0: a fixed budget of rounds
    search_trials: int = 0  # settings tried beside the contract's own
    search_minutes: float = 10.0  # of a nominal machine's work, so that it is reproducible
    out_of_time_share: float = 0.2  # newest rows held out, where applications have dates
    bootstrap_models: int = 20  # fitted on resamples, to say how sure the model is; 0: none


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """Bounds of what may be asked for. A product without a term has none to ask for."""

    amount_minimum: Decimal
    amount_maximum: Decimal
    term_minimum: int | None = None  # months
    term_maximum: int | None = None

    @property
    def has_term(self) -> bool:
        """Whether an application for this product states a term."""
        return self.term_maximum is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerReason:
    """A reason an officer may pick when overriding a recommendation."""

    code: str
    label: str
    notice_text: str | None = None  # what an applicant is told; None: the officer's own words
    verdicts: tuple[str, ...] = ()  # that it can be a reason for; none named: any

    def fits(self, verdict: str) -> bool:
        """Say whether an officer who decides so may give it."""
        return not self.verdicts or verdict in self.verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class BureauScore:
    """A credit bureau's score among the features: where it is used, a notice discloses it."""

    feature: str
    minimum: int  # of the bureau's range, both inclusive
    maximum: int
    source: str  # name and address of who gave it
    factors: tuple[str, ...] = ()  # features that hold the bureau's own key factors, worst first
    inquiries: str | None = None  # the feature with the factor "inquiries", told as a fifth


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Who writes to applicants, and what a notice of this product may not leave out or say."""

    creditor: str | None = None  # None: nothing can leave
    address: str | None = None
    contact: str | None = None
    agency: str | None = None  # key of the law's agencies; None: the law's own choice
    pd_improvement_at_least: float = 0.0  # of a stated reason; the law's where that is more
    proxies: tuple[str, ...] = ()  # features that may not be stated as reasons
    bureau_score: BureauScore | None = None
