from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.queries import audit
from frontend.access import SignedInRequest

MOST = 200


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the newest events; verify the whole trail where that is asked for."""
    page = {
        "events": audit.recent(limit=MOST),
        "verified": audit.verify() if "verify" in request.GET else None,
        "now": timezone.now(),
    }
    return render(request, "audit/index.html", page)
