"""One application, with everything an officer needs to decide it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal as Money
from itertools import accumulate

from credit.models import (
    Decision,
    OfferAnswer,
    OfficerDecision,
    OfficerVerdict,
    Role,
    Score,
    User,
)
from credit.queries import application_beside, casework
from credit.queries.application_beside import Beside
from credit.queries.casework import Casework, Happened
from credit.queries.histories import HistoryRow, history
from credit.queries.outcomes import OutcomeRow
from credit.words import in_a_sentence, value_in_words
from scoring.contract import Contract, OfficerReason, Scale
from scoring.features import Value
from scoring.reasons import Reason, all_reasons, principal_reasons
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
    terms: str  # of a counter-offer
    offer_until: date | None
    offer_answer: str
    by: str
    at: datetime
    signed_by: str
    people: tuple[int | None, ...]  # who decided, and who signed
    final_at: datetime | None

    def may_undo(self, viewer: User, *, at: datetime) -> bool:
        """Say whether to offer a person the undoing of it; the action checks more."""
        is_open = self.final_at is not None and at < self.final_at and not self.offer_answer
        return is_open and (viewer.pk in self.people or viewer.has_role(Role.SENIOR_OFFICER))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackRow:
    """What the viewer thought of the recommendation."""

    is_helpful: bool
    comment: str
    at: datetime


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
    status_label: str
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
    officer_reasons: tuple[OfficerReason, ...]
    declining_needs_reason: bool
    officer_decision: OfficerDecisionRow | None
    feedback: FeedbackRow | None
    history: list[HistoryRow]
    casework: Casework
    outcomes: list[OutcomeRow]  # versions of one outcome, the newest first
    warnings: list[str]
    model_name: str
    bundle_hash: str
    contract_number: int
    policy_number: int
    beside: Beside

    @property
    def outcome(self) -> OutcomeRow | None:
        """How the loan turned out, as the newest version says."""
        return self.outcomes[0] if self.outcomes else None


def detail(decision_id: str, *, viewer: User) -> ApplicationDetail:
    """Find an application by its decision. Raises `Decision.DoesNotExist`."""
    decision = _find(decision_id)
    application, score = decision.application, decision.application.score
    contract = score.contract.read()
    values = normalised(contract, application.features)
    officer: OfficerDecision | None = getattr(decision, "officer_decision", None)
    outcomes = list(decision.outcomes.history())
    policy = decision.policy.read().policy
    events = casework.happened(decision)
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
        status_label=application.get_status_display(),
        recommendation=decision.recommendation,
        recommendation_label=decision.get_recommendation_display(),
        route=score.route,
        route_label=in_a_sentence(score.get_route_display()),
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
        officer_reasons=contract.officer_reasons,
        declining_needs_reason=decision.declining_needs_reason,
        officer_decision=_officer_decision(contract, officer),
        feedback=_feedback(events, viewer),
        history=history(decision, officer, outcomes, events),
        casework=casework.of(decision, events, viewer=viewer),
        outcomes=[OutcomeRow.of(each) for each in outcomes],
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
        "officer_decision__signed_by",
        "offer_answer__recorded_by",
        "withdrawal__recorded_by",
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
            value_label=value_in_words(contract.feature(reason.feature), values[reason.feature]),
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
            value_label=value_in_words(feature, values[feature.name]),
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
    is_offer = made.verdict == OfficerVerdict.COUNTER_OFFER
    answer: OfferAnswer | None = getattr(made.decision, "offer_answer", None) if is_offer else None
    return OfficerDecisionRow(
        verdict=made.verdict,
        is_override=made.is_override,
        reason_code=made.reason_code,
        reason_label=labels.get(made.reason_code, ""),
        reason=made.reason,
        terms=casework.terms(made.offered_amount, made.offered_term_months, contract.currency),
        offer_until=made.offer_until,
        offer_answer=answer.get_answer_display() if answer else "",
        by=made.decided_by.known_as,
        at=made.decided_at,
        signed_by=made.signed_by.known_as if made.signed_by else "",
        people=(made.decided_by_id, made.signed_by_id),
        final_at=made.final_at,
    )


def _feedback(events: list[Happened], viewer: User) -> FeedbackRow | None:
    mine = [each for each in events if each.kind == "thumb" and each.who_id == viewer.pk]
    if not mine:
        return None
    (given,) = mine
    return FeedbackRow(is_helpful=given.what == "true", comment=given.words, at=given.at)
