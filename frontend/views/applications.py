from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from credit.actions import feedback as feedbacks
from credit.actions import officer_decisions, queue_items
from credit.models import Decision
from credit.models.applications import WAITING
from credit.queries import alternatives, applications, assignments
from credit.queries.applications import ApplicationDetail
from frontend.access import SignedInRequest, may_write
from frontend.charts import application_charts
from frontend.forms import DecisionForm, FeedbackForm
from frontend.refusals import told
from frontend.templatetags.evenhand import visible

DONE = {"approve": "approved", "decline": "declined"}


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Show one application, and take the officer's decision on it."""
    application = _find(decision_id, request)
    if request.method != "POST":
        return _page(request, application)
    form = DecisionForm(request.POST, reasons=application.officer_reasons)
    if not form.is_valid():
        return _page(request, application, form=form)
    try:
        return _decide(request, application, form)
    except officer_decisions.ReasonMissing as missing:
        form.add_error(None, str(missing))
        return _page(request, application, form=form)


@require_POST
def feedback(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Take a thumb on the recommendation; htmx picks the card from the page it lands on."""
    application = _find(decision_id, request)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _page(request, application, feedback_form=form)
    with told(request):
        feedbacks.give(
            decision_id=decision_id, by=request.user, at=timezone.now(), **form.cleaned_data
        )
    return redirect("application", decision_id)


def _decide(
    request: SignedInRequest, application: ApplicationDetail, form: DecisionForm
) -> HttpResponse:
    with told(request, but=officer_decisions.ReasonMissing):
        made = officer_decisions.record(
            decision_id=application.decision_id,
            by=request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
        done = DONE[made.verdict]
        messages.success(request, f"{visible(application.reference)} is {done}, by your decision.")
        return redirect("queue")
    return redirect("application", application.decision_id)


def _find(decision_id: str, request: SignedInRequest) -> ApplicationDetail:
    try:
        return applications.detail(decision_id, viewer=request.user)
    except Decision.DoesNotExist as missing:
        raise Http404 from missing


def _page(
    request: SignedInRequest,
    application: ApplicationDetail,
    *,
    form: DecisionForm | None = None,
    feedback_form: FeedbackForm | None = None,
) -> HttpResponse:
    given = application.feedback
    now = timezone.now()
    if application.status in WAITING:
        queue_items.gather(decision_id=application.decision_id, at=now)
    page: dict[str, Any] = {
        "application": application,
        "hands": assignments.hands(application.decision_id, viewer=request.user, at=now),
        "referrals": assignments.referrals(application.decision_id),
        "may_decide": may_write(request.user, "application"),
        "opposite": "decline" if application.recommendation == "approve" else "approve",
        "decision_form": form or DecisionForm(reasons=application.officer_reasons),
        "feedback_form": feedback_form
        or FeedbackForm(initial={"comment": given.comment if given else ""}),
        "now": now,
        **application_charts.draw(application),
        **_what_if(request, application),
    }
    status = 422 if form or feedback_form else 200
    return render(request, "applications/detail.html", page, status=status)


def _what_if(request: SignedInRequest, application: ApplicationDetail) -> dict[str, Any]:
    """Search for smaller changes where that is asked for: it takes longer than the page."""
    if "what-if" not in request.GET:
        return {}
    try:
        return {"what_if": alternatives.what_if(application.decision_id)}
    except alternatives.AlternativesUnavailable as unavailable:
        return {"what_if_trouble": str(unavailable)}
