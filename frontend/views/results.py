"""What came of decisions: how models performed, and what the business came to."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.models import Product, StageChange
from credit.models.model_versions import Stage
from frontend.access import SignedInRequest
from frontend.alerts_here import alerts_here
from frontend.charts import result_panels
from frontend.charts.realised import realised_rows
from frontend.result_rows import (
    bands_of,
    business_rows,
    checks_of,
    confusion_of,
    pool_of,
    segment_choices,
)
from monitoring.results import business_figures
from monitoring.results import performance as performances


@require_safe
def performance(request: SignedInRequest, product: str) -> HttpResponse:
    """Show how loans turned out by the month of their application."""
    found = _product(product)
    segment = request.GET.get("segment", "")
    seen = performances.performance(found, at=timezone.now(), segment=segment)
    if segment and segment not in {each.segment for each in seen.versions}:
        raise Http404
    page = {
        **_head(request, found),
        "seen": seen,
        "looked_at": pool_of(seen.looked),
        "checks": checks_of(seen.looked),
        "panels": result_panels.of_performance(seen.months, _promotions(found)),
        "bands": realised_rows(bands_of(seen.together)),
        "confusion": confusion_of(seen.months),
        "choices": [(each.segment, each.name) for each in seen.versions],
    }
    return render(request, "results/performance.html", page)


@require_safe
def business(request: SignedInRequest, product: str) -> HttpResponse:
    """Show what the product came to, beside what its owner set out for."""
    found = _product(product)
    segment = request.GET.get("segment", "")
    seen = business_figures.business(found, at=timezone.now(), segment=segment)
    if segment and segment not in seen.segments:
        raise Http404
    contract = found.deciding_contract()
    page = {
        **_head(request, found),
        "seen": seen,
        "rows": business_rows(seen),
        "panels": result_panels.of_business(seen, _promotions(found)),
        "choices": segment_choices(found, seen.segments),
        "currency": contract.read().currency if contract else "",
    }
    return render(request, "results/business.html", page)


def _head(request: SignedInRequest, product: Product) -> dict[str, Any]:
    return {
        "alerts": alerts_here(request),
        "product": product,
        "products": list(Product.objects.order_by("name", "slug")),
        "promotions": _changes(product),
    }


def _product(slug: str) -> Product:
    found = Product.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _changes(product: Product) -> list[StageChange]:
    found = StageChange.objects.filter(product=product, stage=Stage.CHAMPION)
    return list(found.select_related("version__product").order_by("-at", "-pk"))


def _promotions(product: Product) -> list[date]:
    return [change.at.date().replace(day=1) for change in _changes(product)]
