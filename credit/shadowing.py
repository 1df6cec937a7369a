"""What a version in shadow says of a decided application: what it would have said as champion.

Its engines are kept apart from those that serve. Else a shadow could push a champion out, make
those wait that load one, or have a champion left alone that is the same bundle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from credit import serving
from credit.considering import Considered
from credit.models import ModelVersion
from credit.serving import ModelUnavailable
from scoring.engine import Engine, EngineFailed
from scoring.features import InputRefused, Value, validate
from scoring.points import Score
from scoring.policy import Recommended, recommend
from scoring.sessions import GraphFailed
from scoring.uncertainty import assess

SET_ASIDE_FOR = timedelta(seconds=30)
_ENGINES_KEPT = 8
_engines: dict[str, Engine] = {}  # by bundle; one thread of a process uses them


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowScored:
    """A score that nobody was answered by."""

    version: ModelVersion
    decision_id: str
    at: datetime
    score: Score
    recommended: Recommended


def scored(made: Considered, version: ModelVersion) -> ShadowScored:
    """Score what the champion scored, under the policy that it was decided by.

    Raises
    ------
    ModelUnavailable
        It failed, and is left alone for a while; or it asks for other data (`other_contract`).
    """
    values = _values(made, version)
    serving.refuse_set_aside(_name(version), at=made.at)
    try:
        engine = _engine(version)
        score = engine.score(values)
        unsure = assess(engine, values, score, made.terms.policy)
    except (EngineFailed, GraphFailed, ModelUnavailable) as failed:
        serving.set_aside(_name(version), until=made.at + SET_ASIDE_FOR)
        raise ModelUnavailable("shadow_failed", f"{version.name} in shadow: {failed}") from failed
    recommended = recommend(
        made.terms.policy,
        pd=score.pd,
        requested=made.application.requested,
        values=values,
        score=score.score,
        uncertainty=unsure,
    )
    return ShadowScored(
        version=version, decision_id=made.id, at=made.at, score=score, recommended=recommended
    )


def _name(version: ModelVersion) -> str:
    return f"{version.bundle_hash} (shadow)"


def _values(made: Considered, version: ModelVersion) -> Mapping[str, Value]:
    if version.contract_id == made.terms.contract_version.pk:
        return made.values
    try:
        return validate(version.contract.read(), made.values)
    except InputRefused as refused:
        raise ModelUnavailable("other_contract", f"{version.name}: {refused}") from refused


def _engine(version: ModelVersion) -> Engine:
    kept = _engines.get(version.bundle_hash)
    if kept is not None:
        return kept
    found = serving.opened(version.bundle_hash)
    if isinstance(found, ModelUnavailable):
        raise found
    while len(_engines) >= _ENGINES_KEPT:
        _engines.pop(next(iter(_engines)))
    _engines[version.bundle_hash] = found
    return found
