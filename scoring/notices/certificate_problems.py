"""What speaks against a notice's leaving, each by name and in words for the person it goes to."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scoring.contract import Contract
from scoring.notices.laws import LawMissing, Laws, NoticeKind
from scoring.notices.terms import POLICY, Facts, Grounds, Problem
from scoring.policy import Recommendation
from scoring.records import Record

SHORTEST = 12  # characters of a reason in somebody's own words
MOST_ASKED_FOR = 20  # things an incomplete application lacks


def problems_of(
    record: Record, facts: Facts, grounds: Grounds, statement: Mapping[str, Any]
) -> Iterator[Problem]:
    """Find everything, in the order in which a person would mend it."""
    try:
        grounds.laws.form(facts.kind)
    except LawMissing as missing:
        yield Problem(code="law_missing", text=f"It cannot be written: {missing}.")
    yield from _sender_problems(grounds.contract)
    if facts.kind is NoticeKind.INCOMPLETENESS:
        yield from _asked_for_problems(facts)
        return
    if facts.own_because:
        yield from _own_problems(facts, grounds)
    else:
        yield from _model_problems(record, facts, grounds, statement)
    if facts.kind is NoticeKind.COUNTER_OFFER and facts.offered_amount is None:
        yield Problem(code="offer_missing", text="The terms that are offered are not recorded.")
    yield from _disclosure_problems(statement["disclosure"], grounds.laws)
    for each in statement["instead"]:
        if each["recommendation"] != Recommendation.APPROVE:
            yield Problem(code="instead", text="A change that it names would not be approved.")


def _sender_problems(contract: Contract) -> Iterator[Problem]:
    if contract.notices.creditor is None:
        yield Problem(
            code="creditor_missing",
            text="The contract does not say who the creditor is ([notices] creditor, address).",
        )


def _asked_for_problems(facts: Facts) -> Iterator[Problem]:
    if not facts.own:
        yield Problem(code="nothing_asked", text="What the applicant should send is not stated.")
    if len(facts.own) > MOST_ASKED_FOR:
        yield Problem(code="too_many", text=f"It asks for more than {MOST_ASKED_FOR} things.")


def _model_problems(
    record: Record, facts: Facts, grounds: Grounds, statement: Mapping[str, Any]
) -> Iterator[Problem]:
    if facts.decided_by == POLICY and record.automatic != Recommendation.DECLINE:
        yield Problem(code="not_by_policy", text="Policy did not decline this by itself.")
    if not statement["reasons"]:
        why = grounds.why_not or (
            "No single detail that took points improves the probability by "
            f"{statement['improvement_at_least']:.4g} or more when it alone is as usual."
        )
        yield Problem(code="nothing_proved", text=why)
    never = never_stated(grounds.contract)
    for reason in statement["reasons"]:
        for name in set(reason.get("features", ())) & never.keys():
            yield Problem(code="not_to_be_stated", text=f"“{reason['text']}”: {never[name]}.")


def _own_problems(facts: Facts, grounds: Grounds) -> Iterator[Problem]:
    if not facts.own:
        yield Problem(
            code="own_missing",
            text="The officer decided for a reason of their own, and it is not stated in words "
            "that an applicant can be told.",
        )
    if len(facts.own) > grounds.laws.most_reasons:
        yield Problem(code="too_many", text=f"More than {grounds.laws.most_reasons} reasons.")
    for own in facts.own:
        yield from wording_problems(own.text, contract=grounds.contract, laws=grounds.laws)


def wording_problems(text: str, *, contract: Contract, laws: Laws) -> Iterator[Problem]:
    """Find what makes a person's words no specific reason, or one that may not be stated."""
    said = text.lower()
    if len(text.strip()) < SHORTEST:
        yield Problem(code="not_specific", text=f"“{text}” is too short to be a specific reason.")
    for phrase in laws.never_stated:
        if phrase.lower() in said:
            yield Problem(code="not_specific", text=f"“{phrase}” is no specific reason.")
    words = {item.label.lower() for item in contract.protected}
    words |= {item.name.replace("_", " ").lower() for item in contract.protected}
    for word in sorted(words):
        if re.search(rf"\b{re.escape(word)}\b", said):
            yield Problem(code="protected", text=f"“{word}” may not be a reason.")


def _disclosure_problems(disclosure: Mapping[str, Any] | None, laws: Laws) -> Iterator[Problem]:
    if disclosure is not None and laws.most_factors and not disclosure["factors"]:
        yield Problem(
            code="factors_missing",
            text="A bureau's score was used, and its key factors are not among the details.",
        )


def never_stated(contract: Contract) -> dict[str, str]:
    """Name the features that no notice may give as a reason, and why."""
    found = dict.fromkeys(contract.notices.proxies, "the contract calls it a proxy")
    sources = {item.source for item in contract.protected if item.source}
    sources |= {item.column for item in contract.banned}
    names = {item.name for item in contract.protected}
    for feature in contract.features:
        if feature.source in sources or feature.name in names:
            found[feature.name] = "it is protected"
    return found
