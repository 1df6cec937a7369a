"""What a verdict needs before it is recorded: a reason, terms in bounds, perhaps a signature."""

from dataclasses import dataclass
from decimal import Decimal as Money

from django.utils.translation import gettext as _

from credit.actions.refusals import ActionDenied
from credit.models import Decision, OfficerVerdict
from credit.words import amount_in_words
from scoring.application import RequestedValues
from scoring.contract import Authority, Contract
from scoring.notices import offers

SHORTEST_REASON = 10  # characters


class ReasonMissing(ActionDenied):
    """The verdict needs the officer's own reason."""


class ReasonDoesNotFit(ActionDenied):
    """The contract has this reason for other verdicts."""


class NoSuchVerdict(ActionDenied):
    """An officer approves, declines or offers other terms."""


class OfferRefused(ActionDenied):
    """The terms offered are none that may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A verdict that may be recorded, with its terms and reasons."""

    verdict: OfficerVerdict
    is_override: bool
    reason_code: str = ""
    reason: str = ""
    offered_amount: Money | None = None
    offered_term_months: int | None = None
    limits: tuple[str, ...] = ()  # of the officer's authority, that it is above

    @property
    def row(self) -> dict[str, object]:
        """What each table of judgements holds of it."""
        return {
            "verdict": self.verdict,
            "is_override": self.is_override,
            "reason_code": self.reason_code,
            "reason": self.reason,
            "offered_amount": self.offered_amount,
            "offered_term_months": self.offered_term_months,
        }


def choose(
    decision: Decision,
    verdict: str,
    *,
    reason_code: str = "",
    reason: str = "",
    offered_amount: Money | None = None,
    offered_term_months: int | None = None,
) -> Chosen:
    """Check a verdict against the contract and the policy that the application came under."""
    if verdict not in OfficerVerdict.values:
        raise NoSuchVerdict(
            _("An officer approves, declines or makes a counter-offer; %r is neither.") % verdict
        )
    is_offer = verdict == OfficerVerdict.COUNTER_OFFER
    words = reason.strip()
    check_reason(decision, verdict, reason_code=reason_code, reason=words)
    amount = offered_amount if is_offer else None
    term = offered_term_months if is_offer else None
    unmet = _check_offer(decision, amount=amount, term=term) if is_offer else ()
    return Chosen(
        verdict=OfficerVerdict(verdict),
        is_override=is_override(decision, verdict),
        reason_code=reason_code,
        reason=words,
        offered_amount=amount,
        offered_term_months=term,
        limits=(*_limits(decision, verdict, amount=amount), *unmet),
    )


def is_override(decision: Decision, verdict: str) -> bool:
    """Say whether a verdict goes against the recommendation; a referral recommends neither."""
    recommended = Decision.Recommendation
    return (
        decision.recommendation in {recommended.APPROVE, recommended.DECLINE}
        and verdict != decision.recommendation
    )


def needs_reason(decision: Decision, verdict: str) -> bool:
    """Say whether the officer's own words are needed.

    An override always needs them, and so does not giving what no model would decline.
    """
    is_less = verdict in {OfficerVerdict.DECLINE, OfficerVerdict.COUNTER_OFFER}
    return is_override(decision, verdict) or (is_less and decision.declining_needs_reason)


def check_reason(decision: Decision, verdict: str, *, reason_code: str, reason: str) -> None:
    """Refuse a verdict whose reason is missing, none of the product's, or one for another."""
    if reason_code:
        _check_code(decision.application.score.contract.read(), verdict, reason_code)
    if not needs_reason(decision, verdict):
        return
    if not reason_code or len(reason) < SHORTEST_REASON:
        raise ReasonMissing(
            _("Say why, %(what)s: a reason code and at least %(least)d characters of your own.")
            % {"what": _doing_what(decision, verdict), "least": SHORTEST_REASON}
        )


def authority_of(decision: Decision) -> Authority:
    """Give what an officer may decide alone, by the policy that the decision was made under."""
    return decision.policy.read().policy.authority


def _check_code(contract: Contract, verdict: str, code: str) -> None:
    chosen = next((each for each in contract.officer_reasons if each.code == code), None)
    if chosen is None:
        raise ReasonMissing(_("%s is no reason code of this product.") % code)
    if not chosen.fits(verdict):
        raise ReasonDoesNotFit(
            _("“%(label)s” is no reason for %(what)s: choose one that fits.")
            % {"label": chosen.label, "what": _doing(verdict)}
        )


def _doing_what(decision: Decision, verdict: str) -> str:
    if is_override(decision, verdict):
        return _("going against the recommendation")
    return _doing(verdict)


def _doing(verdict: str) -> str:
    return {
        OfficerVerdict.APPROVE: _("approving"),
        OfficerVerdict.DECLINE: _("declining"),
        OfficerVerdict.COUNTER_OFFER: _("offering other terms"),
    }[OfficerVerdict(verdict)]


def _check_offer(decision: Decision, *, amount: Money | None, term: int | None) -> tuple[str, ...]:
    """Refuse terms out of bounds; give the rules that ask for a second person to look at them."""
    contract, application = decision.application.score.contract.read(), decision.application
    if amount is None or (term is None) is contract.requested.has_term:
        raise OfferRefused(_("State the amount offered, and a term where the product has one."))
    if (amount, term) == (application.amount, application.term_months):
        raise OfferRefused(_("These are the terms that were asked for: approve them instead."))
    asked = RequestedValues(amount=application.amount, term_months=application.term_months)
    offered = RequestedValues(amount=amount, term_months=term)
    _check_bounds(contract, authority_of(decision), asked=asked, offered=offered)
    rules = decision.policy.read().policy.rules
    unmet = offers.unmet(contract, rules, offered)
    for rule in unmet:
        if rule.otherwise == "decline":
            raise OfferRefused(_("Policy forbids these terms: %s.") % rule.text)
    return tuple(f"rule:{rule.rule}" for rule in unmet)


def _check_bounds(
    contract: Contract, authority: Authority, *, asked: RequestedValues, offered: RequestedValues
) -> None:
    low, high = offers.amount_bounds(contract.requested, authority, asked.amount)
    if not low <= offered.amount <= high:
        raise OfferRefused(
            _("An offer for this application is between %(low)s and %(high)s %(currency)s.")
            % {
                "low": amount_in_words(low),
                "high": amount_in_words(high),
                "currency": contract.currency,
            }
        )
    if offered.term_months is None or asked.term_months is None:
        return
    shortest, longest = offers.term_bounds(contract.requested, authority, asked.term_months)
    if not shortest <= offered.term_months <= longest:
        raise OfferRefused(
            _("The term offered is between %(shortest)d and %(longest)d months.")
            % {"shortest": shortest, "longest": longest}
        )


def _limits(decision: Decision, verdict: str, *, amount: Money | None) -> tuple[str, ...]:
    """Name the limits of an officer's authority that a verdict is above."""
    authority, found = authority_of(decision), []
    lends = verdict != OfficerVerdict.DECLINE
    pd = decision.application.score.pd
    lent = decision.application.amount if amount is None else amount
    most, riskiest = authority.sign_above_amount, authority.sign_above_pd
    if lends and most is not None and lent > most:
        found.append("amount")
    if lends and riskiest is not None and (pd is None or pd > riskiest):
        found.append("pd")
    if is_override(decision, verdict) and verdict in authority.sign_overrides:
        found.append("override")
    return tuple(found)
