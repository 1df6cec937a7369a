from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from credit.models import Product
from frontend.access import SignedInRequest
from monitoring.queries import fairness_history


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show a product's stored fairness reports, newest first."""
    products = list(Product.objects.order_by("name", "slug"))
    slug = request.GET.get("product")
    product = next((one for one in products if one.slug == slug), None)
    if slug and product is None:
        raise Http404
    product = product or next(iter(products), None)
    reports = fairness_history(product.slug) if product else []
    page = {"products": products, "product": product, "reports": reports}
    return render(request, "fairness/index.html", page)
