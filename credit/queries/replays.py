"""Stored decisions, computed again from their bundle, contract and inputs."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from credit import retention, serving
from credit.models import AuditEvent, Decision, Score
from credit.queries import notice_seals
from credit.records import Evidence, evidence_of, record_of
from credit.serving import ModelUnavailable
from scoring.contract import Contract, Policy, hash_of
from scoring.engine import EngineFailed
from scoring.records import Record
from scoring.replay import Again, altered_inputs, by_engine, by_scorecard, differences
from scoring.scorecard import ScorecardRefused
from scoring.sessions import GraphFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """Whether a decision came out the same, to the bit; and what did not.

    Its notices that left are held against the audit trail with it.
    """

    decision_id: str
    identical: bool
    differences: list[str]
    notices: int = 0


class CannotCompute(Exception):
    """What a decision was made by is gone or altered; the message names it."""


def replay(
    decision_ids: Sequence[str] | None = None, *, sample: int | None = None, seed: int = 0
) -> Iterator[Replayed]:
    """Compute decisions again: those named, a sample, or all. Unknown ids are told, not skipped."""
    for decision_id in _chosen(decision_ids, sample=sample, seed=seed):
        decision = decisions().filter(pk=decision_id).first()
        if decision is None:
            why = [_why_not(decision_id)]
            yield Replayed(decision_id=decision_id, identical=False, differences=why)
            continue
        held = notice_seals.hold(decision_id)
        found = [*_compare(decision), *held.problems]
        yield Replayed(
            decision_id=decision_id, identical=not found, differences=found, notices=held.n
        )


def count(decision_ids: Sequence[str] | None = None, *, sample: int | None = None) -> int:
    """Say how many decisions `replay` will compute, for a progress bar."""
    if decision_ids is not None:
        return len(decision_ids)
    stored = Decision.objects.count()
    return stored if sample is None else min(sample, stored)


def decisions() -> QuerySet[Decision]:
    """Decisions with all that computing them again needs."""
    return Decision.objects.select_related(
        "application__product",
        "application__score__contract",
        "application__score__model_version__contract",
        "policy__contract",
    )


def _chosen(ids: Sequence[str] | None, *, sample: int | None, seed: int) -> Iterator[str]:
    if ids is not None:
        yield from ids
        return
    stored = Decision.objects.order_by("pk").values_list("pk", flat=True)
    if sample is None:
        yield from stored.iterator(chunk_size=2_000)
        return
    known = list(stored)
    yield from sorted(random.Random(seed).sample(known, min(sample, len(known))))  # noqa: S311


def _why_not(decision_id: str) -> str:
    """Tell an id that was never given from a decision that went with its month."""
    for month in retention.dropped("default")[retention.DECISIONS]:
        if month["from"] <= decision_id < month["below"]:
            return f"It was dropped with its month ({month['month']}) at the end of its retention."
    return "There is no such decision."


def _compare(decision: Decision) -> list[str]:
    score = decision.application.score
    if hash_of(score.contract.text.encode()) != score.contract.hash:
        return ["contract: its text is not the one that was registered."]
    contract, evidence = score.contract.read(), evidence_of(decision)
    record = record_of(decision, contract=contract, evidence=evidence) if evidence else None
    if evidence is None or record is None:
        return ["The audit trail knows nothing of this decision."]
    stated = decision.policy
    if hash_of(stated.contract_text.encode()) != stated.contract_hash:
        return ["policy: its text is not the one that was registered."]
    policy = stated.read().policy
    unlike = [*_told_more_than_once(decision), *_unlike_the_trail(decision, record, evidence)]
    try:
        again = _again(score, record, contract, policy)
    except CannotCompute as trouble:
        return [*unlike, *altered_inputs(record), str(trouble)]
    return [*unlike, *differences(record, policy=policy, again=again)]


def _unlike_the_trail(decision: Decision, record: Record, evidence: Evidence) -> Iterator[str]:
    """Hold the rows against what the audit trail says was decided, by what.

    Rows that were all changed together, to another model or policy, come out of computing again
    as if nothing had happened.
    """
    stored = {
        "recommendation": record.recommendation,
        "automatic": record.automatic,
        "route": record.route,
        "bundle": record.bundle,
        "policy": decision.policy.number,
    }
    for name, value in stored.items():
        if evidence.get(name, value) != value:
            yield f"{name}: stored {value!r}, and the audit trail says {evidence[name]!r}."


def _told_more_than_once(decision: Decision) -> Iterator[str]:
    """Find an event that was added to match: there is one of its own, or that of its batch."""
    own = AuditEvent.objects.filter(
        target=f"decision:{decision.pk}", type=AuditEvent.Type.APPLICATION_DECIDED
    ).count()
    if own + (decision.event_id is not None) > 1:
        yield "The audit trail says more than once how it was decided."


def _again(score: Score, record: Record, contract: Contract, policy: Policy) -> Again | None:
    if score.route == Score.Route.NONE:
        return None
    if score.route == Score.Route.SCORECARD:
        return _by_scorecard(score, record)
    try:
        loaded = serving.engine_of(score.bundle_hash)
        if loaded.contract.hash != contract.hash:
            raise CannotCompute("contract: the bundle was made for another one.")
        return by_engine(loaded, record, policy)
    except (ModelUnavailable, EngineFailed, GraphFailed) as trouble:
        raise CannotCompute(f"bundle: it cannot be scored: {trouble}") from trouble


def _by_scorecard(score: Score, record: Record) -> Again:
    """Score again by the scorecard that is kept beside the version."""
    version = score.model_version
    if version is None or version.scorecard is None:
        raise CannotCompute("bundle: the version has no fallback scorecard.")
    try:
        return by_scorecard(serving.scorecard_of(version), record)
    except ScorecardRefused as refused:
        raise CannotCompute(
            f"bundle: the fallback scorecard cannot be used: {refused}"
        ) from refused
