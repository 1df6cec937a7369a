"""What the settings of a policy are called. A setting that is not named here shows its path."""

import re
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from credit.words import Words
from frontend import formats
from frontend.sentences import translated
from monitoring.results.business_words import FIGURES
from scoring.contracts.policy_settings import RULES
from scoring.results.criteria import MEASURES, Unit

LABELS: dict[str, Words] = {
    "policy.approve_pd_at_most": _("Recommend approval up to a PD of"),
    "policy.decline_pd_at_least": _("Recommend declining from a PD of"),
    "policy.agreement_at_least": _("Share of the bootstrap models that must agree"),
    "policy.automatic.approve_pd_at_most": _("Approve without a person up to a PD of"),
    "policy.automatic.approve_amount_at_most": _("Approve without a person up to an amount of"),
    "policy.automatic.decline_pd_at_least": _("Decline without a person from a PD of"),
    "policy.may_decide_own_entries": _("Who typed an application in may decide it"),
    "policy.authority.sign_above_amount": _("A second person signs above an amount of"),
    "policy.authority.sign_above_pd": _("A second person signs above a PD of"),
    "policy.authority.sign_overrides": _("A second person signs these against the recommendation"),
    "policy.authority.offer_share_at_least": _(
        "Smallest offer, as a share of the amount asked for"
    ),
    "policy.authority.offer_share_at_most": _("Largest offer, as a share of the amount asked for"),
    "policy.authority.offer_term_change_at_most": _("Change of the term in an offer, months"),
    "policy.authority.offer_days": _("Days that an offer stands"),
    "policy.authority.undo_minutes": _("Minutes in which a decision can be undone"),
    "policy.clocks.decide_within_days": _("Days to decide"),
    "policy.clocks.notice_within_days": _("Days to the notice"),
    "policy.clocks.claim_minutes": _("Minutes that an application is held for who took it"),
    "policy.clocks.information_within_days": _("Days for the applicant to answer"),
    "policy.clocks.counter_offer_days": _("Days after a counter-offer that a notice is due"),
    "policy.clocks.review_within_days": _("Days to answer a review"),
    "policy.exploration.share": _("Chance of each application to be drawn"),
    "policy.exploration.loss_budget": _("Expected loss of those drawn in a month, at most"),
    "policy.exploration.pd_at_most": _("Draw nobody above a PD of"),
    "policy.exploration.amount_at_most": _("Draw nobody above an amount of"),
    "policy.promotion.canary_share": _("Share of the applications that a canary scores"),
    "policy.promotion.shadow_hours": _("Hours in shadow, at least"),
    "policy.promotion.shadow_decisions": _("Decisions scored in shadow, at least"),
    "policy.promotion.canary_hours": _("Hours as the canary, at least"),
    "policy.promotion.canary_decisions": _("Decisions by the canary, at least"),
    "policy.promotion.limits.level": _("Chance that a canary within all limits ever halts"),
    "policy.promotion.limits.failed_at_most": _("Halt above this share that it cannot score"),
    "policy.promotion.limits.slow_at_most": _("Halt above this share that it is slow for"),
    "policy.promotion.limits.slow_ms": _("Slow is above so many milliseconds"),
    "policy.promotion.limits.approval_gap_at_most": _(
        "Halt where approvals are so far from the champion\u2019s"
    ),
    "policy.promotion.limits.bads_ratio_at_most": _(
        "Halt where bad loans are so many times those expected"
    ),
    "affordability.income": _("Feature that states the income"),
    "affordability.income_per": _("The income is of a"),
    "affordability.income_unit": _("Currency units that 1 of income stands for"),
    "affordability.annual_interest_rate": _("Yearly interest rate of the payment, as a share"),
    "affordability.obligations": _("Feature that states what is owed already"),
    "affordability.obligations_are": _("What is owed is stated as"),
    "affordability.payment_to_income_at_most": _("Largest share of income that a payment may take"),
    "affordability.remaining_income_at_least": _("Least that must remain in a month"),
}
# Stated as a share of 1, probabilities among them; the form takes each as the contract has it.
SHARES = frozenset(
    (
        *("policy.approve_pd_at_most", "policy.decline_pd_at_least", "policy.agreement_at_least"),
        *("policy.automatic.approve_pd_at_most", "policy.automatic.decline_pd_at_least"),
        "policy.authority.sign_above_pd",
        *("policy.authority.offer_share_at_least", "policy.authority.offer_share_at_most"),
        *("policy.exploration.share", "policy.exploration.pd_at_most"),
        *("policy.promotion.canary_share", "policy.promotion.limits.level"),
        *("policy.promotion.limits.failed_at_most", "policy.promotion.limits.slow_at_most"),
        "policy.promotion.limits.approval_gap_at_most",
        *("affordability.annual_interest_rate", "affordability.payment_to_income_at_most"),
    )
)
# What no table means, beside the box that takes it away.
WITHOUT: dict[str, Words] = {
    "policy.promotion": _("Then a validator may promote at once, without shadow and canary."),
    "policy.exploration": _("Then nobody is drawn."),
    "affordability": _("Then affordability is not judged."),
}
OF_A_RULE: dict[str, Words] = {
    "field": _("It is about"),
    "at_most": _("At most"),
    "at_least": _("At least"),
    "otherwise": _("Otherwise"),
    "text": _("In words"),
}
# What a rule may be about besides the contract's features.
FIELDS: dict[str, Words] = {
    "requested.amount": _("Amount"),
    "requested.term_months": _("Term, in months"),
    "score": _("Score"),
}
# The parts of the form, and how the paths in each begin; the last takes what is left.
PARTS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (_("Cut-offs"), ("policy.approve_pd", "policy.decline_pd", "policy.agreement")),
    (_("Automatic zone"), ("policy.automatic.",)),
    (_("What officers may do"), ("policy.authority.", "policy.may_decide_own_entries")),
    (_("Clocks"), ("policy.clocks.",)),
    (_("Affordability"), ("affordability.",)),
    (_("Way into service"), ("policy.promotion.",)),
    (_("Exploration lane"), ("policy.exploration.",)),
    (_("What it is to achieve"), ("policy.criteria.",)),
    (_("Other settings"), ("policy.",)),
)
# Of each figure that may have a target.
OF_A_CRITERION: dict[str, Words] = {
    "target": _("{figure}: target"),
    "tolerance": _("{figure}: tolerance"),
    "since": _("{figure}: counts from"),
}
_CRITERIA = "policy.criteria."
_RULE = gettext_lazy("Rule {rule}: {setting}")


