"""What a notice states, and the proof that it may: computed the same before it leaves and after.

`certify` takes what a decision was made of and what people did, and answers with what the notice
says and everything that speaks against its leaving. Nothing in it is believed: it is computed from
the bundle, the contract, the policy and the law packs, so whoever has those computes it again.
"""

from decimal import Decimal
from typing import Any

from scoring.application import RequestedValues
from scoring.contract import Policy
from scoring.notices.certificate_problems import problems_of
from scoring.notices.laws import NoticeKind
from scoring.notices.proofs import Proved, Tried, prove
from scoring.notices.terms import MODEL, PERSON, RULE, Certified, Facts, Grounds, Instead
from scoring.policy import Recommendation, by_cut_off, recommend
from scoring.reasons import in_words
from scoring.records import NONE, Record


def certify(record: Record, facts: Facts, grounds: Grounds) -> Certified:
    """Compute what a notice states, and find everything that speaks against its leaving.

    Parameters
    ----------
    record : Record
        The decision; its features normalised.
    facts : Facts
        What people did.
    grounds : Grounds
        What it was decided by.

    Returns
    -------
    Certified

    Raises
    ------
    EngineFailed, GraphFailed
        The graph failed.
    """
    limit = max(grounds.laws.least_improvement, grounds.contract.notices.pd_improvement_at_least)
    most, proved = grounds.laws.most_reasons, None
    rules = _rules(record, grounds.policy) if facts.own_because == "" else []
    if _needs_model(record, facts, grounds.policy, rules=bool(rules)):
        proved = _proved(record, grounds, least=limit, most=max(most - len(rules), 0))
    stated = [*rules[:most], *(_told(each) for each in (proved.stated if proved else ()))]
    if facts.own_because or facts.kind is NoticeKind.INCOMPLETENESS:
        stated = [{"from": PERSON, "code": own.code, "text": own.text} for own in facts.own]
    statement = {
        "kind": str(facts.kind),
        "improvement_at_least": limit,
        "most_reasons": most,
        "pd": proved.pd if proved else record.figures.pd,
        "reasons": stated,
        "passed_over": [_told(each) for each in proved.passed_over] if proved else [],
        "disclosure": _disclosure(record, facts, grounds),
        "instead": [_again(each, record, grounds) for each in facts.instead],
    }
    found = problems_of(record, facts, grounds, statement)
    return Certified(statement=statement, problems=tuple(found))


def _rules(record: Record, policy: Policy) -> list[dict[str, Any]]:
    """List the knock-out rules that declined."""
    failed = {result["rule"] for result in record.policy_results if not result["passed"]}
    return [
        {"from": RULE, "code": rule.rule, "text": rule.text, "features": [rule.field]}
        for rule in policy.rules
        if rule.rule in failed and rule.otherwise == Recommendation.DECLINE.value
    ]


def _needs_model(record: Record, facts: Facts, policy: Policy, *, rules: bool) -> bool:
    """Say whether the model's reasons are stated: it declined, or nothing but it speaks for it."""
    pd = record.figures.pd
    if facts.own_because or facts.kind is NoticeKind.INCOMPLETENESS or pd is None:
        return False
    said = by_cut_off(policy, pd)
    return said is Recommendation.DECLINE or (not rules and said is not Recommendation.APPROVE)


def _proved(record: Record, grounds: Grounds, *, least: float, most: int) -> Proved | None:
    if grounds.score is None or grounds.usual is None:
        return None
    return prove(
        grounds.score,
        grounds.contract,
        values=record.features,
        usual=grounds.usual,
        least=least,
        most=most,
    )


def _told(each: Tried) -> dict[str, Any]:
    told = {
        "from": MODEL,
        "code": each.reason.code,
        "text": each.reason.text,
        "features": list(each.features),
        "points": each.reason.points,
        "usual": list(each.usual),
        "pd": each.pd,
        "improvement": each.improvement,
    }
    return told | ({"passed_over": each.passed_over} if each.passed_over else {})


def _disclosure(record: Record, facts: Facts, grounds: Grounds) -> dict[str, Any] | None:
    """Say what a bureau's score was, where one was used."""
    named = grounds.contract.notices.bureau_score
    if named is None or record.route == NONE or facts.kind is NoticeKind.INCOMPLETENESS:
        return None
    value = record.features.get(named.feature)
    if value is None:
        return None
    names = list(named.factors[: grounds.laws.most_factors or 0])
    if named.inquiries and grounds.laws.has_inquiries_beside:
        names.append(named.inquiries)
    features = [grounds.contract.feature(name) for name in names]
    known = [each for each in features if record.features.get(each.name) is not None]
    return {
        "score": value,
        "minimum": named.minimum,
        "maximum": named.maximum,
        "source": named.source,
        "on": facts.received_on.isoformat(),
        "factors": [
            f"{each.label}: {in_words(each, record.features[each.name])}" for each in known
        ],
    }


def _again(each: Instead, record: Record, grounds: Grounds) -> dict[str, Any]:
    """Score a change as if it had come in, and judge it by the policy without its bootstraps."""
    if grounds.score is None:
        return {"recommendation": ""}
    values = {**record.features, **each.changes}
    (score,) = grounds.score([values])
    judged = recommend(
        grounds.policy,
        pd=score.pd,
        requested=RequestedValues(amount=Decimal(each.amount), term_months=each.term_months),
        values=values,
        score=score.score,
    )
    return {"pd": score.pd, "score": score.score, "recommendation": str(judged.recommendation)}
