"""A decision made in memory, and not yet written: of one application, or of many at once.

Both ways meet in `_decided`, so that a row of a batch comes out as it would have alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from credit import answers, chance, ladder, requests, serving
from credit.ids import new_id
from credit.ladder import Climbed, Scored
from credit.models import Application, Partner, Score
from credit.requests import Read
from credit.serving import ModelUnavailable, Terms, UnknownProduct
from scoring.canonical import commitment
from scoring.engine import SECONDS_OF_A_BATCH, Engine
from scoring.features import FieldProblem, InputRefused, Value
from scoring.policy import Recommendation, Recommended, recommend
from scoring.records import BY_HAND, UNASKED, committed, normalised
from scoring.sessions import GraphFailed
from scoring.uncertainty import Uncertainty, assess_each

_AFTER = {
    Recommendation.APPROVE: Application.Status.APPROVED,
    Recommendation.DECLINE: Application.Status.DECLINED,
}


class Considered(NamedTuple):
    """A decision made and not yet written: what its rows will hold."""

    id: str  # of the application and of the decision
    at: datetime
    terms: Terms
    partner: Partner | None
    application: Read
    values: dict[str, Value]  # normalised
    salt: bytes
    climbed: Climbed
    warnings: list[str]
    uncertainty: Uncertainty | None
    unasked: ModelUnavailable | None  # why its bootstrap models could not be asked
    recommended: Recommended
    explored: Decimal | None = None  # expected loss, where it was drawn to learn from

    @property
    def troubles(self) -> list[ModelUnavailable]:
        """All that failed on the way to it."""
        steps = [trouble for _, trouble in self.climbed.troubles]
        return [*steps, self.unasked] if self.unasked else steps

    @property
    def status(self) -> Application.Status:
        """Where the application stands from now on."""
        if not self.recommended.automatic:
            return Application.Status.AWAITING_OFFICER
        return _AFTER[self.recommended.recommendation]

    @property
    def route(self) -> Score.Route:
        """Who scored it."""
        return self.climbed.scored.route if self.climbed.scored else Score.Route.NONE

    @property
    def bundle_hash(self) -> str:
        """By which bundle; "" where nobody could."""
        return self.climbed.scored.score.bundle_hash if self.climbed.scored else ""

    @property
    def figures(self) -> dict[str, Any]:
        """The columns of the score beside whose it is."""
        scored = self.climbed.scored
        said = {
            "route": self.route.value,
            "bundle_hash": self.bundle_hash,
            "warnings": self.warnings,
            "uncertainty": self.uncertainty.facts if self.uncertainty else None,
        }
        if scored is None:
            return said | {"contract_id": self.terms.contract_version.pk}
        score, version = scored.score, scored.version
        return said | {
            "contract_id": version.contract_id,
            "model_version_id": version.pk,
            "pd": score.pd,
            "margin": score.margin,
            "points": score.points,
            "base_points": score.base_points,
            "score": score.score,
            "band": score.band,
            "contributions": score.contributions,
        }

    @property
    def verdict(self) -> dict[str, Any]:
        """The columns of the decision beside whose it is and when."""
        said = self.recommended.recommendation.value
        return {
            "recommendation": said,
            "policy_results": self.policy_results,
            "automatic": said if self.recommended.automatic else "",
        }

    @property
    def policy_results(self) -> list[dict[str, Any]]:
        """How each rule of the policy came out."""
        return [
            {"rule": result.rule, "passed": result.passed, "text": result.text}
            for result in self.recommended.results
        ]

    @property
    def facts(self) -> answers.Facts:
        """What its answer is made of: the same that will be read back from its rows."""
        scored, recommended, asked = self.climbed.scored, self.recommended, self.application
        score, version = (scored.score, scored.version) if scored else (None, None)
        said = recommended.recommendation.value
        return answers.Facts(
            id=self.id,
            product=self.terms.product.slug,
            reference=asked.reference,
            decided_at=self.at,
            recommendation=said,
            status=self.status.value,
            verdict=answers.by_policy(said, at=self.at) if recommended.automatic else None,
            pd=score.pd if score else None,
            score=score.score if score else None,
            band=score.band if score else "",
            contract=(version.contract if version else self.terms.contract_version).read(),
            values=self.values,
            contributions=score.contributions if score else (),
            policy_results=self.policy_results,
            version=version.name if version else None,
            bundle_hash=self.bundle_hash,
            route=self.route.value,
            uncertainty=self.uncertainty.facts if self.uncertainty else None,
            warnings=self.warnings,
        )

    @property
    def evidence(self) -> dict[str, str | int]:
        """What the audit trail holds of it: nothing that says who or what was decided about."""
        inputs = committed(
            reference=self.application.reference,
            requested=self.application.requested,
            features=self.values,
        )
        said = self.recommended.recommendation.value
        return {
            # The salt goes with the person's data when that is erased; then nobody can guess it.
            "inputs": commitment(self.salt, inputs),
            "recommendation": said,
            "automatic": said if self.recommended.automatic else "",
            "route": self.route.value,
            "bundle": self.bundle_hash,
            "contract": self.terms.contract_version.hash,
            "policy": self.terms.policy_version.number,
        }


class Asked(NamedTuple):
    """A decision that is asked for, as it came."""

    product: object
    partner: Partner | None
    body: Mapping[str, object]
    at: datetime


class _Sureness(NamedTuple):
    """How sure the model is, and what to tell about it."""

    uncertainty: Uncertainty | None = None
    warnings: tuple[str, ...] = ()
    trouble: ModelUnavailable | None = None  # why it could not be found out


def consider(
    *, product: object, partner: Partner | None, body: Mapping[str, object], at: datetime
) -> Considered:
    """Read what is in force, check, score, apply the policy; raises `InputRefused`."""
    found = _terms(product, body, at=at)
    application = requests.read(body, product=found.product.slug, contract=found.contract)
    values = normalised(found.contract, application.features)
    canary = ladder.canary_for(found, application.reference)
    climbed = ladder.climb(found, values, at=at, canary=canary)
    sureness = _sureness(found, climbed.scored, values, at=at)
    return _decided(found, application, values, climbed, sureness, partner=partner, at=at)


def left_to_a_person(made: Considered) -> Considered:
    """Let no policy decide by itself what somebody here typed in; the record says why."""
    return made._replace(
        warnings=[*made.warnings, BY_HAND],
        recommended=replace(made.recommended, automatic=False),
    )


def consider_each(
    found: Terms,
    bodies: Sequence[Mapping[str, object]],
    *,
    partner: Partner | None,
    at: datetime,
) -> list[Considered | InputRefused]:
    """Consider many under the same terms; one that is refused does not stop the others."""
    slug = found.product.slug
    asked = [Asked(product=slug, partner=partner, body=body, at=at) for body in bodies]
    return consider_at_once(found, asked, at=at, seconds=SECONDS_OF_A_BATCH)


def consider_at_once(
    found: Terms, asked: Sequence[Asked], *, at: datetime, seconds: float | None
) -> list[Considered | InputRefused]:
    """Consider as `consider_each` does, each with its own partner and moment.

    The graphs may take `seconds` for some thousands; None: as long as for one.
    """
    read = [_read(each.body, found) for each in asked]
    taken = [(its, each) for its, each in zip(asked, read, strict=True) if isinstance(each, Read)]
    values = [normalised(found.contract, each.features) for _, each in taken]
    references = [each.reference for _, each in taken]
    scored = _scored_each(found, references, values, at=at, seconds=seconds)
    decided = iter(
        _decided(found, each, its_values, *its_score, partner=its.partner, at=its.at)
        for (its, each), its_values, its_score in zip(taken, values, scored, strict=True)
    )
    return [next(decided) if isinstance(each, Read) else each for each in read]


def _scored_each(
    found: Terms,
    references: Sequence[str],
    rows: Sequence[dict[str, Value]],
    *,
    at: datetime,
    seconds: float | None,
) -> list[tuple[Climbed, _Sureness]]:
    """Score the canary's and the others' each at once, in the order that they came in."""
    canaries = [ladder.canary_for(found, reference) for reference in references]
    scored: dict[int, tuple[Climbed, _Sureness]] = {}
    for canary in dict.fromkeys(canaries):
        places = [place for place, its in enumerate(canaries) if its is canary]
        values = [rows[place] for place in places]
        climbed = ladder.climb_each(found, values, at=at, canary=canary, seconds=seconds)
        sureness = _sureness_of_each(found, climbed, values, at=at, seconds=seconds)
        scored |= dict(zip(places, zip(climbed, sureness, strict=True), strict=True))
    return [scored[place] for place in range(len(rows))]


def _read(body: Mapping[str, object], found: Terms) -> Read | InputRefused:
    try:
        return requests.read(body, product=found.product.slug, contract=found.contract)
    except InputRefused as refused:
        return refused


def _decided(
    found: Terms,
    application: Read,
    values: dict[str, Value],
    climbed: Climbed,
    sureness: _Sureness,
    *,
    partner: Partner | None,
    at: datetime,
) -> Considered:
    """Apply the policy to what was found out, and put it into rows."""
    scored = climbed.scored
    recommended = recommend(
        found.policy,
        pd=scored.score.pd if scored else None,
        requested=application.requested,
        values=values,
        score=scored.score.score if scored else None,
        uncertainty=sureness.uncertainty,
    )
    if sureness.trouble or (scored and scored.route == Score.Route.SCORECARD):
        recommended = replace(recommended, automatic=False)
    return Considered(
        id=new_id(at),
        at=at,
        terms=found,
        partner=partner,
        application=application,
        values=values,
        salt=chance.sixteen(),
        climbed=climbed,
        warnings=[*climbed.warnings, *sureness.warnings],
        uncertainty=sureness.uncertainty,
        unasked=sureness.trouble,
        recommended=recommended,
    )


def _terms(product: object, body: Mapping[str, object], *, at: datetime) -> Terms:
    """Find the product; where there is none, the body's own shape is still worth a word."""
    if not isinstance(product, str):
        code = "missing" if product is None else "wrong_type"
        wrong = FieldProblem("/product", code, "must be the name of a product")
        raise InputRefused((wrong, *requests.shape_problems(body)))
    try:
        return serving.terms(product, at=at)
    except UnknownProduct as unknown:
        raise InputRefused((*unknown.problems, *requests.shape_problems(body))) from unknown


