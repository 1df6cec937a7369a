"""What officers and applicants did with an application besides the verdict that stands."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal as Money
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from credit.models import (
    Application,
    Decision,
    InformationRequest,
    OfficerNote,
    ProposedDecision,
    ReasonFeedback,
    RecommendationFeedback,
    ReviewRequest,
    UndoneDecision,
    User,
)
from credit.words import amount_in_words
from scoring.contract import Contract
from scoring.notices import offers

Status = Application.Status
Part = QuerySet[Any, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that somebody did, of whatever table."""

    kind: str
    at: datetime
    who: str
    who_id: int
    what: str  # a verdict, an opinion, a state
    about: str  # a feature, or terms
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """What waits for a second signature."""

    id: int
    verdict: str
    terms: str
    limits: list[str]  # in words
    is_override: bool
    reason_label: str
    reason: str
    by: str
    by_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """What the applicant was asked for."""

    items: list[str]
    words: str
    by: str
    at: datetime
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferBounds:
    """Between which terms a counter-offer may be."""

    amount_low: Money
    amount_high: Money
    term_low: int | None
    term_high: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Casework:
    """All of it, of one application."""

    proposal: ProposalRow | None
    question: QuestionRow | None
    bounds: OfferBounds
    notes: list[Happened]
    opinions: dict[str, str]  # the viewer's own, of reasons by feature
    had_decided: bool  # the viewer, before a review reopened it


def happened(decision: Decision) -> list[Happened]:
    """Read everything that people did, by one query, the oldest first."""
    first, *others = _parts(decision)
    rows = [_happened(*row) for row in first.union(*others, all=True)]
    return sorted(rows, key=lambda row: row.at)


def of(decision: Decision, events: list[Happened], *, viewer: User) -> Casework:
    """Sort what happened, and read what waits for a person's answer."""
    contract = decision.application.score.contract.read()
    status = decision.application.status
    return Casework(
        proposal=_proposal(decision, contract) if status == Status.AWAITING_SIGNATURE else None,
        question=_question(decision) if status == Status.AWAITING_INFORMATION else None,
        bounds=_bounds(decision, contract),
        notes=[each for each in events if each.kind == "note"],
        opinions={
            each.about: each.what
            for each in events
            if each.kind == "opinion" and each.who_id == viewer.pk
        },
        had_decided=any(
            each.kind == "decided_before" and each.who_id == viewer.pk for each in events
        ),
    )


def terms(amount: Money | None, term_months: int | None, currency: str) -> str:
    """Write the terms of a counter-offer."""
    if amount is None:
        return ""
    written = f"{currency} {amount_in_words(amount)}"
    if term_months is None:
        return written
    return _("%(amount)s over %(months)d months") % {"amount": written, "months": term_months}


def limit_in_words(limit: str, contract: Contract) -> str:
    """Say which limit of an officer's authority a decision is above."""
    rules = {f"rule:{each.rule}": each.text for each in contract.policy.rules}
    return {
        "amount": _("the amount is above what one officer may lend"),
        "pd": _("the risk is above what one officer may take"),
        "override": _("it goes against the recommendation"),
    }.get(limit, rules.get(limit, limit))


def _parts(decision: Decision) -> list[Part]:
    """Give each kind of what people did as rows of the same columns."""
    of_it = Q(decision=decision.pk)
    thumbs, opinions = RecommendationFeedback.objects, ReasonFeedback.objects
    proposed, gone = ProposedDecision.objects.filter(of_it), UndoneDecision.objects.filter(of_it)
    undone, reopened = gone.filter(review=None), gone.exclude(review=None)
    reviews = ReviewRequest.objects.filter(of_it)
    asked = InformationRequest.objects.filter(of_it)
    is_settled = Q(settled_at__isnull=False)
    return [
        _part("note", OfficerNote.objects.filter(of_it), "written", said="words"),
        _part("thumb", thumbs.filter(of_it), "given", what="is_helpful", said="comment"),
        _part("opinion", opinions.filter(of_it), "given", what="kind", about="feature"),
        _part("proposed", proposed, "proposed", what="verdict", said="reason"),
        _part("settled", proposed.filter(is_settled), "settled", what="state", said="answer"),
        _part("asked", asked, "asked", said="words"),
        _part("answered", asked.filter(is_settled), "settled", what="state", said="answer"),
        _part("decided", undone, "decided", what="verdict", said="reason"),
        _part("undone", undone, "undone", what="verdict"),
        _part("decided_before", reopened, "decided", what="verdict", said="reason"),
        _part("review", reviews, "asked", by="recorded_by", said="words"),
        _part(
            "reviewed",
            reviews.exclude(outcome=""),
            "answered",
            what="outcome",
            said="answer",
        ),
    ]


def _part(
    kind: str,
    rows: QuerySet[Any],
    verb: str,
    *,
    by: str = "",
    what: str = "",
    about: str = "",
    said: str = "",
) -> Part:
    who = by or f"{verb}_by"
    return rows.order_by().values_list(
        Value(kind, CharField()),
        *(f"{verb}_at", who, f"{who}__first_name", f"{who}__last_name", f"{who}__username"),
        *(_text(name) for name in (what, about, said)),
    )


def _happened(
    kind: str,
    at: datetime,
    who_id: int,
    first: str,
    last: str,
    login: str,
    what: str,
    about: str,
    words: str,
) -> Happened:
    who = f"{first} {last}".strip() or login
    return Happened(kind=kind, at=at, who=who, who_id=who_id, what=what, about=about, words=words)


def _text(name: str) -> Cast | Value:
    return Cast(F(name), TextField()) if name else Value("", TextField())


def _proposal(decision: Decision, contract: Contract) -> ProposalRow:
    found = ProposedDecision.objects.select_related("proposed_by")
    made = found.get(decision=decision, state=ProposedDecision.State.WAITING)
    labels = {each.code: each.label for each in contract.officer_reasons}
    return ProposalRow(
        id=made.pk,
        verdict=made.verdict,
        terms=terms(made.offered_amount, made.offered_term_months, contract.currency),
        limits=[limit_in_words(each, decision.policy.read()) for each in made.limits],
        is_override=made.is_override,
        reason_label=labels.get(made.reason_code, ""),
        reason=made.reason,
        by=made.proposed_by.known_as,
        by_id=made.proposed_by_id,
        at=made.proposed_at,
    )


def _question(decision: Decision) -> QuestionRow:
    found = InformationRequest.objects.select_related("asked_by")
    asked = found.get(decision=decision, state=InformationRequest.State.OPEN)
    return QuestionRow(
        items=[str(InformationRequest.Item(each).label) for each in asked.items],
        words=asked.words,
        by=asked.asked_by.known_as,
        at=asked.asked_at,
        due_on=asked.due_on,
    )


def _bounds(decision: Decision, contract: Contract) -> OfferBounds:
    application, authority = decision.application, decision.policy.read().policy.authority
    low, high = offers.amount_bounds(contract.requested, authority, application.amount)
    shortest, longest = None, None
    if application.term_months is not None:
        shortest, longest = offers.term_bounds(
            contract.requested, authority, application.term_months
        )
    return OfferBounds(amount_low=low, amount_high=high, term_low=shortest, term_high=longest)
