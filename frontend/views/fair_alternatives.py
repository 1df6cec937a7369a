from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from credit.actions import fair_alternatives
from credit.models import FairSearch, ModelVersion
from credit.queries import fair_alternatives as searches
from frontend.access import SignedInRequest, may_read
from frontend.dossiers import alternatives
from frontend.recipe_words import words_of
from frontend.refusals import give_back, told
from frontend.registry_forms import AlternativeForm
from scoring.contract import Contract


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, version_id: int) -> HttpResponse:
    """Show what was searched beside a version; a POST says whether something is taken."""
    version = _find(version_id)
    if request.method == "POST":
        return _decide(request, version)
    contract, search = version.contract.read(), searches.newest(version_id)
    page = {
        "version": version,
        "may_read_models": may_read(request.user, "model"),
        "search": search,
        "can_be_assessed": bool(contract.assessable),
        "why_not": searches.why_not(version_id, request.user),
        **(_said(search, contract) if search else {}),
    }
    return render(request, "fair_alternatives/detail.html", page)


def _said(search: searches.SearchView, contract: Contract) -> dict[str, object]:
    return {
        "found": list(alternatives.found(search, contract)),
        "tried": alternatives.tried(search, contract),
        "nearest": list(alternatives.nearest(search, contract)),
        "choices": [
            (each.key, f"{each.number}: {words_of(each.recipe, contract)}")
            for each in search.alternatives
        ],
        "decided": list(alternatives.decided(search, search.decisions)),
    }


def _decide(request: SignedInRequest, version: ModelVersion) -> HttpResponse:
    form = AlternativeForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_problem)
        give_back(request, str(form.cleaned_data.get("words", "")))
        return redirect("fair_alternatives", version.pk)
    said = form.cleaned_data
    if not FairSearch.objects.filter(pk=said["search"], version=version).exists():
        raise Http404
    with told(request, words=said["words"]):
        made = fair_alternatives.decide(
            search_id=said["search"],
            key=said["key"],
            take=said["do"] == "take",
            words=said["words"],
            by=request.user,
            at=timezone.now(),
        )
        taken = _("It is taken: the training run {run} is asked for.").format(run=made.run_id)
        messages.success(request, taken if made.is_taken else _("Written down as not taken."))
    return redirect("fair_alternatives", version.pk)


def _find(version_id: int) -> ModelVersion:
    versions = ModelVersion.objects.select_related("product", "contract")
    found = versions.filter(pk=version_id).first()
    if found is None:
        raise Http404
    return found
