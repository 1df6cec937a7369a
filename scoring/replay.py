"""A stored decision, computed again and compared to the bit; what differs is named by its cause."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import onnxruntime

from scoring.contract import Policy
from scoring.engine import Engine
from scoring.exploration import explored, would_draw
from scoring.points import Score
from scoring.policy import recommend
from scoring.records import BY_HAND, EXPLORED, NONE, SCORECARD, UNASKED, Record
from scoring.scorecard import Scorecard
from scoring.uncertainty import Uncertainty, assess

EXACT = ("pd", "margin", "points", "base_points", "score", "band")


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What came of scoring the stored inputs again."""

    score: Score
    uncertainty: Uncertainty | None = None
    library: str = ""  # the likeliest cause of a difference, in words


def by_engine(engine: Engine, record: Record, policy: Policy) -> Again:
    """Score again by the model.

    Bootstrap models that could not be asked then are not asked now: the decision was made without.

    Raises
    ------
    EngineFailed, GraphFailed
        It raises, takes too long, or answers what cannot be true.
    """
    score = engine.score(record.features)
    unasked = UNASKED in record.warnings
    sure = None if unasked else assess(engine, record.features, score, policy)
    return Again(score=score, uncertainty=sure, library=_library(engine))


def by_scorecard(card: Scorecard, record: Record) -> Again:
    """Score again by the fallback."""
    return Again(score=card.score(record.features))


def differences(record: Record, *, policy: Policy, again: Again | None) -> Iterator[str]:
    """Name what does not come out as it was stored; nothing where all does.

    Parameters
    ----------
    record : Record
        What was stored; its features normalised.
    policy : Policy
        The one in force then.
    again : Again or None
        None where no model scored it, or none could be asked now.
    """
    yield from altered_inputs(record)
    if again is not None:
        yield from _figures(record, again)
    yield from _recommendation(record, policy)


def altered_inputs(record: Record) -> Iterator[str]:
    """Hold the inputs against what the audit trail committed to when they came in."""
    if record.inputs_commitment != record.commitment:
        yield "input: what is stored is not what the audit trail committed to."


def _figures(record: Record, again: Again) -> Iterator[str]:
    for name in EXACT:
        stored, found = getattr(record.figures, name), getattr(again.score, name)
        if stored != found:
            yield f"{name}: stored {stored!r}, computed {found!r}{again.library}"
    if again.score.contributions != record.figures.contributions:
        yield f"The points by feature differ{again.library}."
    if UNASKED in record.warnings or record.route == SCORECARD:
        return
    found = asdict(again.uncertainty) if again.uncertainty else None
    if record.figures.uncertainty != found:
        yield (
            f"uncertainty: stored {record.figures.uncertainty!r}, computed {found!r}{again.library}"
        )


def _recommendation(record: Record, policy: Policy) -> Iterator[str]:
    """Apply the policy to the stored figures."""
    stored = record.figures.uncertainty
    found = recommend(
        policy,
        pd=record.figures.pd,
        requested=record.requested,
        values=record.features,
        score=record.figures.score,
        uncertainty=Uncertainty(**stored) if stored else None,
    )
    by_a_person = {UNASKED, BY_HAND} & {*record.warnings}
    if record.route in {SCORECARD, NONE} or by_a_person:
        found = replace(found, automatic=False)
    if EXPLORED in record.warnings:
        pd, amount = record.figures.pd, record.requested.amount
        if not would_draw(policy, found, decision=record.decision, pd=pd, amount=amount):
            yield "exploration: policy and chance would not have drawn it."
        found = explored(found)
    if found.recommendation.value != record.recommendation:
        yield (
            f"recommendation: stored {record.recommendation}, computed {found.recommendation.value}"
        )
    automatic = found.recommendation.value if found.automatic else ""
    if automatic != record.automatic:
        yield f"automatic: stored {record.automatic or 'no'}, computed {automatic or 'no'}"
    if tuple(asdict(result) for result in found.results) != record.policy_results:
        yield "The results of the policy rules differ."


def _library(engine: Engine) -> str:
    """Say whether the model was checked with the ONNX Runtime that is here."""
    made_with = engine.bundle.manifest.get("libraries", {}).get("onnxruntime")
    if made_with in {None, onnxruntime.__version__}:
        return " (the same library)"
    return f" (library: checked with onnxruntime {made_with}, here is {onnxruntime.__version__})"
