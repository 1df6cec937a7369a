"""Prove a notice again from its record and the bundle: every re-score, to the bit."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from scoring.bundle import Bundle
from scoring.contract import Contract, Policy
from scoring.notices.certificates import certify
from scoring.notices.laws import Laws
from scoring.notices.proofs import UsualMissing, usual_values
from scoring.notices.records import NoticeRecord, different, laws_of
from scoring.notices.terms import POLICY, Facts, Grounds
from scoring.policy import Recommendation
from scoring.records import Record
from scoring.replay import differences
from scoring.verify_parts import again_of, bundle_of, policy_of, scorer_of, stated_by


def verify_notice(
    notice: NoticeRecord,
    *,
    place: Path | None,
    policy_contract: Path | None = None,
    documents: Mapping[str, bytes] | None = None,
) -> list[str]:
    """Compute a decision and its notice again and name what differs, or should not have left.

    Parameters
    ----------
    notice : NoticeRecord
        As `notice_from_json` reads it; whether its seal holds is said there.
    place : Path or None
        The bundle; None only where no model scored.
    policy_contract : Path or None
        The contract whose policy was in force, where it is not the bundle's own.
    documents : mapping of name to bytes, or None
        What is said to have left, by names for the messages; each must be one of those that did.

    Raises
    ------
    VerifyRefused, BundleRefused, RecordRefused
        A file is missing, altered or another one than the record names; the inputs are not of the
        contract; a law pack is none.
    """
    bundle = bundle_of(notice.decision, place)
    policy, contract = policy_of(notice.decision, bundle, policy_contract)
    read = stated_by(notice.decision, contract)
    again = None if bundle is None else again_of(read, bundle, policy)
    laws = laws_of(notice)
    certified = certify(read, notice.facts, _grounds(read, bundle, contract, policy, laws))
    return [
        *(f"decision: {each}" for each in differences(read, policy=policy, again=again)),
        *different(notice.statement, certified.statement, path="statement"),
        *(f"{each.code}: {each.text}" for each in certified.problems),
        *_laws_differ(laws, contract, notice.facts),
        *_facts_differ(notice.facts, read, policy),
        *_documents_differ(notice, documents or {}),
    ]


def _grounds(
    record: Record, bundle: Bundle | None, contract: Contract, policy: Policy, laws: Laws
) -> Grounds:
    given = Grounds(contract=contract, policy=policy, laws=laws, score=None, usual=None)
    if bundle is None:
        return given
    try:
        usual = usual_values(bundle.manifest, contract)
    except UsualMissing as missing:
        return replace(given, why_not=str(missing))
    return replace(given, score=scorer_of(record, bundle), usual=usual)


def _laws_differ(laws: Laws, contract: Contract, facts: Facts) -> Iterator[str]:
    if tuple(pack.code for pack in laws.packs) != contract.jurisdictions:
        yield "laws: they are not those of the contract's jurisdictions."
    for pack in laws.packs:
        if not pack.holds_on(facts.decided_on):
            yield f"laws: {pack.code} was not in force on {facts.decided_on.isoformat()}."


def _facts_differ(facts: Facts, record: Record, policy: Policy) -> Iterator[str]:
    """Hold what people did against what the decision allows."""
    came_in = datetime.fromisoformat(record.decided_at).date()
    if facts.received_on != came_in:
        yield "facts.received_on: it is not the day on which the application came in."
    if facts.decided_on < came_in:
        yield "facts.decided_on: it is before the application came in."
    if datetime.fromisoformat(facts.issued_at).date() < facts.decided_on:
        yield "facts.issued_at: it is before the decision."
    if facts.decided_by == POLICY and facts.decided_on != came_in:
        yield "facts.decided_on: policy decides at once."
    if facts.own_because == "override" and record.recommendation != Recommendation.APPROVE:
        yield "facts.own_because: the officer did not decide against the recommendation."
    pd = record.figures.pd
    if facts.own_because == "no_model_reason" and pd is not None and pd > policy.approve_pd_at_most:
        yield "facts.own_because: the model has reasons."


def _documents_differ(notice: NoticeRecord, documents: Mapping[str, bytes]) -> Iterator[str]:
    left = set(notice.documents.values())
    for name, content in documents.items():
        if hashlib.sha256(content).hexdigest() not in left:
            yield f"documents: {name} is not one of the files that left."
