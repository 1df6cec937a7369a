"""Asking partners how loans turned out, once the time for it has passed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from credit.actions import audit, outbox
from credit.models import (
    Application,
    AuditEvent,
    ContractVersion,
    Decision,
    EventKind,
    WebhookEndpoint,
    WebhookEvent,
)
from scoring.results.windows import months_after

_MOST = 1_000  # decisions of a contract at once; the next sweep goes on


def ask(*, at: datetime) -> int:
    """Ask for outcomes of approved loans whose performance window has passed; says of how many.

    A decision is asked for once, and again when that was so long ago that it is forgotten.
    """
    listening = WebhookEndpoint.objects.filter(
        state__in=outbox.LISTENING, kinds__contains=[EventKind.OUTCOME_REQUESTED]
    )
    partners = sorted(set(listening.values_list("partner", flat=True)))
    if not partners:
        return 0
    due = [
        decision.pk
        for contract in ContractVersion.objects.order_by("pk")
        for decision in _due(contract, partners, at=at)[:_MOST]
    ]
    return sum(_ask(decision_id=decision_id, at=at) for decision_id in due)


def _due(contract: ContractVersion, partners: list[int], *, at: datetime) -> QuerySet[Decision]:
    """Find approved decisions of a contract whose window has passed.

    Around a month's end that may come out three days late, and never early.
    """
    window = contract.read().outcome.window_months
    before = months_after(at.date(), -window) + timedelta(days=1)
    asked = WebhookEvent.objects.filter(
        kind=EventKind.OUTCOME_REQUESTED, subject=Concat(Value("decision:"), OuterRef("pk"))
    )
    decided = Q(officer_decision__decided_at__date__lt=before) | Q(
        officer_decision=None, decided_at__date__lt=before
    )
    return Decision.objects.filter(
        decided,
        ~Exists(asked),
        application__score__contract=contract,
        application__partner__in=partners,
        application__status=Application.Status.APPROVED,
        outcomes=None,
    ).order_by("pk")


@transaction.atomic
def _ask(*, decision_id: str, at: datetime) -> bool:
    application = Application.objects.select_related("partner").get(decision=decision_id)
    event = outbox.put(
        kind=EventKind.OUTCOME_REQUESTED,
        partner=application.partner,
        payload={"decision": decision_id},
        at=at,
    )
    if event is None:
        return False
    audit.record(
        AuditEvent.Type.OUTCOME_REQUESTED,
        target=f"decision:{decision_id}",
        by=None,
        partner=application.partner,
        at=at,
        event=event.pk,
    )
    return True
