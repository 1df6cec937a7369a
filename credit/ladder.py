"""Who scores an application: the champion, else the champion before, else the scorecard.

Each step down is told: in the answer's route and warnings, in the log, and as an alert. Where
nobody can score, a person decides without a score.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from credit import serving
from credit.models import ModelVersion, Score
from credit.serving import ModelUnavailable, Terms
from scoring import engine
from scoring.candidates.canary import is_chosen
from scoring.contract import Policy
from scoring.engine import SECONDS_OF_A_BATCH, Engine, EngineFailed, EngineTimedOut
from scoring.features import InputRefused, Value, validate
from scoring.scorecard import ScorecardRefused
from scoring.sessions import GraphFailed, GraphTimedOut
from scoring.uncertainty import Uncertainty, assess, is_asked

Route = Score.Route
SET_ASIDE_FOR = timedelta(seconds=30)  # a model that timed out, so that not every caller waits

_WORDS = {
    "no_champion": "there is no champion",
    "stopped": "a person stopped it",
    "bundle_missing": "its file is gone",
    "bundle_refused": "its file is not the registered one",
    "engine_failed": "it failed",
    "timed_out": "it took too long",
    "set_aside": "it took too long a moment ago",
    "other_contract": "it asks for other data",
    "no_scorecard": "it has none",
    "scorecard_refused": "it is not one of the contract",
}
_NAMES = {
    Route.CANARY: "The canary",
    Route.CHAMPION: "The champion",
    Route.PREVIOUS_CHAMPION: "The champion before",
    Route.SCORECARD: "The fallback scorecard",
}


class Scored(NamedTuple):
    """A score, and whose it is."""

    score: engine.Score
    route: Route
    version: ModelVersion
    engine: Engine | None  # None of a scorecard
    seconds: float | None = None  # that a canary took, alone


class Climbed(NamedTuple):
    """What came of going down the ladder."""

    scored: Scored | None
    troubles: tuple[tuple[Route, ModelUnavailable], ...]

    @property
    def canary_failed(self) -> bool:
        """Whether it was the canary's to score, and it could not."""
        return bool(self.troubles) and self.troubles[0][0] == Route.CANARY

    @property
    def warnings(self) -> list[str]:
        """Say in one sentence who could not score, and who did."""
        if not self.troubles:
            return []
        failed = ", ".join(
            f"{_named(route, is_first=not place)} could not score"
            f" ({_WORDS[trouble.cause]}: {trouble.cause})"
            for place, (route, trouble) in enumerate(self.troubles)
        )
        did = _named(self.scored.route) + " did" if self.scored else "a person decides"
        return [f"{failed}; {did}."]


def _named(route: Route, *, is_first: bool = False) -> str:
    """Name a rung within the sentence; the champion's begins it unless a canary was before."""
    return _NAMES[route] if is_first else _NAMES[route][0].lower() + _NAMES[route][1:]


def canary_for(found: Terms, reference: str) -> ModelVersion | None:
    """Give the canary where an application is its to score."""
    canary = found.canary
    if canary is None or found.is_stopped:
        return None
    share = found.promotion.canary_share
    return canary if is_chosen(reference, canary=canary.bundle_hash, share=share) else None


def climb(
    found: Terms,
    values: Mapping[str, Value],
    *,
    at: datetime,
    canary: ModelVersion | None = None,
) -> Climbed:
    """Have the best that works score a validated application: `canary` first, where it is its."""
    troubles: list[tuple[Route, ModelUnavailable]] = []
    for route, version, step in _steps(found, values, canary, at=at):
        try:
            return Climbed(scored=step(), troubles=tuple(troubles))
        except ModelUnavailable as trouble:
            trouble.version = version
            troubles.append((route, trouble))
    return Climbed(scored=None, troubles=tuple(troubles))


def climb_each(
    found: Terms,
    rows: Sequence[Mapping[str, Value]],
    *,
    at: datetime,
    canary: ModelVersion | None = None,
    seconds: float | None = SECONDS_OF_A_BATCH,
) -> list[Climbed]:
    """Have the champion score many at once, or the canary what is its.

    Where it cannot, or not in `seconds` (None: as long as for one), each goes down the ladder
    alone.
    """
    first, route = (canary, Route.CANARY) if canary else (found.version, Route.CHAMPION)
    asks_the_same = first is not None and first.contract_id == found.contract_version.pk
    if first is not None and asks_the_same and rows and not found.is_stopped:
        try:
            serving.refuse_set_aside(first.bundle_hash, at=at)
            loaded = serving.engine_of(first.bundle_hash)
            scores = loaded.score_each(rows, seconds=seconds)
        except (ModelUnavailable, EngineFailed):
            pass  # alone, each finds out what is wrong, and only those are told that it concerns
        else:
            return [
                Climbed(
                    scored=Scored(score=score, route=route, version=first, engine=loaded),
                    troubles=(),
                )
                for score in scores
            ]
    return [climb(found, values, at=at, canary=canary) for values in rows]


