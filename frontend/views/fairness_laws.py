"""What would change if a product's lender also lent in another place."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from credit.laws import every_place
from credit.queries import policies
from frontend.access import SignedInRequest
from frontend.views.gaps import find
from monitoring.gaps import queries as gaps
from monitoring.gaps.places import compare

CLOCKS = {
    "adverse_action_days": _("Days to a notice of a decision"),
    "counter_offer_days": _("Days to a counter-offer"),
    "after_counter_offer_days": _("Days to a notice after an offer that is not accepted"),
    "incompleteness_days": _("Days to ask for what is missing"),
    "review_days": _("Days to answer a review"),
    "most_reasons": _("Principal reasons, at most"),
    "keeps_months": _("Months that records are kept"),
}


class PlaceForm(forms.Form):
    """A place to add, and the day whose law counts."""

    def __init__(self, *arguments: Any, places: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["with"] = forms.ChoiceField(
            label=_("Another place"), choices=[("", _("none")), *places], required=False
        )
        self.fields["on"] = forms.DateField(
            label=_("By the law on"),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )


@require_safe
def places(request: SignedInRequest, product: str) -> HttpResponse:
    """Compare the present places with the same and one more, by the newest stored figures."""
    found = find(product)
    in_force = policies.in_force(found.pk, at=timezone.now())
    contract = found.deciding_contract()
    if contract is None:
        raise Http404
    read = contract.read()
    policy = in_force.contract.policy if in_force else read.policy
    more = [(code, name) for code, name in every_place() if code not in read.jurisdictions]
    form = PlaceForm(_asked(request), places=more)
    view = gaps.of_version(product)
    page = {"product": found, "form": form, "view": view, "places": read.jurisdictions}
    if not form.is_valid():
        return render(request, "gaps/places.html", page, status=422)
    added, on = form.cleaned_data["with"], form.cleaned_data["on"]
    comparison = compare(view, read, policy, added=added, on=on)
    page |= {
        "comparison": comparison,
        "added": dict(more).get(added, ""),
        "clocks": [(CLOCKS[clock.name], clock) for clock in comparison.clocks],
        "bound": read.fairness,
    }
    return render(request, "gaps/places.html", page)


def _asked(request: SignedInRequest) -> dict[str, str]:
    today = timezone.localdate().isoformat()
    return {"with": request.GET.get("with", ""), "on": request.GET.get("on") or today}
