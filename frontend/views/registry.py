"""Who was champion when; and what a validator may need at once: rollback and the stop button."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit.actions import inventory as inventories
from credit.actions import model_versions, service_stops, version_comments
from credit.models import ModelVersion, Product
from credit.queries import opinions, overrides, registry
from frontend.access import SignedInRequest, may_write
from frontend.refusals import told
from frontend.registry_forms import (
    CommentForm,
    InventoryForm,
    MomentForm,
    RetirementForm,
    RollbackForm,
    StopForm,
)

_STOPPED = gettext_lazy("Its models are stopped. Every application goes to a person from now on.")
_RESUMED = gettext_lazy("Its models score again.")


@require_safe
def history(request: SignedInRequest, product: str) -> HttpResponse:
    """Show every move of a product's versions, and who was champion at a moment that is asked."""
    found = _find(product)
    form = MomentForm(request.GET if "at" in request.GET else None)
    asked = form.cleaned_data["at"] if form.is_valid() else None
    page = {
        "product": found,
        "changes": registry.history(product),
        "form": form,
        "asked": asked,
        "tenure": registry.champion_at(product, asked) if asked else None,
        "canary": registry.canary_at(product, asked) if asked else None,
    }
    return render(request, "registry/history.html", page, status=422 if form.errors else 200)


@require_POST
def roll_back(request: SignedInRequest, product: str) -> HttpResponse:
    """Make the champion before the champion again."""
    found, form = _find(product), RollbackForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_problem)
        return _to_console(product)
    with told(request, words=form.cleaned_data["note"]):
        version = model_versions.roll_back(
            product_id=found.pk, by=request.user, at=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("%s is the champion again.") % version.name)
    return _to_console(product)


@require_POST
def stop(request: SignedInRequest, product: str) -> HttpResponse:
    """Stop the models of a product, or let them score again."""
    found, form = _find(product), StopForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_problem)
        return _to_console(product)
    is_resuming, why = form.cleaned_data["do"] == "resume", form.cleaned_data["why"]
    act = service_stops.resume if is_resuming else service_stops.stop
    with told(request, words=why):
        act(product_id=found.pk, by=request.user, at=timezone.now(), why=why)
        messages.success(request, _RESUMED if is_resuming else _STOPPED)
    return _to_console(product)


@require_POST
def retire(request: SignedInRequest, version_id: int) -> HttpResponse:
    """Take a version out for good."""
    found = get_object_or_404(ModelVersion.objects.select_related("product"), pk=version_id)
    form = RetirementForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_problem)
        return redirect("model", version_id)
    why = form.cleaned_data["why"]
    with told(request, words=why):
        model_versions.retire(version_id=version_id, by=request.user, at=timezone.now(), note=why)
        messages.success(request, _("%s is retired.") % found.name)
    return redirect("model", version_id)


@require_http_methods(["GET", "HEAD", "POST"])
def inventory(request: SignedInRequest, product: str) -> HttpResponse:
    """Show what the model inventory says, and let it be written anew."""
    found, now = _find(product), timezone.now()
    says = registry.inventory_of(product, at=now)
    form = InventoryForm(request.POST or None, initial=_initial(says))
    if request.method == "POST" and form.is_valid():
        try:
            inventories.write(product_id=found.pk, by=request.user, at=now, **form.cleaned_data)
        except inventories.EntryIncomplete as incomplete:
            form.add_error(None, str(incomplete))
        else:
            messages.success(request, _("The inventory is written anew."))
            return redirect("inventory", product)
    page = {
        "product": found,
        "says": says,
        "form": form,
        "may_write": may_write(request.user, "inventory"),
        "opinions": opinions.opinions(product, at=now),
        "thumbs": opinions.thumbs(product, at=now),
        "remarks": opinions.remarks(product, at=now),
        "overrides": overrides.overrides(product, at=now),
    }
    return render(request, "registry/inventory.html", page, status=422 if form.errors else 200)


@require_POST
def comment(request: SignedInRequest, version_id: int) -> HttpResponse:
    """Say something against a version, or how what was said was resolved."""
    if not ModelVersion.objects.filter(pk=version_id).exists():
        raise Http404
    form = CommentForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_problem)
        return redirect("model", version_id)
    words, resolves = form.cleaned_data["words"], form.cleaned_data["resolves"]
    with told(request, words=words):
        if resolves:
            version_comments.resolve(
                comment_id=resolves, resolution=words, by=request.user, at=timezone.now()
            )
        else:
            version_comments.add(
                version_id=version_id, words=words, by=request.user, at=timezone.now()
            )
    return redirect("model", version_id)


def _initial(says: registry.InventoryRow | None) -> dict[str, object]:
    if says is None:
        return {}
    return {
        "owner": says.owner_username,
        "tier": says.tier,
        "intended_use": says.intended_use,
        "limits": says.limits,
        "review_on": says.review_on,
    }


def _find(slug: str) -> Product:
    found = Product.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _to_console(product: str) -> HttpResponse:
    return redirect(f"{reverse('console')}?product={product}")
