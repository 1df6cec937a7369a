from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.queries import signatures
from frontend.access import SignedInRequest


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show what waits for a second signature."""
    rows = signatures.waiting(viewer=request.user)
    page = {"rows": rows, "most": signatures.MOST, "now": timezone.now()}
    return render(request, "signatures/index.html", page)
