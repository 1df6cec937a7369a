"""Partners: what they are called, and whether their keys are good."""

from datetime import datetime

from django.db import transaction

from credit.actions import audit
from credit.actions.refusals import require_role
from credit.models import AuditEvent, Partner, Role, User


@transaction.atomic
def change(*, partner_id: int, name: str, is_active: bool, by: User, at: datetime) -> Partner:
    """Rename a partner, or stop all of its keys at once."""
    require_role(by, Role.ADMINISTRATOR, to="change a partner")
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    partner.name, partner.is_active = name, is_active
    partner.save(update_fields=["name", "is_active"])
    audit.record(
        AuditEvent.Type.PARTNER_CHANGED,
        target=f"partner:{partner.slug}",
        by=by,
        partner=partner,
        at=at,
        is_active=is_active,
    )
    return partner
