"""Home, and how the service stands."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.models import Product, Role, User
from frontend.access import SignedInRequest, may_open, may_read
from frontend.alerts_here import alerts_here
from frontend.charts.dial import Dial, dial
from frontend.charts.service_charts import draw
from monitoring import home as homes
from monitoring.gauges import Gauge
from monitoring.service.queries import SPANS, service_view


@dataclass(frozen=True, slots=True)
class Shown:
    """A gauge as it is drawn, and its link where the person may open that page."""

    gauge: Gauge
    dial: Dial
    link: str


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Show how everything stands that a person's roles are about."""
    products = list(Product.objects.order_by("name", "slug"))
    product = _chosen(products, request.GET.get("product"))
    now = timezone.now()
    found = homes.own_gauges(request.user, at=now)
    if product is not None:
        found += homes.gauges_of(product, request.user, at=now)
    page = {
        "products": products,
        "product": product,
        "shown": list(_shown(found, request.user)),
        "now": now,
        "opens_service": may_read(request.user, "service"),
        "opens_admin": request.user.has_role(Role.ADMINISTRATOR),
    }
    return render(request, "monitoring/home.html", page)


@require_safe
def service(request: SignedInRequest) -> HttpResponse:
    """Show latency, faults, budgets, queues, tasks and cost over hours or days."""
    name = request.GET.get("span", SPANS[0].name)
    span = next((each for each in SPANS if each.name == name), None)
    if span is None:
        raise Http404
    view = service_view(span, at=timezone.now())
    page = {
        "alerts": alerts_here(request),
        "service": view,
        "span": span,
        "spans": SPANS,
        "drawings": draw(view.periods, span),
        "newest_first": view.periods[::-1],
    }
    return render(request, "monitoring/service.html", page)


def _chosen(products: list[Product], slug: str | None) -> Product | None:
    product = next((one for one in products if one.slug == slug), None)
    if slug and product is None:
        raise Http404
    return product or next(iter(products), None)


def _shown(gauges: Iterable[Gauge], user: User) -> Iterable[Shown]:
    for gauge in gauges:
        yield Shown(gauge, dial(gauge), gauge.link if may_open(user, gauge.link) else "")
