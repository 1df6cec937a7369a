"""Many verdicts of one officer at once, by the rules of one: for replays, where days are long."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects

from credit.actions import audit, officer_decisions, others, verdicts
from credit.actions.moves import NotThatFar, hold_each
from credit.actions.officer_decisions import AFTER
from credit.actions.refusals import require_role
from credit.actions.verdicts import Chosen
from credit.models import (
    Application,
    AuditEvent,
    Decision,
    OfficerDecision,
    OfficerVerdict,
    PolicyVersion,
    ProposedDecision,
    Role,
    User,
    WebhookEndpoint,
)

Status = Application.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the officer says of one application."""

    decision_id: str
    verdict: str
    reason_code: str = ""
    reason: str = ""


@transaction.atomic
def record_each(*, given: Sequence[Given], by: User, at: datetime) -> list[ProposedDecision]:
    """Write an officer's verdicts; give those that wait for a second person's signature.

    What takes more than a row and its event (a limit of authority, another person whom it concerns,
    a partner who is told) goes the way of a single decision.
    """
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="decide an application")
    held = _held([each.decision_id for each in given])
    special = others.concerned(list(held), by=by, at=at) | _told_to_partners(held.values())
    plain: list[tuple[Decision, Chosen]] = []
    proposed: list[ProposedDecision] = []
    for each in given:
        decision = held[each.decision_id]
        chosen = verdicts.choose(
            decision, each.verdict, reason_code=each.reason_code, reason=each.reason
        )
        if chosen.limits or decision.pk in special:
            made = officer_decisions.record(
                decision_id=decision.pk,
                verdict=each.verdict,
                reason_code=each.reason_code,
                reason=each.reason,
                by=by,
                at=at,
            )
            proposed += [made] if isinstance(made, ProposedDecision) else []
        else:
            plain.append((decision, chosen))
    _stand(plain, by=by, at=at)
    return proposed


def _held(ids: list[str]) -> dict[str, Decision]:
    """Hold the applications until the transaction ends; each must wait for an officer."""
    held = hold_each(ids)
    wait = {pk for pk, each in held.items() if each.application.status == Status.AWAITING_OFFICER}
    if wait != set(ids):
        raise NotThatFar("Nothing was changed: some of these applications wait for nobody.")
    policies = Prefetch("policy", PolicyVersion.objects.select_related("contract"))
    prefetch_related_objects(list(held.values()), policies)
    return held


def _told_to_partners(held: Collection[Decision]) -> set[str]:
    """Find those whose partner has an endpoint, in whatever state it is."""
    partners = {each.application.partner_id for each in held}
    endpoints = WebhookEndpoint.objects.filter(partner__in=partners - {None})
    listening = set(endpoints.order_by().values_list("partner_id", flat=True))
    return {each.pk for each in held if each.application.partner_id in listening}


def _stand(plain: Sequence[tuple[Decision, Chosen]], *, by: User, at: datetime) -> None:
    """Write verdicts that need nobody else, each as `officer_decisions.stand` does."""
    OfficerDecision.objects.bulk_create(
        OfficerDecision(
            decision=decision,
            decided_by=by,
            decided_at=at,
            final_at=at + timedelta(minutes=verdicts.authority_of(decision).undo_minutes),
            **chosen.row,
        )
        for decision, chosen in plain
    )
    for verdict in OfficerVerdict:
        ids = [decision.pk for decision, chosen in plain if chosen.verdict == verdict]
        if ids:
            Application.objects.filter(pk__in=ids).update(status=AFTER[verdict])
    AuditEvent.objects.bulk_create(
        audit.event_of(
            AuditEvent.Type.OFFICER_DECIDED,
            target=f"decision:{decision.pk}",
            by=by,
            at=at,
            **officer_decisions.said_of(chosen, salt=bytes(decision.application.salt)),
        )
        for decision, chosen in plain
    )
