"""That somebody looked at what would be otherwise: once an officer, application and day."""

from datetime import datetime

from django.db import transaction

from credit.actions import audit
from credit.actions.refusals import require_role
from credit.audit_chain import MONTH
from credit.models import AuditEvent, Role, User


@transaction.atomic
def note_use(*, decision_id: str, by: User, at: datetime) -> bool:
    """Leave a trace that what-if was used, and nothing of what was tried; False: there is one."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="try what would be otherwise")
    target = f"decision:{decision_id}"
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    this_month = int(f"{at:%Y%m}") * MONTH  # so that one partition is looked at
    used = AuditEvent.objects.filter(
        target=target, type=AuditEvent.Type.WHAT_IF_USED, user=by, at__gte=day, pk__gte=this_month
    )
    if used.exists():
        return False
    audit.record(AuditEvent.Type.WHAT_IF_USED, target=target, by=by, at=at)
    return True
