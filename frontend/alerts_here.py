"""The alerts whose figures stand on a page, so that who looks at it finds what to do."""

from django.utils import timezone

from credit.queries import alerts
from credit.queries.alerts import AlertRow
from frontend.access import SignedInRequest, may_read


def alerts_here(request: SignedInRequest) -> list[AlertRow]:
    """List those that lead to this page and are not over, for who may read them."""
    if not may_read(request.user, "alerts"):
        return []
    return alerts.listed(roles=request.user.roles, at=timezone.now(), page=request.path)
