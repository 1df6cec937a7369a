"""What a contract that reads well may still get wrong: one small rule a function."""

import io
import re
from collections.abc import Iterator
from itertools import pairwise

from scoring.contract import (
    Contract,
    Ingestion,
    Policy,
    PolicyRule,
    Protected,
    ProtectedGroup,
)
from scoring.contracts.authority import authority_problems
from scoring.contracts.feature_checks import feature_problems, never_features
from scoring.contracts.learning import exploration_problems
from scoring.contracts.notices import notice_problems, officer_reason_problems
from scoring.contracts.words import NAME, VALUE, Problem, repeated, twice
from scoring.files.dates import why_no_date_form

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,49}")
_CODE = re.compile(r"[A-Z][A-Z0-9]{2,11}")


def problems_of(contract: Contract) -> list[Problem]:
    """Check everything that takes more than one key to see."""
    return [
        *_identity(contract),
        *_date_forms(contract),
        *_ingestion(contract),
        *_outcome(contract),
        *_requested(contract),
        *_affordability(contract),
        *_bands(contract),
        *policy_problems(contract, contract.policy),
        *feature_problems(contract),
        *never_features(contract),
        *_protected(contract),
        *_codes(contract),
        *notice_problems(contract),
        *officer_reason_problems(contract.officer_reasons),
    ]


def policy_problems(contract: Contract, policy: Policy, *, path: str = "policy") -> list[Problem]:
    """Check a policy against the contract of its product."""
    found = list(_automatic(policy, path=f"{path}.automatic"))
    found += authority_problems(policy, contract.requested, path=f"{path}.authority")
    found += exploration_problems(policy, path=f"{path}.exploration")
    if not policy.approve_pd_at_most < policy.decline_pd_at_least:
        found.append((f"{path}.approve_pd_at_most", "must be below decline_pd_at_least"))
    if policy.clocks.decide_within_days > policy.clocks.notice_within_days:
        found.append((f"{path}.clocks.decide_within_days", "must not be above notice_within_days"))
    found += repeated(f"{path}.rules", "rule", [rule.rule for rule in policy.rules])
    for place, rule in enumerate(policy.rules, start=1):
        found += _rule(contract, rule, path=f"{path}.rules[{place}]")
    return found


def _identity(contract: Contract) -> Iterator[Problem]:
    if not _SLUG.fullmatch(contract.slug):
        yield "slug", "must be small letters, digits and hyphens, beginning with a letter"
    if not re.fullmatch("[A-Z]{3}", contract.currency):
        yield "currency", "must be an ISO 4217 code of three capital letters"


def _date_forms(contract: Contract) -> Iterator[Problem]:
    for form in contract.columns.date_formats:
        why = why_no_date_form(form)
        if why:
            yield "columns.date_format", why


def _ingestion(contract: Contract) -> Iterator[Problem]:
    rules, path = contract.ingestion, "ingestion"
    yield from _number_format(rules)
    if rules.encoding is not None and not is_encoding(rules.encoding):
        yield f"{path}.encoding", f"no encoding is called {rules.encoding!r}; try utf-8 or cp1252"
    if rules.delimiter is not None and not is_delimiter(rules.delimiter):
        yield f"{path}.delimiter", "cannot be a quote or the end of a line"
    if (rules.applied_from or rules.applied_until) and contract.columns.applied_on is None:
        yield path, "applied_from and applied_until need columns.applied_on"
    if rules.applied_from and rules.applied_until and rules.applied_from > rules.applied_until:
        yield f"{path}.applied_from", "must not be after applied_until"
    yield from repeated(f"{path}.checks", "name", [check.name for check in rules.checks])
    for place, check in enumerate(rules.checks, start=1):
        if (check.right is None) == (check.value is None):
            yield f"{path}.checks[{place}]", "needs either right (a column) or value (a constant)"


