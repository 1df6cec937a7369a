"""One application, with everything an officer needs to decide it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal as Money
from itertools import accumulate

from credit.models import (
    Decision,
    OfficerDecision,
    Outcome,
    PartnerFeedback,
    RecommendationFeedback,
    Score,
    User,
)
from credit.queries import application_beside
from credit.queries.application_beside import Beside
from scoring.contract import Contract, Scale
from scoring.features import Value
from scoring.reasons import Reason, all_reasons, in_words, principal_reasons
from scoring.records import normalised


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """One band of the contract, and whether the application is in it."""

    name: str
    pd_from: float
    pd_below: float
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """What one feature did to the score."""

    feature: str
    label: str
    value_label: str
    points: float
    code: str
    text: str
    cumulative: float  # points after this feature, beginning at the base points


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """Whether one hard rule was met."""

    rule: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """One thing that the application states."""

    name: str
    label: str
    value_label: str
    unit: str | None
    help: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerDecisionRow:
    """What an officer decided."""

    verdict: str
    is_override: bool
    reason_code: str
    reason_label: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRow:
    """What the viewer thought of the recommendation."""

    is_helpful: bool
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """How the loan turned out."""

    is_bad: bool
    observed_on: date
    matures_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One thing that happened to the application."""

    at: datetime
    who: str
    what: str
    words: str = ""  # of who did it, as they stand


@dataclass(frozen=True, slots=True, kw_only=True)
class SurenessRow:
    """What the bootstrap models said, where they were asked."""

    models: int
    agreeing: int
    pd_low: float
    pd_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationDetail:
    """Everything about one application, ready to be shown."""

    decision_id: str
    reference: str
    product_name: str
    product_slug: str
    partner_name: str
    amount: Money
    currency: str
    term_months: int | None
    received_at: datetime
    status: str
    recommendation: str
    recommendation_label: str
    route: str
    route_label: str
    sureness: SurenessRow | None
    pd: float | None
    pd_word: str
    score: int | None
    band: str
    points: float | None
    base_points: float | None
    scale: Scale
    approve_pd_at_most: float
    decline_pd_at_least: float
    bands: list[BandRow]
    reasons: list[ReasonRow]
    principal: list[ReasonRow]
    policy: list[PolicyRow]
    features: list[FeatureRow]
    officer_reasons: list[tuple[str, str]]
    declining_needs_reason: bool
    officer_decision: OfficerDecisionRow | None
    feedback: FeedbackRow | None
    history: list[HistoryRow]
    outcome: OutcomeRow | None
    warnings: list[str]
    model_name: str
    bundle_hash: str
    contract_number: int
    policy_number: int
    beside: Beside


def detail(decision_id: str, *, viewer: User) -> ApplicationDetail:
    """Find an application by its decision. Raises `Decision.DoesNotExist`."""
    decision = _find(decision_id)
    application, score = decision.application, decision.application.score
    contract = score.contract.read()
    values = normalised(contract, application.features)
    officer: OfficerDecision | None = getattr(decision, "officer_decision", None)
    outcomes = list(decision.outcomes.history())
    policy = decision.policy.contract.read().policy
    return ApplicationDetail(
        decision_id=decision.pk,
        reference=application.reference,
        product_name=application.product.name,
        product_slug=application.product.slug,
        partner_name=application.partner.name if application.partner else "",
        amount=application.amount,
        currency=contract.currency,
        term_months=application.term_months,
        received_at=application.received_at,
        status=application.status,
        recommendation=decision.recommendation,
        recommendation_label=decision.get_recommendation_display(),
        route=score.route,
        route_label=score.get_route_display().lower(),
        sureness=_sureness(score),
        pd=score.pd,
        pd_word=contract.outcome.word,
        score=score.score,
        band=score.band,
        points=score.points,
        base_points=score.base_points,
        scale=contract.scale,
        approve_pd_at_most=policy.approve_pd_at_most,
        decline_pd_at_least=policy.decline_pd_at_least,
        bands=_bands(contract, score),
        reasons=_reasons(contract, values, score, all_reasons),
        principal=_reasons(contract, values, score, principal_reasons),
        policy=[PolicyRow(**result) for result in decision.policy_results],
        features=_features(contract, values),
        officer_reasons=[(each.code, each.label) for each in contract.officer_reasons],
        declining_needs_reason=decision.declining_needs_reason,
        officer_decision=_officer_decision(contract, officer),
        feedback=_feedback(decision, viewer),
        history=_history(decision, officer, outcomes),
        outcome=_outcome(outcomes[0] if outcomes else None),
        warnings=list(score.warnings),
        model_name=score.model_version.name if score.model_version else "",
        bundle_hash=score.bundle_hash,
        contract_number=score.contract.number,
        policy_number=decision.policy.number,
        beside=application_beside.beside(decision, contract, values),
    )


def _find(decision_id: str) -> Decision:
    return Decision.objects.select_related(
        "application__product",
        "application__partner",
        "application__score__contract",
        "application__score__model_version__product",
        "policy__contract",
        "officer_decision__decided_by",
        *application_beside.RELATED,
    ).get(pk=decision_id)


