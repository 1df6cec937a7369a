from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit.models import Product
from frontend.access import SignedInRequest, may_read
from frontend.charts.ratios import ratio_spans
from monitoring.mirror import pages as mirror_pages
from monitoring.mirror.pages import GROUPS, OFFICERS, Team


@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """Show one's own mirror: there is no address at which anybody else could see it."""
    page = {"mirrors": mirror_pages.own(request.user)}
    return render(request, "mirror/own.html", page)


@require_safe
def officers(request: SignedInRequest) -> HttpResponse:
    """Show a product's officers beside one another, and nothing of protected groups."""
    page = _page(request, named=True, part=OFFICERS)
    team: Team | None = page["team"]
    if team is not None:
        ratios = [row.figures["overrides"]["ratio"] for row in team.officers]
        page["rows"] = list(zip(team.officers, ratio_spans(ratios), strict=True))
    page["sees_groups"] = may_read(request.user, "officer_groups")
    return render(request, "mirror/officers.html", page)


@require_safe
def groups(request: SignedInRequest) -> HttpResponse:
    """Show how the team approves protected groups, and each officer beside the others."""
    page = _page(request, named=may_read(request.user, "officers"), part=GROUPS)
    team: Team | None = page["team"]
    page["compared"] = [] if team is None else _compared(team)
    page["sees_officers"] = may_read(request.user, "officers")
    return render(request, "mirror/groups.html", page)


def _compared(team: Team) -> list[dict[str, Any]]:
    """Turn rows of officers with groups into groups with rows of officers."""
    found = []
    for place, group in enumerate(team.figures["groups"]):
        measures = [row.figures["groups"][place]["measure"] for row in team.officers]
        drawn = ratio_spans([each["ratio"] for each in measures])
        found.append(
            {"group": group, "rows": list(zip(team.officers, measures, drawn, strict=True))}
        )
    return found


def _page(request: SignedInRequest, *, named: bool, part: str) -> dict[str, Any]:
    products = list(Product.objects.order_by("name", "slug"))
    slug = request.GET.get("product")
    product = next((one for one in products if one.slug == slug), None)
    if slug and product is None:
        raise Http404
    product = product or next(iter(products), None)
    at = timezone.now()
    team = product and mirror_pages.team(product, at=at, named=named, parts={part})
    held = mirror_pages.held_until(product, at=at) if product and team is None else None
    return {"products": products, "product": product, "team": team, "held_until": held}
