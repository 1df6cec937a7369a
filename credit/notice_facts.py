"""What people did about a decision, as its notice must say it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from credit.laws import AFTER_AN_OFFER_DAYS, LONGEST_DAYS
from credit.models import (
    Application,
    Decision,
    Notice,
    NoticeKind,
    NoticeWording,
    OfficerDecision,
    User,
)
from scoring.canonical import moment
from scoring.contract import Contract
from scoring.notices import laws as law
from scoring.notices.laws import Laws
from scoring.notices.terms import OFFICER, POLICY, Facts, Instead, OwnReason

OVERRIDE, NO_MODEL_REASON, CHOSEN, STATED = "override", "no_model_reason", "chosen", "stated"
INCOMPLETE = "incomplete"

# Why there is another of a kind, where nothing is issued again: it is about something new.
ANEW = gettext_noop("It tells of what was asked or decided since the one before.")

# Which notice an application's status owes its applicant.
OWED = {
    "declined": NoticeKind.ADVERSE_ACTION,
    "counter_offered": NoticeKind.COUNTER_OFFER,
    "awaiting_information": NoticeKind.INCOMPLETENESS,
    INCOMPLETE: NoticeKind.ADVERSE_ACTION,
}
EXPLAINED = frozenset({"declined", "counter_offered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Who decided, and when: an officer, or policy within its automatic zone."""

    by: str
    at: datetime


def decisions() -> QuerySet[Decision]:
    """Decisions with all that a notice of them needs."""
    return Decision.objects.select_related(
        "application__product",
        "application__partner",
        "application__score__contract",
        "application__score__model_version__contract",
        "policy__contract",
        "officer_decision__decided_by",
    )


def kind_owed(application: Application) -> NoticeKind | None:
    """Say which notice an application owes; None where it owes none, or it left already."""
    kind = OWED.get(application.status)
    if kind is None or application.told == application.status:
        return None
    if application.status == INCOMPLETE and application.told == "awaiting_information":
        return None
    return kind


def may_be_written(application: Application, kind: NoticeKind) -> bool:
    """Say whether a notice of a kind says what is so."""
    if kind is NoticeKind.EXPLANATION:
        return application.status in EXPLAINED
    return OWED.get(application.status) is kind


def decided(decision: Decision) -> Decided:
    """Say who decided; where an officer only asked for information, it is the recommendation."""
    officer = officer_of(decision)
    if officer is not None:
        return Decided(by=OFFICER, at=officer.decided_at)
    by = POLICY if decision.automatic else OFFICER
    return Decided(by=by, at=decision.decided_at)


def officer_of(decision: Decision) -> OfficerDecision | None:
    """Find the human decision that stands."""
    return getattr(decision, "officer_decision", None)


def has_left(decision_id: str, *, since: datetime | None = None) -> bool:
    """Say whether anything was written to the applicant: then nothing is undone any more."""
    found = Notice.objects.filter(decision_id=decision_id)
    return (found.filter(issued_at__gte=since) if since else found).exists()


def owed_since(decision: Decision, kind: NoticeKind) -> datetime:
    """Say since when what a notice of a kind tells is so: what left before told of what was."""
    if kind is NoticeKind.INCOMPLETENESS:
        asked = decision.information_requests.order_by("-pk").first()
        return asked.asked_at if asked else decision.decided_at
    return decided(decision).at


def had_a_part(decision: Decision, person: User) -> bool:
    """Say whether a person made the decision that stands, or signed it."""
    officer = officer_of(decision)
    return officer is not None and person.pk in {officer.decided_by_id, officer.signed_by_id}


def undo_runs_until(decision: Decision, *, at: datetime) -> datetime | None:
    """Say until when the decision can still be undone; None where nobody can any more."""
    officer = officer_of(decision)
    final_at = officer.final_at if officer else None
    return final_at if final_at is not None and final_at > at else None


def facts_of(
    decision: Decision,
    *,
    kind: NoticeKind,
    number: int,
    laws: Laws,
    instead: tuple[Instead, ...],
    at: datetime,
) -> Facts:
    """Put together what people did."""
    application, officer, who = decision.application, officer_of(decision), decided(decision)
    contract = application.score.contract.read()
    because, own = own_reasons(decision, kind, contract)
    offered = officer.offered_amount if officer else None
    return Facts(
        kind=law.NoticeKind(kind),
        number=number,
        status=str(application.status),
        decided_by=who.by,
        decided_on=who.at.date(),
        received_on=application.received_at.date(),
        issued_at=moment(at.replace(microsecond=0)),
        own_because=because,
        own=own,
        offered_amount=None if offered is None else f"{offered:.2f}",
        offered_term_months=officer.offered_term_months if officer else None,
        answer_by=_answer_by(kind, officer, laws, on=at.date()),
        instead=() if because else instead,
    )


def own_reasons(
    decision: Decision, kind: NoticeKind, contract: Contract
) -> tuple[str, tuple[OwnReason, ...]]:
    """Say why a person's reasons stand in place of the model's, and which; ("", ()): they do not.

    What was stated for the applicant counts; else what the contract says of the officer's code.
    """
    because = why_own(decision, kind)
    stated = _newest(decision, kind)
    if stated is not None:
        return because or STATED, tuple(OwnReason(**each) for each in stated.reasons)
    if kind is NoticeKind.INCOMPLETENESS:
        return "", asked_for(decision)
    officer = officer_of(decision)
    if not because or officer is None:
        return because, ()
    texts = {each.code: each.notice_text for each in contract.officer_reasons}
    text = texts.get(officer.reason_code)
    return because, (OwnReason(code=officer.reason_code, text=text),) if text else ()


def why_own(decision: Decision, kind: NoticeKind) -> str:
    """Say why the reasons are a person's and not the model's; "" where they are the model's."""
    officer = officer_of(decision)
    if kind is NoticeKind.INCOMPLETENESS or officer is None:
        return CHOSEN if decision.application.status == INCOMPLETE else ""
    if officer.is_override:
        return OVERRIDE
    if decision.recommendation == Decision.Recommendation.DECLINE:
        return ""  # agreed with: the model's reasons hold, or those of the rules
    if decision.declining_needs_reason:
        return NO_MODEL_REASON
    return CHOSEN if officer.reason_code else ""


def _newest(decision: Decision, kind: NoticeKind) -> NoticeWording | None:
    """Find what was stated last; an explanation says what the notice says."""
    said = NoticeWording.objects.filter(decision=decision)
    if kind is NoticeKind.EXPLANATION:
        said = said.exclude(kind=NoticeKind.INCOMPLETENESS)
    else:
        said = said.filter(kind=kind)
    return said.filter(stated_at__gte=owed_since(decision, kind)).order_by("-pk").first()


def asked_for(decision: Decision) -> tuple[OwnReason, ...]:
    """List what an officer asked the applicant for."""
    asked = decision.information_requests.order_by("-pk").first()
    if asked is None:
        return ()
    labels = dict(asked.Item.choices)
    items = [OwnReason(code=item, text=str(labels[item])) for item in asked.items]
    return (*items, *([OwnReason(code="", text=asked.words)] if asked.words else []))


def _answer_by(
    kind: NoticeKind, officer: OfficerDecision | None, laws: Laws, *, on: date
) -> date | None:
    if kind is NoticeKind.COUNTER_OFFER:
        until = officer.offer_until if officer else None
        days = laws.days("after_counter_offer_days") or AFTER_AN_OFFER_DAYS
        return until or on + timedelta(days=days)
    if kind is NoticeKind.INCOMPLETENESS:
        return on + timedelta(days=laws.days("incompleteness_days") or LONGEST_DAYS)
    return None
