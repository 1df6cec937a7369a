from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.queries import audit
from frontend.access import SignedInRequest
from frontend.audit_forms import EventsForm
from frontend.refusals import understood

MOST = 200


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the newest events, or others asked for; verify the whole trail where that is asked."""
    form = EventsForm(request.GET)
    asked, status = understood(form)
    target, before = form.target, asked.get("before")
    found = audit.recent(MOST + 1, target=target, before=before)
    page = {
        "events": found[:MOST],
        "older_than": found[MOST - 1].id if len(found) > MOST else None,
        "form": form,
        "target": target,
        "is_newest": before is None,
        "verified": audit.verify() if "verify" in request.GET else None,
        "now": timezone.now(),
    }
    return render(request, "audit/index.html", page, status=status)