def _sureness(
    found: Terms, scored: Scored | None, values: Mapping[str, Value], *, at: datetime
) -> _Sureness:
    """Ask the bootstrap models and the table of familiarity; a scorecard has neither."""
    if scored is None or scored.engine is None:
        return _Sureness()
    try:
        unsure = ladder.sureness(scored, values, found.policy, at=at)
    except ModelUnavailable as failed:
        failed.version = scored.version
        return _told(found, scored.engine, values, None, trouble=failed)
    return _told(found, scored.engine, values, unsure)


def _sureness_of_each(
    found: Terms,
    climbed: Sequence[Climbed],
    rows: Sequence[Mapping[str, Value]],
    *,
    at: datetime,
    seconds: float | None,
) -> list[_Sureness]:
    """Ask at once where one model scored them all, as is usual; else about each alone."""
    scored = [each.scored for each in climbed if each.scored]
    loaded = scored[0].engine if len(scored) == len(rows) and rows else None
    if loaded is not None and all(each.engine is loaded for each in scored):
        try:
            scores = [each.score for each in scored]
            unsure = assess_each(loaded, rows, scores, found.policy, seconds=seconds)
        except GraphFailed:
            pass  # alone, only those go to a person about whom the models cannot answer
        else:
            return [_told(found, loaded, *each) for each in zip(rows, unsure, strict=True)]
    return [
        _sureness(found, each.scored, values, at=at)
        for each, values in zip(climbed, rows, strict=True)
    ]


def _told(
    found: Terms,
    loaded: Engine,
    values: Mapping[str, Value],
    unsure: Uncertainty | None,
    *,
    trouble: ModelUnavailable | None = None,
) -> _Sureness:
    warnings = [UNASKED] if trouble else []
    if unsure is not None and unsure.agreement < found.policy.agreement_at_least:
        warnings.append(unsure.warning)
    unlike = loaded.familiarity.warning(values) if loaded.familiarity else None
    return _Sureness(
        uncertainty=unsure,
        warnings=(*warnings, *([unlike] if unlike else [])),
        trouble=trouble,
    )