def _number_format(rules: Ingestion) -> Iterator[Problem]:
    if rules.decimal_separator not in {".", ","}:
        yield "ingestion.decimal_separator", 'must be "." or ","'
    if rules.thousands_separator == rules.decimal_separator:
        yield "ingestion.thousands_separator", "must not be the decimal separator"
    elif rules.thousands_separator is not None and rules.thousands_separator.isalnum():
        yield "ingestion.thousands_separator", "must be a sign, not a letter or digit"
    for sign in rules.number_signs:
        if not sign or any(letter.isdigit() or letter in "+-.," for letter in sign):
            yield "ingestion.number_signs", f"{sign!r} may be part of a number"


def is_encoding(name: str) -> bool:
    """Whether Python reads text in an encoding of this name; rot13 is known to it, and is none.

    Examples
    --------
    >>> is_encoding("cp850"), is_encoding("rot13"), is_encoding("klingon")
    (True, False, False)
    """
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=name)
    except (LookupError, ValueError):
        return False
    return True


def is_delimiter(sign: str) -> bool:
    """Whether a sign can part cells: none that CSV needs for something else."""
    return len(sign) == 1 and sign not in '"\r\n\0'


def _outcome(contract: Contract) -> Iterator[Problem]:
    outcome = contract.outcome
    lists = {"good": outcome.good, "indeterminate": outcome.indeterminate}
    for key, earlier in (("good", outcome.bad), ("indeterminate", outcome.bad + outcome.good)):
        both = sorted(set(lists[key]) & set(earlier))
        if both:
            yield f"outcome.{key}", f"also listed as bad or good: {', '.join(both)}"


def _requested(contract: Contract) -> Iterator[Problem]:
    requested = contract.requested
    if not 0 < requested.amount_minimum <= requested.amount_maximum:
        yield "requested.amount", "needs 0 < minimum <= maximum"
    if (requested.term_minimum or 0) > (requested.term_maximum or 0):
        yield "requested.term_months", "needs minimum <= maximum"
    if contract.economics.review_cost < 0:
        yield "economics.review_cost", "must not be negative"


def _affordability(contract: Contract) -> Iterator[Problem]:
    terms, path = contract.affordability, "affordability"
    if terms is None:
        return
    if not contract.requested.has_term:
        yield path, "needs requested.term_months: without a term there is no payment"
    numeric = {item.name for item in contract.features if item.kind.is_numeric}
    for key, name in (("income", terms.income), ("obligations", terms.obligations)):
        if name is not None and name not in numeric:
            yield f"{path}.{key}", f"no numeric feature is called {name!r}"
    if not 0 <= terms.annual_interest_rate <= 1:
        yield f"{path}.annual_interest_rate", "must be a share between 0 and 1"
    if terms.income_unit <= 0:
        yield f"{path}.income_unit", "must be above 0"
    most = terms.payment_to_income_at_most
    if most is not None and not 0 < most <= 1:
        yield f"{path}.payment_to_income_at_most", "must be a share above 0 and at most 1"


def _bands(contract: Contract) -> Iterator[Problem]:
    bands = contract.bands
    yield from repeated("bands", "name", [band.name for band in bands])
    for place, (lower, upper) in enumerate(pairwise(bands), start=2):
        if not lower.pd_below < upper.pd_below:
            yield f"bands[{place}].pd_below", f"must be above that of band {lower.name}"
    if bands and bands[-1].pd_below != 1:
        yield f"bands[{len(bands)}].pd_below", "the last band must end at 1.0"
    if bands and bands[0].pd_below <= 0:
        yield "bands[1].pd_below", "must be above 0"


def _automatic(policy: Policy, *, path: str) -> Iterator[Problem]:
    zone = policy.automatic
    if zone.approve_pd_at_most is None:
        if zone.approve_amount_at_most is not None:
            yield f"{path}.approve_amount_at_most", "needs approve_pd_at_most beside it"
    elif zone.approve_pd_at_most > policy.approve_pd_at_most:
        yield f"{path}.approve_pd_at_most", "must not be above the policy's approve_pd_at_most"
    if (
        zone.decline_pd_at_least is not None
        and zone.decline_pd_at_least < policy.decline_pd_at_least
    ):
        yield f"{path}.decline_pd_at_least", "must not be below the policy's decline_pd_at_least"


