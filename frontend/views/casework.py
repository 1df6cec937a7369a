"""What an officer does with an application besides deciding it: each a form on its page."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from credit.actions import (
    counter_offers,
    feedback,
    information,
    notes,
    outcomes,
    proposals,
    undoing,
    withdrawals,
)
from credit.actions.refusals import ActionDenied
from frontend import casework_forms
from frontend.access import SignedInRequest
from frontend.refusals import Refusals, told
from frontend.views.applications import find, show


@require_POST
def note(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Keep a note; the page comes back to where notes are."""
    form = casework_forms.NoteForm(request.POST)
    return _done(request, decision_id, form, "note_form", notes.write, at="#notes")


@require_POST
def reason(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Take a thumb on one reason; the same again takes it back."""
    form = casework_forms.ReasonForm(request.POST)
    return _done(request, decision_id, form, "reason_form", feedback.give_on_reason, at="#reasons")


@require_POST
def undo(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Take back a decision that still can be."""
    said = _("The decision is undone; the application waits again.")
    return _done(request, decision_id, forms.Form({}), "undo_form", undoing.undo, said=said)


@require_POST
def ask(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Ask the applicant for what is missing."""
    form = casework_forms.AskForm(request.POST)
    refused = information.NothingAsked
    said = _("The application now waits for the applicant.")
    return _done(request, decision_id, form, "ask_form", information.ask, said=said, but=refused)


@require_POST
def answered(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Note that an answer came, or close what was never answered."""
    form = casework_forms.InformationForm(request.POST)
    if request.POST.get("did") == "closed":
        said = _("The application is closed as incomplete.")
        return _done(request, decision_id, form, "information_form", _close, said=said)
    said = _("The application waits for an officer again.")
    return _done(request, decision_id, form, "information_form", _answer, said=said)


@require_POST
def offer_answer(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Record what the applicant said to a counter-offer."""
    form = casework_forms.OfferAnswerForm(request.POST)
    return _done(
        request,
        decision_id,
        form,
        "answer_form",
        counter_offers.answer,
        said=_("The answer is recorded."),
    )


@require_POST
def outcome(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Take how the loan turned out, or what was wrong with what was reported."""
    return _done(
        request,
        decision_id,
        casework_forms.OutcomeForm(request.POST),
        "outcome_form",
        _turned_out,
        said=_("The outcome is recorded."),
        at="#outcome",
        but=(outcomes.OutcomeMisdated, outcomes.NothingToCorrect, outcomes.CorrectionUnexplained),
    )


@require_POST
def withdraw(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Record that the applicant no longer wants the loan."""
    form = casework_forms.WithdrawForm(request.POST)
    said = _("The application is withdrawn.")
    return _done(request, decision_id, form, "withdraw_form", withdrawals.record, said=said)


@require_POST
def signature(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Sign what a colleague proposed, send it back, or take one's own back."""
    form = casework_forms.SignatureForm(request.POST)
    says = {
        "sign": _("Signed: the decision stands."),
        "send_back": _("Sent back; the application waits for an officer again."),
        "take_back": _("Taken back; the application waits for an officer again."),
    }
    refused = proposals.WordsMissing
    said = says.get(request.POST.get("did", ""), "")
    return _done(request, decision_id, form, "signature_form", _settle, said=said, but=refused)


def _answer(*, decision_id: str, did: str, words: str, **who: Any) -> object:
    del did
    return information.answer(decision_id=decision_id, words=words, **who)


def _close(*, decision_id: str, did: str, words: str, **who: Any) -> object:
    del did, words
    return information.close(decision_id=decision_id, **who)


def _turned_out(
    *,
    turned_out: str,
    observed_on: date,
    corrects: int | None,
    reason: str,
    **which: Any,
) -> object:
    correction = outcomes.Correction(corrects=corrects, reason=reason) if corrects else None
    return outcomes.report(
        is_bad=turned_out == "bad", observed_on=observed_on, correction=correction, **which
    )


def _settle(*, decision_id: str, proposal: int, did: str, words: str, **who: Any) -> object:
    del decision_id
    if did == "send_back":
        return proposals.send_back(proposal_id=proposal, words=words, **who)
    act = proposals.sign if did == "sign" else proposals.take_back
    return act(proposal_id=proposal, **who)


def _done(
    request: SignedInRequest,
    decision_id: str,
    form: forms.Form,
    name: str,
    action: Callable[..., object],
    *,
    said: str = "",
    at: str = "",
    but: Refusals = (),
) -> HttpResponse:
    """Call one action with what was typed; a form that is wrong comes back as it was."""
    application = find(decision_id, request)
    if not form.is_valid():
        return show(request, application, **{name: form})
    try:
        with told(request, but=but, words=form.cleaned_data.get("words", "")):
            action(decision_id=decision_id, by=request.user, at=timezone.now(), **form.cleaned_data)
            if said:
                messages.success(request, said)
    except ActionDenied as denied:
        form.add_error(None, str(denied))
        return show(request, application, **{name: form})
    answer = redirect("application", decision_id)
    answer["Location"] += at
    return answer
