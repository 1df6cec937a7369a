"""Between which terms a counter-offer may be, and which rules about terms it does not meet."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.application import RequestedValues
from scoring.contract import Authority, Contract, PolicyRule, Requested
from scoring.policy import meets

_CENT = Decimal("0.01")


def amount_bounds(
    requested: Requested, authority: Authority, asked: Decimal
) -> tuple[Decimal, Decimal]:
    """Give the least and the most that may be offered instead of an amount.

    Examples
    --------
    >>> loans = Requested(amount_minimum=Decimal(100), amount_maximum=Decimal(20000))
    >>> [str(bound) for bound in amount_bounds(loans, Authority(), Decimal("4200.00"))]
    ['1050.00', '4200.00']
    """
    least = (asked * Decimal(str(authority.offer_share_at_least))).quantize(_CENT)
    most = (asked * Decimal(str(authority.offer_share_at_most))).quantize(_CENT)
    return max(least, requested.amount_minimum), min(most, requested.amount_maximum)


def term_bounds(requested: Requested, authority: Authority, asked: int) -> tuple[int, int]:
    """Give the shortest and the longest term, in months, that may be offered instead of one.

    Examples
    --------
    >>> loans = Requested(
    ...     amount_minimum=Decimal(100), amount_maximum=Decimal(20000), term_minimum=3,
    ...     term_maximum=84,
    ... )
    >>> term_bounds(loans, Authority(), 24), term_bounds(loans, Authority(), 72)
    ((3, 48), (48, 84))
    """
    change = authority.offer_term_change_at_most
    longest = asked + change
    return (
        max(asked - change, requested.term_minimum or 1),
        longest if requested.term_maximum is None else min(longest, requested.term_maximum),
    )


def unmet(
    contract: Contract, rules: Sequence[PolicyRule], offered: RequestedValues
) -> list[PolicyRule]:
    """List the rules about amount or term that an offer does not meet; others say nothing of it.

    A rule about a feature that states the same as the request is one about the request.
    """
    same = {f"features.{each.name}": each.same_as for each in contract.features if each.same_as}
    terms = {"requested.amount": offered.amount, "requested.term_months": offered.term_months}
    fields = {rule.rule: same.get(rule.field, rule.field) for rule in rules}
    return [
        rule
        for rule in rules
        if fields[rule.rule] in terms and not meets(rule, terms[fields[rule.rule]])
    ]
