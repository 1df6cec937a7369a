"""Alerts that were over for long are dropped; those that ended with a decision stay longer."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from credit.actions import audit
from credit.models import Alert, AlertSilence, AuditEvent

_MONTH = timedelta(days=31)
_MOST = 1_000  # alerts at a time


@transaction.atomic
def purge(*, at: datetime) -> int:
    """Drop what is past its retention, and say how many alerts went.

    What their cases decided is evidence, kept as long as the audit trail. What is not resolved
    stays, however old it is.
    """
    kept = at - _MONTH * settings.EVENHAND_KEEP_ALERTS_MONTHS
    kept_with_case = at - _MONTH * settings.EVENHAND_KEEP_AUDIT_MONTHS
    old = Alert.objects.filter(
        Q(case=None, resolved_at__lt=kept) | Q(resolved_at__lt=kept_with_case)
    )
    ids = list(old.order_by("resolved_at", "pk").values_list("pk", flat=True)[:_MOST])
    AlertSilence.objects.filter(until__lt=kept_with_case).delete()
    if ids:
        Alert.objects.filter(pk__in=ids).delete()
        audit.record(
            AuditEvent.Type.ALERTS_DROPPED,
            target="alerts",
            by=None,
            at=at,
            alerts=len(ids),
            first=min(ids),
            last=max(ids),
        )
    return len(ids)
