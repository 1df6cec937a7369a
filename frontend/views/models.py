from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from credit.actions import model_versions, training_runs
from credit.laws import notice_problem
from credit.models import ModelVersion
from credit.models.model_versions import Stage
from credit.queries import models, promotions, registry, shadows
from frontend.access import SignedInRequest, may_read, may_write
from frontend.charts import model_charts
from frontend.forms import PromotionForm
from frontend.refusals import told


@require_http_methods(["GET", "HEAD", "POST"])
def console(request: SignedInRequest) -> HttpResponse:
    """Show a product's models and trainings; a POST starts a retraining."""
    products = models.products(on=timezone.now().date())
    slug = request.POST.get("product") or request.GET.get("product")
    product = next((one for one in products if one.slug == slug), None)
    if slug and product is None:
        raise Http404
    product = product or next(iter(products), None)
    if request.method == "POST" and product is not None:
        return _start(request, product)
    runs = models.runs(product.slug) if product else []
    page = {
        "products": products,
        "product": product,
        "versions": models.versions(product.slug) if product else [],
        "runs": runs,
        "is_training": any(run.state in {"queued", "running"} for run in runs),
        "may_train": may_write(request.user, "console"),
        "may_stop": may_write(request.user, "stop"),
        "inventory": registry.inventory_of(product.slug, at=timezone.now()) if product else None,
        "stop": registry.stop_of(product.slug) if product else None,
        "goes_back_to": registry.goes_back_to(product.slug) if product else None,
        "may_see_fairness": may_read(request.user, "fairness"),
    }
    return render(request, "models/console.html", page)


def _start(request: SignedInRequest, product: models.ProductRow) -> HttpResponse:
    with told(request):
        training_runs.request(product_id=product.id, by=request.user, at=timezone.now())
        messages.success(request, gettext("The retraining is on its way. This page follows it."))
    return redirect(f"{reverse('console')}?product={product.slug}")


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, version_id: int) -> HttpResponse:
    """Show one version; a POST promotes it, or puts it into shadow."""
    version = _find(version_id)
    form = PromotionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _move(request, version, **form.cleaned_data)
    page = {
        "version": version,
        "form": form,
        "may_see_alternatives": may_read(request.user, "fair_alternatives"),
        "shadow": shadows.compared(version_id),
        "comments": registry.comments_on(version_id),
        "may_comment": may_write(request.user, "comment"),
        "may_retire": may_write(request.user, "retire") and version.stage != Stage.RETIRED,
        "may_resolve": registry.may_resolve(version_id, request.user),
        "notice_problem": notice_problem(version.contract, on=timezone.now().date()),
        "why_not": models.may_promote(version_id, request.user, at=timezone.now()),
        "way": promotions.way_of(version_id, request.user, at=timezone.now()),
        **model_charts.draw(version.evidence),
    }
    return render(request, "models/detail.html", page, status=422 if form.is_bound else 200)


_MOVES = {
    Stage.CHAMPION: (model_versions.promote, _("{version} is now the champion.")),
    Stage.SHADOW: (model_versions.shadow, _("{version} is now in shadow.")),
}


def _move(
    request: SignedInRequest, version: models.VersionDetail, *, to: str, note: str
) -> HttpResponse:
    act, words = _MOVES[Stage(to or Stage.CHAMPION)]
    with told(request, words=note):
        act(version_id=version.id, by=request.user, at=timezone.now(), note=note)
        messages.success(request, words.format(version=version.name))
    return redirect("model", version.id)


def _find(version_id: int) -> models.VersionDetail:
    try:
        return models.version(version_id)
    except ModelVersion.DoesNotExist as missing:
        raise Http404 from missing
