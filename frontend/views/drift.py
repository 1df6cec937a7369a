"""How far today's applicants are from those that a champion learned from."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.models import Product
from frontend.access import SignedInRequest
from frontend.alerts_here import alerts_here
from frontend.charts.histograms import histogram
from frontend.drift_forms import USUAL, DriftForm
from monitoring.drift.views import drift_of
from monitoring.drift.windows import DAY, midnight_after


@require_safe
def detail(request: SignedInRequest, product: str) -> HttpResponse:
    """Show the score and each feature then and now, the worst first."""
    found = Product.objects.filter(slug=product).first()
    if found is None:
        raise Http404
    form = DriftForm({"days": USUAL, **request.GET.dict()})
    until = midnight_after(timezone.now())
    view = drift_of(
        found, since=until - form.days_asked * DAY, until=until, partner=form.partner_asked
    )
    form.choose_from(view.partners)
    shown = [*([view.score] if view.score else []), *view.features]
    page = {
        "alerts": alerts_here(request),
        "product": found,
        "products": list(Product.objects.order_by("name", "slug")),
        "view": view,
        "form": form,
        "multiples": [(each, histogram(each.bins)) for each in shown],
    }
    return render(request, "drift/detail.html", page, status=422 if form.errors else 200)
