"""Legal holds: what stays past its retention, and why."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from credit.actions import holds as actions
from credit.models import LegalHold, Product
from credit.queries import holds
from frontend.access import SignedInRequest, may_write
from frontend.hold_forms import HoldForm, LiftForm
from frontend.refusals import beside, told


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """List the holds; a POST places one."""
    products = list(Product.objects.order_by("name", "pk").values_list("pk", "name"))
    form = HoldForm(request.POST if request.method == "POST" else None, products=products)
    if form.is_valid():
        with beside(form, "decision" if form.cleaned_data["decision"] else "since"):
            _place(request, form.cleaned_data)
            return redirect("legal_holds")
    found = holds.holds()
    page = {
        "form": form,
        "standing": [each for each in found if each.lifted_at is None],
        "lifted": [each for each in found if each.lifted_at is not None],
        "may_hold": may_write(request.user, "legal_holds"),
    }
    return render(request, "holds/index.html", page, status=422 if form.is_bound else 200)


@require_POST
def lift(request: SignedInRequest, hold_id: int) -> HttpResponse:
    """Let retention have its way again."""
    found, form = get_object_or_404(LegalHold, pk=hold_id), LiftForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say in a sentence why."))
        return redirect("legal_holds")
    why = form.cleaned_data["why"]
    with told(request, words=why):
        actions.lift(hold_id=found.pk, why=why, by=request.user, at=timezone.now())
        messages.success(request, _("The hold is lifted."))
    return redirect("legal_holds")


def _place(request: SignedInRequest, asked: dict[str, Any]) -> None:
    said = {"why": asked["why"], "by": request.user, "at": timezone.now()}
    if asked["decision"]:
        actions.place(decision_id=asked["decision"], **said)
    else:
        period = {"since": asked["since"], "until": asked["until"]}
        actions.place_on_months(product_id=asked["product"], **period, **said)
    messages.success(request, _("The hold is placed: no month with these records is dropped."))
