"""What officers decide, and why where they override."""

from datetime import datetime

from django.db import transaction

from credit.actions import assignments, audit, outbox
from credit.actions.refusals import ActionDenied, require_role
from credit.models import (
    Application,
    AuditEvent,
    Decision,
    EventKind,
    OfficerDecision,
    Role,
    User,
)
from credit.models.decisions import Verdict

SHORTEST_REASON = 10  # characters
_AFTER = {
    Verdict.APPROVE: Application.Status.APPROVED,
    Verdict.DECLINE: Application.Status.DECLINED,
}


class AlreadyDecided(ActionDenied):
    """The application waits for nobody."""


class ReasonMissing(ActionDenied):
    """The verdict needs the officer's own reason."""


class NoSuchVerdict(ActionDenied):
    """An officer approves or declines."""


@transaction.atomic
def record(
    *,
    decision_id: str,
    verdict: str,
    reason_code: str = "",
    reason: str = "",
    by: User,
    at: datetime,
) -> OfficerDecision:
    """Write an officer's decision; of two officers at once the first one's stands."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="decide an application")
    decision = Decision.objects.select_related("policy").get(pk=decision_id)
    application = Application.objects.select_for_update().get(pk=decision.application_id)
    _check_waits(application, decision)
    assignments.check_may_decide(decision_id=decision.pk, by=by, at=at)
    chosen, words = _verdict(verdict), reason.strip()
    _check_reason(decision, chosen, reason_code=reason_code, reason=words)
    application.status = _AFTER[chosen]
    application.save(update_fields=["status"])
    made = OfficerDecision.objects.create(
        decision=decision,
        verdict=chosen,
        is_override=is_override(decision, chosen),
        reason_code=reason_code,
        reason=words,
        decided_by=by,
        decided_at=at,
    )
    outbox.put(
        kind=EventKind.DECISION_MADE,
        partner=application.partner,
        payload={"decision": decision.pk},
        at=at,
    )
    audit.record(
        AuditEvent.Type.OFFICER_DECIDED,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        verdict=str(chosen),
        is_override=made.is_override,
        reason_code=reason_code,
        reason=audit.commit(bytes(application.salt), words),
    )
    return made


def is_override(decision: Decision, verdict: str) -> bool:
    """Say whether a verdict goes against the recommendation; a referral recommends neither."""
    recommended = Decision.Recommendation
    return (
        decision.recommendation in {recommended.APPROVE, recommended.DECLINE}
        and verdict != decision.recommendation
    )


def needs_reason(decision: Decision, verdict: str) -> bool:
    """Say whether the officer's own words are needed.

    An override always needs them, and so does declining what no model would decline.
    """
    declines = verdict == Verdict.DECLINE
    return is_override(decision, verdict) or (declines and decision.declining_needs_reason)


def _verdict(verdict: str) -> Verdict:
    if verdict not in Verdict.values:
        raise NoSuchVerdict(f"An officer approves or declines; {verdict!r} is neither.")
    return Verdict(verdict)


def _check_waits(application: Application, decision: Decision) -> None:
    if application.status == Application.Status.AWAITING_OFFICER:
        return
    before = OfficerDecision.objects.select_related("decided_by").filter(decision=decision).first()
    if before is None:
        raise AlreadyDecided("Policy decided this application already, within its automatic zone.")
    raise AlreadyDecided(
        f"{before.decided_by.get_full_name() or before.decided_by.get_username()} decided this "
        f"application already: {before.get_verdict_display().lower()}, "
        f"{before.decided_at:%d %B %Y, %H:%M} UTC."
    )


def _check_reason(decision: Decision, verdict: Verdict, *, reason_code: str, reason: str) -> None:
    contract = decision.application.score.contract.read()
    if reason_code and reason_code not in {each.code for each in contract.officer_reasons}:
        raise ReasonMissing(f"{reason_code} is no reason code of this product.")
    if not needs_reason(decision, verdict):
        return
    if not reason_code or len(reason) < SHORTEST_REASON:
        what = "going against the recommendation" if is_override(decision, verdict) else "declining"
        raise ReasonMissing(
            f"Say why, {what}: a reason code and at least {SHORTEST_REASON} characters of your own."
        )
