"""Stored decisions, computed again from their bundle, contract and inputs."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from django.db.models import QuerySet

from credit import audit_chain, requests, serving
from credit.inputs import normalised
from credit.ladder import UNASKED
from credit.models import AuditEvent, Decision, Score
from credit.serving import ModelUnavailable
from scoring import engine
from scoring.application import RequestedValues
from scoring.contract import Contract, hash_of
from scoring.features import Value
from scoring.policy import recommend
from scoring.scorecard import ScorecardRefused
from scoring.sessions import GraphFailed
from scoring.uncertainty import Uncertainty, assess

EXACT = ("pd", "margin", "points", "base_points", "score", "band")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """Whether a decision came out the same, to the bit; and what did not."""

    decision_id: str
    identical: bool
    differences: list[str]


def replay(
    decision_ids: Sequence[str] | None = None, *, sample: int | None = None, seed: int = 0
) -> Iterator[Replayed]:
    """Compute decisions again: those named, a sample, or all. Unknown ids are told, not skipped."""
    for decision_id in _chosen(decision_ids, sample=sample, seed=seed):
        decision = _decisions().filter(pk=decision_id).first()
        differences = ["There is no such decision."] if decision is None else _compare(decision)
        yield Replayed(decision_id=decision_id, identical=not differences, differences=differences)


def count(decision_ids: Sequence[str] | None = None, *, sample: int | None = None) -> int:
    """Say how many decisions `replay` will compute, for a progress bar."""
    if decision_ids is not None:
        return len(decision_ids)
    stored = Decision.objects.count()
    return stored if sample is None else min(sample, stored)


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


def _decisions() -> QuerySet[Decision]:
    return Decision.objects.select_related(
        "application__product",
        "application__score__contract",
        "application__score__model_version__contract",
        "policy__contract",
    )


def _compare(decision: Decision) -> list[str]:
    application = decision.application
    score = application.score
    contract_version = score.contract
    if hash_of(contract_version.text.encode()) != contract_version.hash:
        return ["contract: its text is not the one that was registered."]
    contract = contract_version.read()
    values = normalised(contract, application.features)
    differences = [*_inputs(decision, values)]
    if score.route != Score.Route.NONE:
        differences += _scores(decision, contract, values)
    return [*differences, *_recommendation(decision, values)]


def _inputs(decision: Decision, values: dict[str, Value]) -> Iterator[str]:
    """Hold the stored inputs against what the audit trail committed to when they came in."""
    application = decision.application
    event = AuditEvent.objects.filter(
        target=f"decision:{decision.pk}", type=AuditEvent.Type.APPLICATION_DECIDED
    ).first()
    if event is None:
        yield "The audit trail knows nothing of this decision."
        return
    found = audit_chain.commitment(bytes(application.salt), requests.inputs_of(application, values))
    if event.details.get("inputs") != found:
        yield "input: what is stored is not what the audit trail committed to."


def _scores(decision: Decision, contract: Contract, values: dict[str, Value]) -> Iterator[str]:
    score = decision.application.score
    if score.route == Score.Route.SCORECARD:
        yield from _by_scorecard(score, values)
        return
    try:
        loaded = serving.engine_of(score.bundle_hash)
        if loaded.contract.hash != contract.hash:
            yield "contract: the bundle was made for another one."
            return
        again = loaded.score(values)
        sure = assess(loaded, values, again, decision.policy.contract.read().policy)
    except (ModelUnavailable, engine.EngineFailed, GraphFailed) as trouble:
        yield f"bundle: it cannot be scored: {trouble}"
        return
    library = _library(loaded)
    yield from _figures(score, again, library)
    if UNASKED not in score.warnings and score.uncertainty != (asdict(sure) if sure else None):
        yield f"uncertainty: stored {score.uncertainty!r}, computed {sure!r}{library}"


def _by_scorecard(score: Score, values: dict[str, Value]) -> Iterator[str]:
    """Score again by the scorecard that is kept beside the version."""
    version = score.model_version
    try:
        if version is None or version.scorecard is None:
            yield "bundle: the version has no fallback scorecard."
            return
        again = serving.scorecard_of(version).score(values)
    except ScorecardRefused as refused:
        yield f"bundle: the fallback scorecard cannot be used: {refused}"
        return
    yield from _figures(score, again, "")


def _figures(score: Score, again: engine.Score, library: str) -> Iterator[str]:
    for name in EXACT:
        stored, found = getattr(score, name), getattr(again, name)
        if stored != found:
            yield f"{name}: stored {stored!r}, computed {found!r}{library}"
    if list(again.contributions) != [float(points) for points in score.contributions]:
        yield f"The points by feature differ{library}."


def _recommendation(decision: Decision, values: dict[str, Value]) -> Iterator[str]:
    """Apply the stored policy to the stored figures."""
    application, score = decision.application, decision.application.score
    again = recommend(
        decision.policy.contract.read().policy,
        pd=score.pd,
        requested=RequestedValues(amount=application.amount, term_months=application.term_months),
        values=values,
        score=score.score,
        uncertainty=Uncertainty(**score.uncertainty) if score.uncertainty else None,
    )
    if score.route == Score.Route.SCORECARD or UNASKED in score.warnings:
        again = replace(again, automatic=False)
    if again.recommendation.value != decision.recommendation:
        yield (
            f"recommendation: stored {decision.recommendation}, "
            f"computed {again.recommendation.value}"
        )
    automatic = again.recommendation.value if again.automatic else ""
    if automatic != decision.automatic:
        yield f"automatic: stored {decision.automatic or 'no'}, computed {automatic or 'no'}"
    results = [
        {"rule": result.rule, "passed": result.passed, "text": result.text}
        for result in again.results
    ]
    if results != decision.policy_results:
        yield "The results of the policy rules differ."


def _library(loaded: engine.Engine) -> str:
    """Name the likeliest cause: another ONNX Runtime than the bundle was checked with."""
    import onnxruntime  # noqa: PLC0415 - only to explain a difference

    made_with = loaded.bundle.manifest.get("libraries", {}).get("onnxruntime")
    if made_with in {None, onnxruntime.__version__}:
        return " (the same library)"
    return f" (library: checked with onnxruntime {made_with}, here is {onnxruntime.__version__})"
