from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from credit.actions import alerts as alert_actions
from credit.models import Alert
from credit.queries import alerts
from frontend.access import SignedInRequest, may_write
from frontend.forms import ResolveForm
from frontend.refusals import told

MOST = 200


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """Show the alerts, open ones first; a POST resolves one."""
    if request.method == "POST":
        return _resolve(request)
    page = {"alerts": alerts.recent(limit=MOST), "may_resolve": may_write(request.user, "alerts")}
    return render(request, "alerts/index.html", page)


def _resolve(request: SignedInRequest) -> HttpResponse:
    form = ResolveForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        _act(request, alert_id=form.cleaned_data["alert"])
    except Alert.DoesNotExist as missing:
        raise Http404 from missing
    return redirect("alerts")


def _act(request: SignedInRequest, *, alert_id: int) -> None:
    with told(request):
        alert_actions.resolve(alert_id=alert_id, by=request.user, at=timezone.now())
        messages.success(request, gettext("The alert is resolved. The same cause opens a new one."))
