"""Notices: only one that is proved leaves; one that is not goes to a person, with what failed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.drafting_notices import Draft, draft
from credit.laws import laws_of
from credit.models import (
    Application,
    AuditEvent,
    Decision,
    Notice,
    NoticeFailure,
    NoticeKind,
    NoticeWording,
    Role,
    User,
)
from credit.notice_facts import (
    ANEW,
    decided,
    decisions,
    kind_owed,
    may_be_written,
    owed_since,
    undo_runs_until,
    why_own,
)
from credit.words import in_a_sentence
from scoring.notices.certificate_problems import wording_problems
from scoring.notices.laws import LawMissing
from scoring.notices.records import notice_to_json

SHORTEST_WHY = 12
MOST_STATED = 4


class NothingOwed(ActionDenied):
    """A notice of this kind would not say what is so."""


class UndoStillRuns(ActionDenied):
    """The decision can still be undone: nothing leaves before that time is over."""


class AlreadyLeft(ActionDenied):
    """It left before; to issue it again takes a reason in words."""


class ReasonsRefused(ActionDenied):
    """What was stated is no specific reason, or one that may not be stated."""


class NotForAPerson(ActionDenied):
    """The model's own reasons are proved: nobody states others in their place."""


@transaction.atomic
def issue(
    *, decision_id: str, kind: NoticeKind, by: User, at: datetime, why_again: str = ""
) -> Notice | NoticeFailure:
    """Prove a notice and let it leave; where it is not proved, keep what failed and tell nobody."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="issue a notice")
    decision = _held(decision_id)
    _check_may_leave(decision, kind, why_again=why_again.strip(), at=at)
    drafted = draft(decision, kind=kind, at=at)
    if drafted.problems or drafted.record is None:
        return _kept(decision, drafted, by=by, at=at)
    return _sent(decision, drafted, why_again=why_again.strip(), by=by, at=at)


@transaction.atomic
def state(
    *, decision_id: str, kind: NoticeKind, reasons: Sequence[str], by: User, at: datetime
) -> NoticeWording:
    """State reasons, or what is asked for, in a person's words, for a notice to give."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="state the reasons of a notice")
    decision = _held(decision_id)
    _check_may_state(decision, kind)
    said = [text.strip() for text in reasons if text.strip()]
    _check_words(decision, said)
    made = NoticeWording.objects.create(
        decision=decision,
        kind=kind,
        reasons=[{"code": "", "text": text} for text in said],
        stated_by=by,
        stated_at=at,
    )
    audit.record(
        AuditEvent.Type.NOTICE_WORDED,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        kind=str(kind),
        reasons=audit.commit(bytes(decision.application.salt), said),
    )
    return made


def _held(decision_id: str) -> Decision:
    """Hold an application until the transaction ends, so that two people come after one another."""
    Application.objects.select_for_update().get(pk=decision_id)
    return decisions().get(pk=decision_id)


def _check_may_leave(decision: Decision, kind: NoticeKind, *, why_again: str, at: datetime) -> None:
    if not may_be_written(decision.application, kind):
        raise NothingOwed(
            _("%(kind)s: this application is “%(status)s”, so it would not say what is so.")
            % {
                "kind": kind.label,
                "status": in_a_sentence(decision.application.get_status_display()),
            }
        )
    until = undo_runs_until(decision, at=at)
    if until is not None:
        raise UndoStillRuns(
            _("The decision can be undone until %s UTC; a notice leaves after that.")
            % f"{until:%H:%M}"
        )
    left = Notice.objects.filter(decision=decision, kind=kind)
    is_again = left.filter(issued_at__gte=owed_since(decision, kind)).exists()
    if is_again and len(why_again) < SHORTEST_WHY:
        raise AlreadyLeft(
            _("This notice left before. To issue it again, say why in at least %d characters.")
            % SHORTEST_WHY
        )


def _sent(decision: Decision, drafted: Draft, *, why_again: str, by: User, at: datetime) -> Notice:
    record = drafted.record
    assert record is not None  # noqa: S101 - the caller has looked
    made = Notice.objects.create(
        decision=decision,
        kind=drafted.kind,
        number=record.facts.number,
        why_again=why_again or (ANEW if record.facts.number > 1 else ""),
        has_address=drafted.has_address,
        pdf=drafted.pdf,
        html=drafted.html,
        pdf_sha256=record.documents["pdf"],
        html_sha256=record.documents["html"],
        certificate=notice_to_json(record),
        seal=record.seal,
        issued_by=by,
        issued_at=at,
    )
    if kind_owed(decision.application) is drafted.kind:
        _tell(decision, decision.application.status)
    audit.record(
        AuditEvent.Type.NOTICE_ISSUED,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        kind=str(made.kind),
        number=made.number,
        seal=made.seal,  # over the salt and the hashes of what left, too
    )
    return made


def _kept(decision: Decision, drafted: Draft, *, by: User, at: datetime) -> NoticeFailure:
    made = NoticeFailure.objects.create(
        decision=decision,
        kind=drafted.kind,
        problems=[{"code": each.code, "text": each.text} for each in drafted.problems],
        tried_by=by,
        tried_at=at,
    )
    if kind_owed(decision.application) is drafted.kind:
        _tell(decision, Application.NOT_PROVED)
    audit.record(
        AuditEvent.Type.NOTICE_NOT_PROVED,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        kind=str(made.kind),
        problems=sorted({each.code for each in drafted.problems}),
    )
    return made


def _tell(decision: Decision, told: str) -> None:
    decision.application.told = told
    decision.application.save(update_fields=["told"])


def _check_may_state(decision: Decision, kind: NoticeKind) -> None:
    if not may_be_written(decision.application, kind):
        raise NothingOwed(_("No notice of this kind is owed, so there is nothing to state."))
    is_for_a_person = (
        kind is NoticeKind.INCOMPLETENESS
        or bool(why_own(decision, kind))
        or decision.application.told == Application.NOT_PROVED
    )
    if not is_for_a_person:
        raise NotForAPerson(
            _("The reasons that the model used are proved or not yet tried: they are stated first.")
        )


def _check_words(decision: Decision, said: Sequence[str]) -> None:
    if not said or len(said) > MOST_STATED:
        raise ReasonsRefused(_("State one to %d reasons.") % MOST_STATED)
    contract = decision.application.score.contract.read()
    try:
        laws = laws_of(contract, on=decided(decision).at.date())
    except LawMissing as missing:
        raise ReasonsRefused(_("It cannot be written: %s.") % missing) from missing
    found = [
        each.text for text in said for each in wording_problems(text, contract=contract, laws=laws)
    ]
    if found:
        raise ReasonsRefused(" ".join(found))
