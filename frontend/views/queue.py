from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.models import Product
from credit.queries import queue
from frontend.access import SignedInRequest, may_write


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show what waits for an officer."""
    now = timezone.now()
    chosen = request.GET.get("product", "")
    page = {
        "rows": queue.awaiting(at=now, product=chosen or None),
        "counts": queue.counts(at=now),
        "products": Product.objects.order_by("name", "slug"),
        "chosen": chosen,
        "may_decide": may_write(request.user, "application"),
        "now": now,
    }
    return render(request, "queue/index.html", page)
