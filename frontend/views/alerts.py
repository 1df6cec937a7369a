"""What a person must look at, what is done about it, and by whom."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from credit.actions import alert_cases, alert_mails, alert_silences
from credit.actions import alerts as actions
from credit.alert_kinds import hidden_from, kind_of
from credit.models import Alert, AlertSilence, User
from credit.queries import alerts
from credit.words import Words
from frontend import runbooks
from frontend.access import SignedInRequest, may_open, may_read
from frontend.alert_forms import (
    AlertFilterForm,
    AssignForm,
    CloseForm,
    CommentForm,
    MailForm,
    NothingForm,
    ResolveForm,
    SilenceForm,
)
from frontend.refusals import beside, told, understood
from frontend.registry_forms import ToldElsewhere

MOST = 200
Act = Callable[[SignedInRequest, Alert, dict[str, Any]], object]


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the alerts by state, product, cause and owner."""
    now, roles = timezone.now(), request.user.roles
    form = AlertFilterForm(request.GET, roles=roles)
    asked, status = understood(form)
    state = asked.get("state") or "unresolved"
    page = {
        "alerts": alerts.listed(
            roles=roles,
            at=now,
            state=state,
            product=asked.get("product", ""),
            cause=asked.get("cause", ""),
            owner=asked.get("owner", ""),
            limit=MOST,
        ),
        "form": form,
        "state": state,
        "counts": alerts.counts(roles=roles, at=now),
        "silences": alerts.silences(roles=roles, at=now),
        "most": MOST,
    }
    return render(request, "alerts/index.html", page, status=status)


@require_safe
def detail(request: SignedInRequest, alert_id: int) -> HttpResponse:
    """Show one alert with its history, its case and its runbook."""
    return _show(request, alert_id)


@require_POST
def do(request: SignedInRequest, alert_id: int, what: str) -> HttpResponse:
    """Do one of the things that can be done about an alert."""
    alert = _find(request, alert_id)
    if what not in _DOINGS:
        raise Http404
    of_form, act, said = _DOINGS[what]
    form = of_form(request.POST, auto_id=f"{what}_%s")
    if form.is_valid():
        with beside(form):
            act(request, alert, form.cleaned_data)
            messages.success(request, str(said))
            return redirect("alert", alert_id)
    return _show(request, alert_id, wrong={what: form})


@require_POST
def unsilence(request: SignedInRequest, silence_id: int) -> HttpResponse:
    """End a silence before its time."""
    found = AlertSilence.objects.filter(pk=silence_id).first()
    if found is None or not request.user.has_role(*kind_of(found.cause).handled_by):
        raise Http404  # of what somebody else sees to
    with told(request):
        alert_silences.unsilence(silence_id=found.pk, by=request.user, at=timezone.now())
        messages.success(request, _("The silence is over: what is still there is told."))
    return redirect("alerts")


@require_POST
def mail(request: SignedInRequest) -> HttpResponse:
    """Turn one's own mails of alerts on or off."""
    form = MailForm(request.POST)
    if not form.is_valid():
        raise Http404
    is_wanted = form.cleaned_data["wants"] == "yes"
    with told(request):
        alert_mails.set_wanted(
            user_id=request.user.pk, is_wanted=is_wanted, by=request.user, at=timezone.now()
        )
        messages.success(
            request,
            _("You get alerts of your roles by mail.")
            if is_wanted
            else _("You get no alerts by mail."),
        )
    return redirect("alerts")


def _find(request: SignedInRequest, alert_id: int) -> Alert:
    hidden = sorted(hidden_from(request.user.roles))
    found = Alert.objects.select_related("product").exclude(cause__in=hidden)
    alert = found.filter(pk=alert_id).first()
    if alert is None:
        raise Http404
    return alert


def _show(
    request: SignedInRequest, alert_id: int, *, wrong: dict[str, ToldElsewhere] | None = None
) -> HttpResponse:
    try:
        found = alerts.page(alert_id, roles=request.user.roles, at=timezone.now())
    except Alert.DoesNotExist as missing:
        raise Http404 from missing
    made = {name: form(auto_id=f"{name}_%s") for name, (form, _act, _said) in _DOINGS.items()}
    page = {
        "alert": found.row,
        "found": found,
        "runbook": runbooks.read(found.row.kind.runbook),
        "may_act": request.user.has_role(*found.row.kind.handled_by),
        "may_open_link": may_open(request.user, found.row.link),
        "may_open_version": may_read(request.user, "model"),
        "forms": made | (wrong or {}),
        "problems": [form.first_problem for form in (wrong or {}).values()],
    }
    return render(request, "alerts/detail.html", page, status=422 if wrong else 200)


def _acknowledge(request: SignedInRequest, alert: Alert, _said: dict[str, Any]) -> None:
    actions.acknowledge(alert_id=alert.pk, by=request.user, at=timezone.now())


def _assign(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> None:
    to = User.objects.filter(username=said["to"], is_active=True).first()
    if to is None:
        raise Http404
    actions.assign(alert_id=alert.pk, to=to, by=request.user, at=timezone.now())


def _resolve(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> None:
    actions.resolve(alert_id=alert.pk, words=said["words"], by=request.user, at=timezone.now())


def _comment(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> None:
    alert_cases.comment(alert_id=alert.pk, words=said["words"], by=request.user, at=timezone.now())


def _silence(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> None:
    alert_silences.silence(
        cause=alert.cause,
        product=alert.product,
        segment=alert.segment,
        until=said["until"],
        why=said["words"],
        by=request.user,
        at=timezone.now(),
    )


def _close(request: SignedInRequest, alert: Alert, said: dict[str, Any]) -> None:
    alert_cases.close(
        alert_id=alert.pk,
        decision=said["decision"],
        words=said["words"],
        quiet_until=said["quiet_until"],
        by=request.user,
        at=timezone.now(),
    )


_DOINGS: dict[str, tuple[type[ToldElsewhere], Act, Words]] = {
    "acknowledge": (NothingForm, _acknowledge, gettext_lazy("You have it: it is no news now.")),
    "assign": (AssignForm, _assign, gettext_lazy("The alert is given to a person.")),
    "comment": (CommentForm, _comment, gettext_lazy("Your words are kept with the alert.")),
    "resolve": (
        ResolveForm,
        _resolve,
        gettext_lazy("The alert is resolved. The same cause opens a new one."),
    ),
    "silence": (SilenceForm, _silence, gettext_lazy("It is silenced until then.")),
    "close": (CloseForm, _close, gettext_lazy("The decision is recorded and the case closed.")),
}
