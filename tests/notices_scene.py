"""Decisions whose applicants are owed a notice, with the toy release."""

from datetime import timedelta

import factories

from credit.actions import notices, officer_decisions, reviews
from credit.models import Application, Decision, Notice, NoticeFailure, NoticeKind

ADVERSE = NoticeKind.ADVERSE_ACTION
LATER = factories.AT + timedelta(days=1)
OWN = {"reason_code": "OFF06", "reason": "The payslips are of another person."}
NAMED = {"applicant": {"name": "Maja Müller-Łukasz", "address": "Lange Straße 1\n12345 Stadt"}}


def decided(by, verdict="decline", *, reason=(), at=factories.AT, **body):
    """Let an application come in and an officer decide it."""
    answer = factories.decide(at=at, **body).answer
    officer_decisions.record(
        decision_id=answer["id"], verdict=verdict, by=by, at=at, **dict(reason)
    )
    return Decision.objects.get(pk=answer["id"])


def declined(by, **body):
    """Decline as recommended: the model's reasons are owed."""
    return decided(by, **{**factories.DECLINED, **NAMED, **body})


def overridden(by, **reason):
    """Decline what the model would approve: the officer's reasons are owed."""
    return decided(by, reason=OWN | reason, **factories.APPROVED)


def issued(decision, by, *, kind=ADVERSE, at=LATER, **changes):
    made = notices.issue(decision_id=decision.pk, kind=kind, by=by, at=at, **changes)
    assert isinstance(made, Notice), made.problems
    return made


def refused(decision, by, *, kind=ADVERSE, at=LATER):
    made = notices.issue(decision_id=decision.pk, kind=kind, by=by, at=at)
    assert isinstance(made, NoticeFailure)
    return {each["code"] for each in made.problems}


def status(decision, name):
    """Bring an application into a status that another action will make."""
    Application.objects.filter(pk=decision.pk).update(status=name)


def arguments_of(page, by):
    """Give what the address of a page names: an application, a notice that left, or a review."""
    decision = declined(by)
    if page == "notice":
        return [decision.pk]
    if page == "review":
        return [asked(decision, by).pk]
    left = issued(decision, by).pk
    return [left] if page == "notice_left" else [left, "pdf"]


def asked(decision, by, words="I earn more than you think."):
    return reviews.ask(decision_id=decision.pk, words=words, by=by, at=LATER)
