"""What is learned from, and when: snapshots, trainings and their schedule."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit.actions import retrainings, training_runs
from credit.models import Product, Snapshot, TrainingRun
from credit.queries import explorations
from credit.queries import snapshots as snapshot_rows
from credit.queries import trainings as training_rows
from frontend.access import SignedInRequest, may_write
from frontend.learning_forms import ScheduleForm
from frontend.refusals import beside, told


@require_http_methods(["GET", "HEAD", "POST"])
def trainings(request: SignedInRequest, product: str) -> HttpResponse:
    """Show a product's trainings; a POST sets the schedule, or takes it away."""
    found = _product(product)
    form = ScheduleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with beside(form):
            _schedule(request, found, form)
            return redirect("trainings", product)
    shown = training_rows.trainings(found, at=timezone.now())
    if shown.schedule and not form.is_bound:
        form = ScheduleForm(
            initial={"every_days": shown.schedule.every_days, "next_at": shown.schedule.next_at}
        )
    page = {
        "product": found,
        "shown": shown,
        "explored": explorations.explored(found, at=timezone.now()),
        "form": form,
        "may_train": may_write(request.user, "trainings"),
    }
    return render(request, "learning/trainings.html", page, status=422 if form.errors else 200)


@require_POST
def cancel(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Cancel a training that waits or is on."""
    run = TrainingRun.objects.select_related("product").filter(pk=run_id).first()
    if run is None:
        raise Http404
    with told(request):
        training_runs.cancel(run_id=run.pk, by=request.user, at=timezone.now())
        messages.success(request, _("The training is cancelled. It leaves nothing behind."))
    return redirect("trainings", run.product.slug)


@require_safe
def snapshots(request: SignedInRequest, product: str) -> HttpResponse:
    """List a product's snapshots."""
    found = _product(product)
    page = {"product": found, "snapshots": snapshot_rows.snapshots(product)}
    return render(request, "learning/snapshots.html", page)


@require_safe
def snapshot(request: SignedInRequest, snapshot_id: int) -> HttpResponse:
    """Show what bounds one snapshot, where its labels come from, and what it is like."""
    try:
        found = snapshot_rows.snapshot(snapshot_id)
    except Snapshot.DoesNotExist as missing:
        raise Http404 from missing
    return render(request, "learning/snapshot.html", {"snapshot": found})


def _schedule(request: SignedInRequest, product: Product, form: ScheduleForm) -> None:
    now = timezone.now()
    if form.is_off:
        retrainings.unschedule(product_id=product.pk, by=request.user, at=now)
        messages.success(request, _("No training comes on schedule any more."))
    else:
        retrainings.schedule(
            product_id=product.pk,
            every_days=form.cleaned_data["every_days"],
            next_at=form.cleaned_data["next_at"],
            by=request.user,
            at=now,
        )
        messages.success(request, _("The schedule is set."))


def _product(slug: str) -> Product:
    found = Product.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found
