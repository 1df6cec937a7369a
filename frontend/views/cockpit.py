"""Trying other cut-offs on everybody who applied."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from credit.queries import cockpit, policies
from credit.queries.cockpit import Period
from credit.queries.policies import InForce, ProductName
from frontend import formats
from frontend.access import SignedInRequest, may_read, may_write
from frontend.charts import cockpit_charts
from frontend.policy_forms import TryForm
from frontend.views.policies import find_product
from scoring.groups.cells import SMALLEST
from scoring.results.through_the_door import STEPS

MONTHS = 12  # looked at without a word


@require_safe
def index(request: SignedInRequest, product: str) -> HttpResponse:
    """Show what two cut-offs would have come to, beside those in force."""
    found = find_product(product)
    in_force = policies.in_force(found.id, at=timezone.now())
    if in_force is None:
        raise Http404
    page: dict[str, Any] = {"product": found, "in_force": in_force}
    months = cockpit.months(found.id)
    if not months:
        return render(request, "policies/try.html", page)
    form = TryForm(_asked(request, in_force, months), months=_choices(months))
    page["form"] = form
    if not form.is_valid():
        return render(request, "policies/try.html", page, status=422)
    return render(request, "policies/try.html", page | _tried(request, found, in_force, form))


def _asked(request: SignedInRequest, in_force: InForce, months: Sequence[date]) -> dict[str, str]:
    """Take what is asked for, and what is in force and the newest months for the rest."""
    policy = in_force.contract.policy
    given = {
        "approve": f"{_step(policy.approve_pd_at_most) * 100:g}",
        "decline": f"{_step(policy.decline_pd_at_least) * 100:g}",
        "since": months[-MONTHS:][0].isoformat(),
        "until": months[-1].isoformat(),
    }
    return given | {name: str(said) for name, said in request.GET.items() if name in given and said}


def _tried(
    request: SignedInRequest, product: ProductName, in_force: InForce, form: TryForm
) -> dict[str, Any]:
    asked, contract = form.cleaned_data, in_force.contract
    counted = cockpit.counted(product.id, Period(since=asked["since"], until=asked["until"]))
    approve, decline = asked["approve"], asked["decline"]
    now = _step(contract.policy.approve_pd_at_most), _step(contract.policy.decline_pd_at_least)
    points = cockpit.along(counted, contract, decline=decline)
    sees_groups = may_read(request.user, "fairness")
    return {
        "counted": counted,
        "approve": approve,
        "decline": decline,
        "now_approve": now[0],
        "now_decline": now[1],
        "tried": cockpit.tried(counted, contract, approve=approve, decline=decline),
        "now": cockpit.tried(counted, contract, approve=now[0], decline=now[1]),
        "is_other": (approve, decline) != now,
        "review_cost": contract.economics.review_cost,
        "sees_groups": sees_groups,
        "attributes": cockpit.by_group(product.id, counted, contract, approve=approve, now=now[0])
        if sees_groups
        else [],
        "minimum_group": contract.fairness.minimum_group,
        "smallest_cell": max(contract.fairness.minimum_group, SMALLEST),
        "minimum_air": contract.fairness.minimum_air,
        "propose": _address(product, approve, decline)
        if may_write(request.user, "policy_new")
        else "",
        **cockpit_charts.draw(points, approve=approve, now=now[0]),
    }


def _address(product: ProductName, approve: float, decline: float) -> str:
    """Carry what was tried into a proposal."""
    carried = {
        "policy.approve_pd_at_most": f"{approve:g}",
        "policy.decline_pd_at_least": f"{decline:g}",
    }
    return f"{reverse('policy_new', args=[product.slug])}?{urlencode(carried)}"


def _choices(months: Sequence[date]) -> list[tuple[str, str]]:
    return [(month.isoformat(), formats.month(month)) for month in months]


def _step(pd: float) -> float:
    return round(pd * STEPS) / STEPS