def sureness(
    scored: Scored, values: Mapping[str, Value], policy: Policy, *, at: datetime
) -> Uncertainty | None:
    """Ask the bootstrap models of the release that scored, where they matter.

    Raises `ModelUnavailable` where they fail. Those that took too long are left alone for a while.
    """
    if scored.engine is None or not is_asked(scored.engine, scored.score, policy):
        return None
    models = f"{scored.version.bundle_hash} (bootstrap models)"
    serving.refuse_set_aside(models, at=at, told_as="bootstrap_timed_out")
    try:
        return assess(scored.engine, values, scored.score, policy)
    except GraphTimedOut as slow:
        serving.set_aside(models, until=at + SET_ASIDE_FOR)
        raise ModelUnavailable("bootstrap_timed_out", f"{scored.version.name}: {slow}") from slow
    except GraphFailed as failed:
        raise ModelUnavailable("bootstrap_failed", f"{scored.version.name}: {failed}") from failed


Step = tuple[Route, ModelVersion | None, Callable[[], Scored]]


def _steps(
    found: Terms, values: Mapping[str, Value], canary: ModelVersion | None, *, at: datetime
) -> list[Step]:
    if found.version is None or found.is_stopped:
        return [(Route.CHAMPION, None, lambda: _nobody(found))]
    champion, previous = found.version, found.previous
    steps: list[Step] = [
        (Route.CHAMPION, champion, lambda: _by_model(Route.CHAMPION, champion, values, at=at))
    ]
    if previous is not None:
        steps.append(
            (
                Route.PREVIOUS_CHAMPION,
                previous,
                lambda: _by_model(
                    Route.PREVIOUS_CHAMPION, previous, _valid_for(previous, values), at=at
                ),
            )
        )
    if canary is not None:
        steps.insert(0, (Route.CANARY, canary, lambda: _by_canary(found, canary, values, at=at)))
    return [*steps, (Route.SCORECARD, champion, lambda: _by_scorecard(champion, values))]


def _nobody(found: Terms) -> Scored:
    serving.refuse_stopped(found)
    raise ModelUnavailable("no_champion", f"{found.product.slug} has no champion yet.")


def _by_canary(
    found: Terms, canary: ModelVersion, values: Mapping[str, Value], *, at: datetime
) -> Scored:
    """Have the canary score, and note how long it took: it halts where that is too often long."""
    if canary.contract_id != found.contract_version.pk:
        values = _valid_for(canary, values)
    began = time.perf_counter()
    scored = _by_model(Route.CANARY, canary, values, at=at)
    return scored._replace(seconds=time.perf_counter() - began)


def _by_model(
    route: Route, version: ModelVersion, values: Mapping[str, Value], *, at: datetime
) -> Scored:
    serving.refuse_set_aside(version.bundle_hash, at=at)
    try:
        loaded = serving.engine_of(version.bundle_hash)
        score = loaded.score(values)
    except ModelUnavailable as trouble:
        if trouble.cause == serving.TIMED_OUT:
            serving.set_aside(version.bundle_hash, until=at + SET_ASIDE_FOR)
        raise
    except EngineTimedOut as slow:
        serving.set_aside(version.bundle_hash, until=at + SET_ASIDE_FOR)
        raise ModelUnavailable(serving.TIMED_OUT, f"{version.name}: {slow}") from slow
    except EngineFailed as failed:
        raise ModelUnavailable("engine_failed", f"{version.name}: {failed}") from failed
    return Scored(score=score, route=route, version=version, engine=loaded)


def _valid_for(version: ModelVersion, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """Hold values to the contract of an older version, which may ask for other things."""
    try:
        return validate(version.contract.read(), values)
    except InputRefused as refused:
        raise ModelUnavailable("other_contract", f"{version.name}: {refused}") from refused


def _by_scorecard(version: ModelVersion, values: Mapping[str, Value]) -> Scored:
    if version.scorecard is None:
        raise ModelUnavailable("no_scorecard", f"{version.name} has no fallback scorecard.")
    try:
        card = serving.scorecard_of(version)
    except ScorecardRefused as refused:
        raise ModelUnavailable("scorecard_refused", f"{version.name}: {refused}") from refused
    return Scored(score=card.score(values), route=Route.SCORECARD, version=version, engine=None)
