from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from credit.actions import webhook_deliveries
from credit.models import WebhookDelivery
from credit.queries import webhooks
from frontend.access import SignedInRequest, may_write
from frontend.forms import ReplayForm, WebhookFilterForm
from frontend.refusals import told, understood

MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """Show webhooks and their deliveries; a POST sends one again."""
    form = WebhookFilterForm(request.GET)
    chosen, status = understood(form)
    if request.method == "POST":
        return _replay(request, chosen)
    endpoints = webhooks.endpoints()
    endpoint, state = chosen.get("webhook", ""), chosen.get("state", "")
    page = {
        "endpoints": endpoints,
        "deliveries": webhooks.deliveries(endpoint_id=endpoint, state=state, limit=MOST),
        "most": MOST,
        "states": WebhookDelivery.State.choices,
        "endpoint": endpoint,
        "state": state,
        "may_replay": may_write(request.user, "webhooks"),
        "form": form,
    }
    return render(request, "webhooks/index.html", page, status=status)


def _replay(request: SignedInRequest, chosen: dict[str, str]) -> HttpResponse:
    form = ReplayForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        _act(request, delivery_id=form.cleaned_data["delivery"])
    except WebhookDelivery.DoesNotExist as missing:
        raise Http404 from missing
    query = urlencode({name: value for name, value in chosen.items() if value})
    return redirect(f"{reverse('webhooks')}{'?' if query else ''}{query}")


def _act(request: SignedInRequest, *, delivery_id: int) -> None:
    with told(request):
        webhook_deliveries.replay(delivery_id=delivery_id, by=request.user, at=timezone.now())
        messages.success(request, gettext("The event is sent again, under the same id."))
