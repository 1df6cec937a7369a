from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from credit.actions import trials as uses
from credit.models import Decision
from credit.queries import trials
from credit.queries.trials import Said, Standing, TrialUnavailable
from frontend.access import SignedInRequest
from frontend.contract_forms import ContractForm, initial_of
from frontend.recommendation_words import because
from frontend.refusals import told


@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Try what the model would say; what is tried is kept nowhere."""
    standing = _standing(decision_id)
    stated = initial_of(standing.contract, standing.features, standing.requested)
    form = ContractForm(
        request.POST if request.method == "POST" else stated, contract=standing.contract
    )
    if request.method == "POST":
        with told(request):
            uses.note_use(decision_id=decision_id, by=request.user, at=timezone.now())
    page: dict[str, Any] = {"application": standing, "form": form, **_tried(standing, form)}
    status = 422 if request.method == "POST" and not form.is_valid() else 200
    return render(request, "trials/what_if.html", page, status=status)


def _tried(standing: Standing, form: ContractForm) -> dict[str, Any]:
    if not form.is_valid() or form.found is None:
        return {}
    try:
        found = trials.trial(
            standing.decision_id, features=form.found.features, requested=form.found.requested
        )
    except TrialUnavailable as unavailable:
        return {"trouble": str(unavailable)}
    return {"trial": found, "because": {"before": _why(found.before), "after": _why(found.after)}}


def _why(said: Said) -> str:
    return because(
        said.recommendation,
        pd=said.pd,
        approve_pd_at_most=said.approve_pd_at_most,
        decline_pd_at_least=said.decline_pd_at_least,
        passes_policy=said.passes_policy,
    )


def _standing(decision_id: str) -> Standing:
    try:
        return trials.standing(decision_id, at=timezone.now())
    except Decision.DoesNotExist as missing:
        raise Http404 from missing