def _sureness(score: Score) -> SurenessRow | None:
    said = score.uncertainty
    if said is None:
        return None
    names = ("models", "agreeing", "pd_low", "pd_high")
    return SurenessRow(**{name: said[name] for name in names})


def _bands(contract: Contract, score: Score) -> list[BandRow]:
    starts = [0.0, *(band.pd_below for band in contract.bands)]
    return [
        BandRow(
            name=band.name,
            pd_from=start,
            pd_below=band.pd_below,
            is_this=band.name == score.band,
        )
        for band, start in zip(contract.bands, starts, strict=False)
    ]


def _reasons(
    contract: Contract,
    values: dict[str, Value],
    score: Score,
    chosen: Callable[..., tuple[Reason, ...]],
) -> list[ReasonRow]:
    if not score.contributions or score.base_points is None:
        return []
    reasons = chosen(contract, values, score.contributions)
    after = list(accumulate((reason.points for reason in reasons), initial=score.base_points))
    return [
        ReasonRow(
            feature=reason.feature,
            label=contract.feature(reason.feature).label,
            value_label=in_words(contract.feature(reason.feature), values[reason.feature]),
            points=reason.points,
            code=reason.code,
            text=reason.text,
            cumulative=total,
        )
        for reason, total in zip(reasons, after[1:], strict=True)
    ]


def _features(contract: Contract, values: dict[str, Value]) -> list[FeatureRow]:
    return [
        FeatureRow(
            name=feature.name,
            label=feature.label,
            value_label=in_words(feature, values[feature.name]),
            unit=feature.unit,
            help=feature.help,
        )
        for feature in contract.features
    ]


def _officer_decision(
    contract: Contract, made: OfficerDecision | None
) -> OfficerDecisionRow | None:
    if made is None:
        return None
    labels = {each.code: each.label for each in contract.officer_reasons}
    return OfficerDecisionRow(
        verdict=made.verdict,
        is_override=made.is_override,
        reason_code=made.reason_code,
        reason_label=labels.get(made.reason_code, ""),
        reason=made.reason,
        by=_name(made.decided_by),
        at=made.decided_at,
    )


def _feedback(decision: Decision, viewer: User) -> FeedbackRow | None:
    given = RecommendationFeedback.objects.filter(decision=decision, given_by=viewer).first()
    if given is None:
        return None
    return FeedbackRow(is_helpful=given.is_helpful, comment=given.comment, at=given.given_at)


def _outcome(outcome: Outcome | None) -> OutcomeRow | None:
    if outcome is None:
        return None
    return OutcomeRow(
        is_bad=outcome.is_bad, observed_on=outcome.observed_on, matures_on=outcome.matures_on
    )


def _history(
    decision: Decision, officer: OfficerDecision | None, outcomes: list[Outcome]
) -> list[HistoryRow]:
    """Tell what happened, the newest first."""
    partner = decision.application.partner
    label = decision.get_recommendation_display().lower()
    rows = [
        HistoryRow(
            at=decision.decided_at,
            who=partner.name if partner else "",
            what=f"Received; recommendation: {label}",
        )
    ]
    told = application_beside.history(decision)
    rows += [HistoryRow(at=at, who=who, what=what) for at, who, what in told]
    if decision.automatic:
        done = decision.get_automatic_display().lower()
        rows.append(HistoryRow(at=decision.decided_at, who="policy", what=f"Decided: {done}"))
    if officer is not None:
        rows.append(_decided(officer))
    for given in decision.feedback.select_related("given_by").order_by("given_at", "pk"):
        helped = "helped" if given.is_helpful else "did not help"
        rows.append(
            HistoryRow(
                at=given.given_at,
                who=_name(given.given_by),
                what=f"Feedback: the recommendation {helped}",
            )
        )
    said = decision.partner_feedback.select_related("given_with__partner")
    labels = {each.name: each.label for each in decision.application.score.contract.read().features}
    rows += [_partner_said(given, labels) for given in said]
    rows += [_turned_out(outcome) for outcome in outcomes]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _decided(made: OfficerDecision) -> HistoryRow:
    against = ", against the recommendation" if made.is_override else ""
    return HistoryRow(
        at=made.decided_at,
        who=_name(made.decided_by),
        what=f"Decided: {made.get_verdict_display().lower()}{against}",
    )


def _partner_said(given: PartnerFeedback, labels: dict[str, str]) -> HistoryRow:
    about = f" ({labels.get(given.feature, given.feature)})" if given.feature else ""
    return HistoryRow(
        at=given.given_at,
        who=given.given_with.partner.name,
        what=f"Partner's feedback: {given.get_kind_display().lower()}{about}",
        words=given.text,
    )


def _turned_out(outcome: Outcome) -> HistoryRow:
    who = ""
    if outcome.reported_by is not None:
        who = _name(outcome.reported_by)
    elif outcome.reported_with is not None:
        who = outcome.reported_with.partner.name
    told = "Outcome" if outcome.corrects is None else "Outcome corrected"
    word = "bad" if outcome.is_bad else "good"
    return HistoryRow(
        at=outcome.reported_at,
        who=who,
        what=f"{told}: {word}, seen {outcome.observed_on}",
        words=outcome.reason,
    )


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()