def _rule(contract: Contract, rule: PolicyRule, *, path: str) -> Iterator[Problem]:
    if not NAME.fullmatch(rule.rule):
        yield f"{path}.rule", "must be small letters, digits and underscores"
    if rule.at_most is None and rule.at_least is None:
        yield path, "needs at_most or at_least"
    elif rule.at_most is not None and rule.at_least is not None and rule.at_most < rule.at_least:
        yield f"{path}.at_most", "must not be below at_least"
    if rule.field not in _fields_for_rules(contract):
        yield f"{path}.field", f"no number of an application is called {rule.field!r}"


def _fields_for_rules(contract: Contract) -> set[str]:
    numeric = {f"features.{item.name}" for item in contract.features if item.kind.is_numeric}
    term = {"requested.term_months"} if contract.requested.has_term else set()
    return {"requested.amount", "score"} | term | numeric


def _protected(contract: Contract) -> Iterator[Problem]:
    yield from repeated("protected", "name", [item.name for item in contract.protected])
    yield from repeated("banned", "column", [item.column for item in contract.banned])
    for place, attribute in enumerate(contract.protected, start=1):
        path = f"protected[{place}]"
        if not NAME.fullmatch(attribute.name):
            yield f"{path}.name", "must be small letters, digits and underscores"
        if attribute.assessable:
            yield from _assessable(attribute, path=path)
        elif attribute.why_not is None:
            yield f"{path}.why_not", "is missing: say why it cannot be assessed"


def _assessable(attribute: Protected, *, path: str) -> Iterator[Problem]:
    values = [group.value for group in attribute.groups]
    if attribute.why_not is not None:
        yield f"{path}.why_not", "belongs to an attribute that is not assessable"
    if len(values) < 2:
        yield f"{path}.groups", "needs at least two"
    if attribute.reference not in values:
        yield f"{path}.reference", "must name one of the groups"
    yield from repeated(f"{path}.groups", "value", values)
    for place, group in enumerate(attribute.groups, start=1):
        yield from _group(group, path=f"{path}.groups[{place}]")
    for code in twice(code for group in attribute.groups for code in group.source):
        yield f"{path}.groups", f"source code {code!r} is in more than one group"
    yield from _bands_of_groups(attribute, path=f"{path}.groups")


def _group(group: ProtectedGroup, *, path: str) -> Iterator[Problem]:
    has_bounds = group.minimum is not None or group.maximum is not None
    if has_bounds == bool(group.source):
        yield path, "needs either source codes or a minimum or maximum"
    if not VALUE.fullmatch(group.value):
        yield f"{path}.value", "must be letters, digits and _ . + - only"


def _bands_of_groups(attribute: Protected, *, path: str) -> Iterator[Problem]:
    bands = sorted((*group.bounds, group.value) for group in attribute.groups if not group.source)
    for (_, high, lower), (low, _, upper) in pairwise(bands):
        if low <= high:
            yield path, f"{lower} and {upper} overlap"
    for low, high, value in bands:
        if low > high:
            yield path, f"{value}: minimum is above maximum"


def _codes(contract: Contract) -> Iterator[Problem]:
    features = [item.code for item in contract.features]
    officers = [item.code for item in contract.officer_reasons]
    yield from repeated("features", "code", features)
    yield from repeated("officer_reasons", "code", officers)
    for code in sorted(set(features) & set(officers)):
        yield "officer_reasons", f"code {code!r} is a feature's reason code"
    for name, codes in (("features", features), ("officer_reasons", officers)):
        for place, code in enumerate(codes, start=1):
            if not _CODE.fullmatch(code):
                yield f"{name}[{place}].code", "must be capital letters and digits, such as CHK01"
