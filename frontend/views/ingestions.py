from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.models import Ingestion
from credit.queries import ingestions, models
from frontend.access import SignedInRequest


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show a product's files of past loans, newest first."""
    products = models.products(on=timezone.now().date())
    slug = request.GET.get("product")
    product = next((one for one in products if one.slug == slug), None)
    if slug and product is None:
        raise Http404
    product = product or next(iter(products), None)
    found = ingestions.ingestions(product.slug) if product else []
    page = {"products": products, "product": product, "ingestions": found}
    return render(request, "ingestions/index.html", page)


@require_safe
def detail(request: SignedInRequest, ingestion_id: int) -> HttpResponse:
    """Show what one file was like."""
    return render(request, "ingestions/detail.html", {"ingestion": _find(ingestion_id)})


@require_safe
def report(request: SignedInRequest, ingestion_id: int) -> HttpResponse:  # noqa: ARG001
    """Give the data-quality report as a file; 404 where none was made."""
    found = _find(ingestion_id)
    if not found.is_reported:
        raise Http404
    name = f"{found.product_slug}-ingestion-{found.id}-quality.json"
    return JsonResponse(
        found.report,
        json_dumps_params={"indent": 1, "ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _find(ingestion_id: int) -> ingestions.IngestionDetail:
    try:
        return ingestions.ingestion(ingestion_id)
    except Ingestion.DoesNotExist as missing:
        raise Http404 from missing
