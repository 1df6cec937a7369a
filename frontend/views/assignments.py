from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from credit.actions import assignments
from credit.models import Decision, User
from credit.queries import applications
from credit.queries import assignments as hands
from credit.queries.applications import ApplicationDetail
from frontend.access import SignedInRequest
from frontend.queue_forms import HoldForm, ReassignForm, ReferUpForm
from frontend.refusals import told
from frontend.templatetags.evenhand import visible


@require_POST
def hold(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Take one application in hand, or give it back to the queue."""
    application, form = _find(request, decision_id), HoldForm(request.POST)
    if not form.is_valid():
        raise Http404
    with told(request):
        if form.cleaned_data["do"] == "take":
            assignments.take(decision_id=decision_id, by=request.user, at=timezone.now())
            messages.success(request, _("You have this application in hand."))
        else:
            assignments.release(decision_id=decision_id, by=request.user, at=timezone.now())
            said = _("%(reference)s is back in the queue.")
            messages.success(request, said % {"reference": visible(application.reference)})
            return redirect("queue")
    return redirect("application", decision_id)


@require_http_methods(["GET", "HEAD", "POST"])
def refer_up(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Leave an application to a senior officer, with words."""
    application = _find(request, decision_id)
    form = ReferUpForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, "refer_up", application, form)
    words = form.cleaned_data["words"]
    try:
        with told(request, but=assignments.WordsMissing, words=words):
            assignments.refer_up(
                decision_id=decision_id, words=words, by=request.user, at=timezone.now()
            )
            said = _("%(reference)s waits for a senior officer.")
            messages.success(request, said % {"reference": visible(application.reference)})
            return redirect("queue")
    except assignments.WordsMissing as missing:
        form.add_error("words", str(missing))
        return _show(request, "refer_up", application, form)
    return redirect("application", decision_id)


@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Give an application to a colleague."""
    application, officers = _find(request, decision_id), hands.officers()
    form = ReassignForm(request.POST if request.method == "POST" else None, officers=officers)
    if not form.is_valid():
        return _show(request, "reassign", application, form)
    to = next(each for each in officers if each.pk == form.cleaned_data["to"])
    with told(request):
        _give(request, application, to)
        return redirect("queue")
    return redirect("application", decision_id)


def _give(request: SignedInRequest, application: ApplicationDetail, to: User) -> None:
    assignments.reassign(
        decision_id=application.decision_id, to=to, by=request.user, at=timezone.now()
    )
    said = _("%(reference)s is now in the hands of %(officer)s.")
    words = {"reference": visible(application.reference), "officer": to.known_as}
    messages.success(request, said % words)


def _find(request: SignedInRequest, decision_id: str) -> ApplicationDetail:
    try:
        return applications.detail(decision_id, viewer=request.user)
    except Decision.DoesNotExist as missing:
        raise Http404 from missing


def _show(
    request: SignedInRequest,
    name: str,
    application: ApplicationDetail,
    form: ReferUpForm | ReassignForm,
) -> HttpResponse:
    page = {"application": application, "form": form, "now": timezone.now()}
    status = 422 if form.is_bound else 200
    return render(request, f"assignments/{name}.html", page, status=status)
