"""What the time machine found out about a product."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from credit.models import Product
from credit.queries import simulations
from frontend.access import SignedInRequest
from frontend.charts.realised import realised_rows
from frontend.charts.spans import spans


@require_safe
def detail(request: SignedInRequest, product: str) -> HttpResponse:
    """Show the report of a product's run, or say how one is made."""
    found = Product.objects.filter(slug=product).first()
    if found is None:
        raise Http404
    report = simulations.report_of(product)
    page = {
        "product": found,
        "report": report,
        "rows": realised_rows(simulations.vintages_of(report)) if report else [],
        "spans": spans(report["strategies"]) if report else [],
    }
    return render(request, "simulations/detail.html", page)
