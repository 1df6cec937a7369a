"""Partners: what they are called, and whether their keys are good."""

from datetime import datetime

from django.db import transaction

from credit import access
from credit.actions import api_keys, audit
from credit.actions.refusals import require_role
from credit.models import AuditEvent, Partner, Role, User
from credit.rates import Limit


@transaction.atomic
def change(
    *,
    partner_id: int,
    name: str,
    is_active: bool,
    limit: Limit | None = None,
    by: User,
    at: datetime,
) -> Partner:
    """Rename a partner, stop all of its keys at once, or say how often each of them may call."""
    require_role(by, Role.ADMINISTRATOR, to="change a partner")
    api_keys.check_limit(limit)
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    partner.name, partner.is_active = name, is_active
    partner.rate_per_second = limit.per_second if limit else None
    partner.rate_burst = limit.burst if limit else None
    partner.save(update_fields=["name", "is_active", "rate_per_second", "rate_burst"])
    access.stamp_change()
    audit.record(
        AuditEvent.Type.PARTNER_CHANGED,
        target=f"partner:{partner.slug}",
        by=by,
        partner=partner,
        at=at,
        is_active=is_active,
        per_second=partner.rate_per_second,
        burst=partner.rate_burst,
    )
    return partner
