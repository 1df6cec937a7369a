"""Asking an applicant for what is missing, and what comes of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from credit.actions import assignments, audit, closing
from credit.actions.moves import move, take_up
from credit.actions.refusals import ActionDenied, require_role
from credit.models import Application, AuditEvent, Decision, InformationRequest, Role, User
from credit.words import day_in_words

Item = InformationRequest.Item
State = InformationRequest.State
Status = Application.Status


class NothingAsked(ActionDenied):
    """A question names what is asked for; "something else" says what in words."""


class StillTime(ActionDenied):
    """The applicant may still answer."""


@transaction.atomic
def ask(
    *, decision_id: str, items: Iterable[str], words: str = "", by: User, at: datetime
) -> InformationRequest:
    """Ask the applicant; the application waits for the answer, not for an officer."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="ask for information")
    decision = take_up(decision_id, Status.AWAITING_OFFICER)
    assignments.check_may_decide(decision_id=decision.pk, by=by, at=at)
    asked, said = _asked(items), words.strip()
    if not asked or (Item.OTHER in asked and not said):
        raise NothingAsked(_("Choose what you ask for; say in words what “something else” is."))
    move(decision.application, to=Status.AWAITING_INFORMATION)
    _owe_anew(decision.application)
    days = decision.policy.read().policy.clocks.information_within_days
    request = InformationRequest.objects.create(
        decision=decision,
        items=asked,
        words=said,
        asked_by=by,
        asked_at=at,
        due_on=at.date() + timedelta(days=days),
    )
    _tell(AuditEvent.Type.INFORMATION_REQUESTED, request, decision, words=said, by=by, at=at)
    return request


@transaction.atomic
def answer(*, decision_id: str, words: str = "", by: User, at: datetime) -> InformationRequest:
    """Note that the answer came; the application waits for an officer again."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="note an answer")
    decision = take_up(decision_id, Status.AWAITING_INFORMATION)
    request = _open(decision)
    request.answer = words.strip()
    _settle(request, State.ANSWERED, by=by, at=at)
    move(decision.application, to=Status.AWAITING_OFFICER)
    kind = AuditEvent.Type.INFORMATION_ANSWERED
    _tell(kind, request, decision, words=request.answer, by=by, at=at)
    return request


@transaction.atomic
def close(*, decision_id: str, by: User, at: datetime) -> InformationRequest:
    """Close an application whose applicant did not answer in time."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="close an application")
    decision = take_up(decision_id, Status.AWAITING_INFORMATION)
    request = _open(decision)
    if at.date() <= request.due_on:
        until = day_in_words(request.due_on)
        raise StillTime(_("The applicant may answer until %s; close it after that.") % until)
    _settle(request, State.CLOSED, by=by, at=at)
    move(decision.application, to=Status.INCOMPLETE)
    closing.tell_partner(decision=decision, at=at)
    _tell(AuditEvent.Type.CLOSED_AS_INCOMPLETE, request, decision, words="", by=by, at=at)
    return request


def drop(*, decision: Decision, by: User, at: datetime) -> None:
    """Let an open question go, within the transaction of who holds the application."""
    for request in decision.information_requests.filter(state=State.OPEN):
        _settle(request, State.DROPPED, by=by, at=at)


def _owe_anew(application: Application) -> None:
    """Owe a notice of this question, whatever an earlier one told."""
    application.told = ""
    application.save(update_fields=["told"])


def _asked(items: Iterable[str]) -> list[Item]:
    chosen = set(items)
    return [item for item in Item if item.value in chosen]


def _open(decision: Decision) -> InformationRequest:
    return decision.information_requests.get(state=State.OPEN)


def _settle(request: InformationRequest, state: State, *, by: User, at: datetime) -> None:
    request.state, request.settled_by, request.settled_at = state, by, at
    request.save(update_fields=["state", "settled_by", "settled_at", "answer"])


def _tell(
    kind: AuditEvent.Type,
    request: InformationRequest,
    decision: Decision,
    *,
    words: str,
    by: User,
    at: datetime,
) -> None:
    audit.record(
        kind,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        items=list(request.items),
        words=audit.commit(bytes(decision.application.salt), words),
    )
