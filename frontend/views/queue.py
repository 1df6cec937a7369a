from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from credit import queue_filters
from credit.actions import assignments, queue_items, saved_views
from credit.models import SavedView
from credit.queries import found, queue
from credit.queue_filters import Wanted
from frontend import queue_rows
from frontend.access import SignedInRequest, may_write
from frontend.queue_forms import QueueFilterForm, RemoveViewForm, SaveViewForm
from frontend.refusals import told


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show what needs an officer now."""
    now = timezone.now()
    queue_items.gather(at=now)
    return _page(request, SaveViewForm(), status=200)


@require_POST
def take_next(request: SignedInRequest) -> HttpResponse:
    """Take the first of what is looked at, and open it."""
    wanted = _form(request.GET).wanted
    with told(request):
        item = assignments.take_next(wanted=wanted, by=request.user, at=timezone.now())
        return redirect("application", item.decision_id)
    return redirect(_address(wanted))


@require_POST
def views(request: SignedInRequest) -> HttpResponse:
    """Save the filters in force as a view, or remove one."""
    if "remove" in request.POST:
        return _remove(request)
    form = SaveViewForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    wanted = _form(request.GET).wanted
    with told(request):
        view = saved_views.save(
            name=form.cleaned_data["name"], wanted=wanted, by=request.user, at=timezone.now()
        )
        messages.success(request, _("Saved as “%s”.") % view.name)
    return redirect(_address(wanted))


def _remove(request: SignedInRequest) -> HttpResponse:
    form = RemoveViewForm(request.POST)
    if form.is_valid() and _removed(request, form.cleaned_data["remove"]):
        messages.success(request, _("The view is removed. Nothing else changed."))
    return redirect("queue")


def _removed(request: SignedInRequest, view_id: int) -> bool:
    """Remove a view of one's own; another's does not exist."""
    try:
        saved_views.remove(view_id=view_id, by=request.user, at=timezone.now())
    except SavedView.DoesNotExist:
        return False
    return True


def _page(request: SignedInRequest, save_form: SaveViewForm, *, status: int) -> HttpResponse:
    now, after = timezone.now(), request.GET.get("after", "")
    standing = queue.standing(viewer=request.user, at=now)
    form = QueueFilterForm(request.GET, choices=standing.choices)
    wanted = form.wanted
    called = queue_filters.named(wanted.q) if wanted.q else []
    shown = queue.page(
        wanted,
        viewer=request.user,
        at=now,
        after=after,
        called=called,
        awaiting=standing.counts.awaiting,
    )
    if after and not shown.rows:  # all of it was decided meanwhile
        return redirect(_address(wanted))
    page: dict[str, Any] = {
        "form": form,
        "wanted": wanted,
        "query": urlencode(wanted.stated),
        "page": shown,
        "rows": queue_rows.shown(shown.rows, now=now),
        "elsewhere": found.elsewhere(wanted.q, called=called) if wanted.q else [],
        "is_further": bool(after),
        "counts": standing.counts,
        "decided_today": None if wanted.q else queue.decided_today(at=now),
        "views": _views(request, wanted),
        "save_form": save_form,
        "may_decide": may_write(request.user, "application"),
        "now": now,
    }
    return render(request, "queue/index.html", page, status=status)


def _views(request: SignedInRequest, wanted: Wanted) -> list[dict[str, Any]]:
    return [
        {
            "id": view.pk,
            "name": view.name,
            "address": f"?{urlencode(view.filters)}",
            "is_here": view.filters == wanted.stated,
        }
        for view in SavedView.objects.filter(owner=request.user)
    ]


def _form(asked: QueryDict) -> QueueFilterForm:
    """Read filters where nothing is shown: what they name need not stand in the queue."""
    return QueueFilterForm(asked, choices=queue.Choices(products=[], partners=[], bands=[]))


def _address(wanted: Wanted) -> str:
    query = urlencode(wanted.stated)
    return f"{reverse('queue')}{'?' if query else ''}{query}"
