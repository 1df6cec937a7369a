from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from credit.actions import feedback as feedbacks
from credit.actions import officer_decisions, verdicts
from credit.models import (
    Decision,
    OfficerDecision,
    OfficerVerdict,
    ProposedDecision,
    ReasonFeedback,
    Role,
)
from credit.models.applications import WAITING
from credit.queries import alternatives, applications, assignments
from credit.queries.applications import ApplicationDetail
from frontend.access import SignedInRequest, may_write
from frontend.casework_forms import (
    AskForm,
    InformationForm,
    NoteForm,
    OfferAnswerForm,
    OfferForm,
    OutcomeForm,
    SignatureForm,
    WithdrawForm,
)
from frontend.charts import application_charts
from frontend.forms import DecisionForm, FeedbackForm
from frontend.refusals import told
from frontend.templatetags.evenhand import visible

DONE = {
    "approve": _lazy("%(name)s is approved, by your decision."),
    "decline": _lazy("%(name)s is declined, by your decision."),
    "counter_offer": _lazy("%(name)s: your counter-offer stands."),
}
BESIDE_THE_FORM = (verdicts.ReasonMissing, verdicts.ReasonDoesNotFit, verdicts.OfferRefused)
OPPOSITE = {"approve": "decline", "decline": "approve"}


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Show one application, and take the officer's decision on it."""
    application = find(decision_id, request)
    if request.method != "POST":
        return show(request, application)
    is_offer = request.POST.get("verdict") == OfficerVerdict.COUNTER_OFFER
    form = (_offer_form if is_offer else _decision_form)(application, request.POST)
    name = "offer_form" if is_offer else "decision_form"
    if not form.is_valid():
        return show(request, application, **{name: form})
    try:
        return _decide(request, application, form)
    except BESIDE_THE_FORM as refused:
        form.add_error(None, str(refused))
        return show(request, application, **{name: form})


@require_POST
def feedback(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Take a thumb on the recommendation; htmx picks the card from the page it lands on."""
    application = find(decision_id, request)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return show(request, application, feedback_form=form)
    with told(request, words=form.cleaned_data["comment"]):
        feedbacks.give(
            decision_id=decision_id, by=request.user, at=timezone.now(), **form.cleaned_data
        )
    return redirect("application", decision_id)


def _decide(
    request: SignedInRequest, application: ApplicationDetail, form: DecisionForm
) -> HttpResponse:
    with told(request, but=BESIDE_THE_FORM, words=form.cleaned_data["reason"]):
        made = officer_decisions.record(
            decision_id=application.decision_id,
            by=request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
        messages.success(request, _said(application, made))
        return redirect("queue")
    return redirect("application", application.decision_id)


def _said(application: ApplicationDetail, made: OfficerDecision | ProposedDecision) -> str:
    """Say what became of it, with a way back while it can be undone."""
    name = visible(application.reference)
    if isinstance(made, ProposedDecision):
        return _("%s waits for a senior officer's signature.") % name
    said = DONE[made.verdict] % {"name": name}
    if made.final_at is None or made.final_at <= made.decided_at:
        return said
    return format_html(
        '{} <a href="{}">{}</a>',
        said,
        reverse("application", args=[application.decision_id]),
        _("Undo it until %s UTC") % f"{made.final_at:%H:%M}",
    )


def find(decision_id: str, request: SignedInRequest) -> ApplicationDetail:
    """Find an application, or answer 404."""
    try:
        return applications.detail(decision_id, viewer=request.user)
    except Decision.DoesNotExist as missing:
        raise Http404 from missing


def show(
    request: SignedInRequest, application: ApplicationDetail, **typed: forms.Form
) -> HttpResponse:
    """Show the page; of a form that is wrong, what was typed into it."""
    now, decided = timezone.now(), application.officer_decision
    is_senior = request.user.has_role(Role.SENIOR_OFFICER)
    referrals = assignments.referrals(application.decision_id)
    page: dict[str, Any] = {
        "application": application,
        "hands": assignments.hands(
            application.decision_id,
            viewer=request.user,
            waits=application.status in WAITING,
            is_referred_up=any(each.is_in_force for each in referrals),
            at=now,
        ),
        "referrals": referrals,
        "may_decide": may_write(request.user, "application"),
        "is_for_a_colleague": _is_for_a_colleague(request, application),
        "may_undo": bool(decided and decided.may_undo(request.user, at=now)),
        "may_sign": is_senior,
        "may_correct_outcome": is_senior,
        "opinions": _opinions(application),
        "opposite": OPPOSITE.get(application.recommendation),
        "now": now,
        **_forms(application),
        **typed,
        **application_charts.draw(application),
        **_what_if(request, application),
    }
    return render(request, "applications/detail.html", page, status=422 if typed else 200)


def _opinions(application: ApplicationDetail) -> dict[str, Any]:
    """Lay out the reasons to be judged: those that count against the applicant first."""
    first = application.principal or application.reasons[:4]
    named = {each.feature for each in first}
    others = [each for each in application.reasons if each.feature not in named]
    return {
        "first": first,
        "others": others,
        "is_open": any(each.feature in application.casework.opinions for each in others),
        "kinds": ReasonFeedback.Kind.choices,
    }


def _decision_form(application: ApplicationDetail, typed: QueryDict | None = None) -> DecisionForm:
    """Ask for reasons to override, or for either verdict on what was referred."""
    opposite = OPPOSITE.get(application.recommendation)
    offered = (opposite,) if opposite else tuple(OPPOSITE)
    return DecisionForm(typed, reasons=application.officer_reasons, verdicts=offered)


def _offer_form(application: ApplicationDetail, typed: QueryDict | None = None) -> OfferForm:
    terms = {
        "offered_amount": application.amount,
        "offered_term_months": application.term_months,
    }
    return OfferForm(typed, reasons=application.officer_reasons, initial=terms)


def _forms(application: ApplicationDetail) -> dict[str, forms.Form]:
    given = application.feedback
    return {
        "decision_form": _decision_form(application),
        "offer_form": _offer_form(application),
        "ask_form": AskForm(),
        "withdraw_form": WithdrawForm(),
        "information_form": InformationForm(),
        "answer_form": OfferAnswerForm(),
        "signature_form": SignatureForm(),
        "note_form": NoteForm(),
        "outcome_form": OutcomeForm(),
        "feedback_form": FeedbackForm(initial={"comment": given.comment if given else ""}),
    }


def _is_for_a_colleague(request: SignedInRequest, application: ApplicationDetail) -> bool:
    """Say beforehand what the action would refuse: to decide one's own entry, or twice."""
    if application.status != "awaiting_officer":
        return False
    entry = application.beside.entry
    is_theirs = entry is not None and entry.by_id == request.user.pk
    is_own_entry = is_theirs and not application.beside.may_decide_own_entries
    return is_own_entry or application.casework.had_decided


def _what_if(request: SignedInRequest, application: ApplicationDetail) -> dict[str, Any]:
    """Search for smaller changes where that is asked for: it takes longer than the page."""
    if "what-if" not in request.GET:
        return {}
    try:
        return {"what_if": alternatives.what_if(application.decision_id)}
    except alternatives.AlternativesUnavailable as unavailable:
        return {"what_if_trouble": str(unavailable)}
