"""What partners say of a decision: that a reason is wrong, unhelpful, or that the data is."""

from datetime import datetime

from credit import tenancy
from credit.actions import audit
from credit.actions.refusals import ActionDenied
from credit.models import ApiKey, Application, AuditEvent, Decision, PartnerFeedback
from scoring.features import FieldProblem, InputRefused

MOST = 20  # of one decision, and as many corrections; more is no feedback but traffic


class TooMuchFeedback(ActionDenied):
    """So much was said of this decision that another word would not be read."""


class NothingToCorrect(ActionDenied):
    """What it would correct was never said, does not stand any more, or says the same."""


def give(
    *,
    decision_id: str,
    kind: str,
    text: str,
    feature: str = "",
    corrects: int | None = None,
    key: ApiKey,
    at: datetime,
) -> PartnerFeedback:
    """Keep what a partner says of its own decision; the same again changes nothing.

    A correction is kept beside the feedback whose number it names, which must stand.
    """
    with tenancy.rows_of(key.partner):
        decision, application = _locked(decision_id)
        _check_feature(feature, application)
        asked = PartnerFeedback(
            decision=decision, corrects=corrects, kind=kind, feature=feature, text=text
        )
        return _kept(asked, application, key=key, at=at)


def withdraw(
    *, decision_id: str, number: int, text: str, key: ApiKey, at: datetime
) -> PartnerFeedback:
    """Take feedback back, saying why; the same again changes nothing."""
    with tenancy.rows_of(key.partner):
        decision, application = _locked(decision_id)
        before = decision.partner_feedback.get(number=number)
        asked = PartnerFeedback(
            decision=decision,
            corrects=number,
            is_withdrawal=True,
            kind=before.kind,
            feature=before.feature,
            text=text,
        )
        return _kept(asked, application, key=key, at=at)


def _locked(decision_id: str) -> tuple[Decision, Application]:
    decision = Decision.objects.get(pk=decision_id)
    return decision, Application.objects.select_for_update().get(pk=decision.application_id)


def _check_feature(feature: str, application: Application) -> None:
    contract = application.score.contract.read()
    if feature and feature not in contract.feature_names:
        words = "must be a feature of the contract that the decision was made under"
        raise InputRefused((FieldProblem("/feature", "unknown_category", words),))


def _kept(
    asked: PartnerFeedback, application: Application, *, key: ApiKey, at: datetime
) -> PartnerFeedback:
    known = {said.number: said for said in asked.decision.partner_feedback.all()}
    for said in known.values():
        if said.corrects == asked.corrects and _says(said) == _says(asked):
            return said
    if asked.corrects is not None:
        _check_correctable(known, asked)
    alike = [said for said in known.values() if (said.corrects is None) == (asked.corrects is None)]
    if len(alike) >= MOST:
        what = "pieces of feedback: correct one" if asked.corrects is None else "corrections of it"
        raise TooMuchFeedback(f"A decision takes at most {MOST} {what}.")
    asked.number, asked.given_at, asked.given_with = len(known) + 1, at, key
    asked.save(force_insert=True)
    _audit(asked, application)
    return asked


def _says(said: PartnerFeedback) -> tuple[bool, str, str, str]:
    return said.is_withdrawal, said.kind, said.feature, said.text


def _check_correctable(known: dict[int, PartnerFeedback], asked: PartnerFeedback) -> None:
    before = known.get(asked.corrects or 0)
    if before is None:
        words = f"No feedback on this decision has the number {asked.corrects}: list what has one."
        raise NothingToCorrect(words)
    for later in known.values():
        if later.corrects == before.number:
            words = f"Feedback {before.number} was corrected by {later.number}: correct that."
            raise NothingToCorrect(words)
    if before.is_withdrawal and asked.is_withdrawal:
        raise NothingToCorrect(f"Feedback {before.number} withdraws already what was said.")
    if _says(before) == _says(asked):
        raise NothingToCorrect("This says the same as the feedback that it would correct.")


def _audit(given: PartnerFeedback, application: Application) -> None:
    is_first = given.corrects is None
    audit.record(
        AuditEvent.Type.FEEDBACK_GIVEN if is_first else AuditEvent.Type.FEEDBACK_CORRECTED,
        target=f"decision:{given.decision_id}",
        by=None,
        partner=given.given_with.partner,
        at=given.given_at,
        number=given.number,
        corrects=given.corrects,
        withdraws=given.is_withdrawal,
        kind=given.kind,
        feature=given.feature,
        text=audit.commit(bytes(application.salt), given.text),
    )
