from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from credit.actions import corrections
from credit.models import Decision
from credit.queries import trials
from credit.queries.trials import Standing
from frontend.access import SignedInRequest
from frontend.contract_forms import initial_of
from frontend.entry_forms import CorrectionForm
from frontend.refusals import told
from frontend.templatetags.evenhand import visible
from scoring.features import InputRefused

BESIDE_THE_FORM = (corrections.NothingCorrected, corrections.SourceMissing)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Put details right: a new application takes this one's place."""
    standing = _standing(decision_id)
    if not standing.can_be_corrected and request.method != "POST":
        messages.error(request, _("This application can no longer be corrected."))
        return redirect("application", decision_id)
    stated = initial_of(standing.asked_by, standing.features, standing.requested)
    if request.method != "POST":
        form = CorrectionForm(contract=standing.asked_by, initial=stated)
        return _page(request, standing, form)
    form = CorrectionForm(request.POST, contract=standing.asked_by, initial=stated)
    if not form.is_valid():
        return _page(request, standing, form, status=422)
    try:
        return _correct(request, standing, form)
    except BESIDE_THE_FORM as refused:
        form.add_error(None, str(refused))
    except InputRefused:  # the contract in force has just changed
        form.add_error(None, _("The product has just changed. Please look at the form again."))
    return _page(request, standing, form, status=422)


def _correct(request: SignedInRequest, standing: Standing, form: CorrectionForm) -> HttpResponse:
    with told(request, but=BESIDE_THE_FORM, words=form.cleaned_data["words"]):
        made = corrections.correct(
            decision_id=standing.decision_id,
            body=form.body,
            source=form.cleaned_data["source"],
            words=form.cleaned_data["words"],
            by=request.user,
            at=timezone.now(),
        )
        done = _("%(reference)s was corrected and scored again.")
        messages.success(request, done % {"reference": visible(standing.reference)})
        return redirect("application", made.decision_id)
    return redirect("application", standing.decision_id)


def _standing(decision_id: str) -> Standing:
    try:
        return trials.standing(decision_id, at=timezone.now())
    except Decision.DoesNotExist as missing:
        raise Http404 from missing


def _page(
    request: SignedInRequest, standing: Standing, form: CorrectionForm, *, status: int = 200
) -> HttpResponse:
    page = {"application": standing, "form": form}
    return render(request, "corrections/correct.html", page, status=status)