def label_of(path: str) -> str:
    """Name a setting as a person would."""
    if path.startswith(f"{RULES}."):
        rule, _dot, setting = path.removeprefix(f"{RULES}.").partition(".")
        words = str(OF_A_RULE.get(setting, setting))
        return _RULE.format(rule=rule, setting=words[:1].lower() + words[1:])
    figure, _dot, key = path.removeprefix(_CRITERIA).partition(".")
    if path.startswith(_CRITERIA) and figure in FIGURES and key in OF_A_CRITERION:
        return str(OF_A_CRITERION[key]).format(figure=FIGURES[figure].label)
    return str(LABELS.get(path, path))


def setting_in_words(path: str, value: str) -> str:
    """Say what a setting is set to: a share of 1 per hundred, with every digit that it has.

    Examples
    --------
    >>> setting_in_words("policy.approve_pd_at_most", "0.125")
    '12.5%'
    >>> setting_in_words("policy.clocks.decide_within_days", "5")
    '5'
    """
    if not (value and _is_share(path)):
        return value_in_words(value)
    digits = -int(Decimal(value).normalize().as_tuple().exponent) - 2
    return formats.percentage(float(value), max(digits, 0))


def _is_share(path: str) -> bool:
    figure, _dot, key = path.removeprefix(_CRITERIA).partition(".")
    if path.startswith(_CRITERIA) and key in {"target", "tolerance"}:
        return figure in MEASURES and MEASURES[figure].unit is Unit.SHARE
    return path in SHARES


def value_in_words(value: str) -> str:
    """Say a value as a person would: a day, or a word that contracts use."""
    if value in _FLAGS or value in FIELDS:
        return str(_FLAGS.get(value) or FIELDS[value])
    if on := _day(value):
        return formats.day(on)
    if _NAMES.fullmatch(value):
        return ", ".join(translated(each.replace("_", " ")) for each in value.split(", "))
    return value


def _day(value: str) -> date | None:
    """Read a day; a lender's own words may only look like one."""
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        return None


def in_words(message: str, *, at: str = "") -> str:
    """Put the names that a person reads in place of the keys that a contract's text has.

    `at` is the path that is talked of: a key is one of its neighbours, else one of the policy's.
    """
    return _KEY.sub(lambda key: _quoted(key[0], at), translated(message))


_FLAGS: dict[str, Words] = {"true": _("yes"), "false": _("no")}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMES = re.compile(r"[a-z_]+(?:, [a-z_]+)*")
_KEY = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def _quoted(key: str, at: str) -> str:
    beside = f"{at.rpartition('.')[0]}.{key}"
    words = (
        OF_A_RULE.get(key) or (beside != at and LABELS.get(beside)) or LABELS.get(f"policy.{key}")
    )
    return f"\u201c{words}\u201d" if words else key
