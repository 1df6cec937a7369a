from base64 import b64encode
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from credit.actions import fairness_reports
from credit.models import ModelVersion, Product
from credit.queries import fair_alternatives
from frontend.access import SignedInRequest, may_read, may_write
from frontend.dossiers.pdf import DossierNotSet, pdf_of
from frontend.fairness.document import document_of, whom
from frontend.fairness.gap_sections import along_of, gaps_of
from frontend.fairness.law import judged_by
from frontend.fairness.over_time import promotions_until
from frontend.fairness_forms import AskForm
from frontend.refusals import beside
from monitoring.fairness.queries import (
    fairness_history,
    newest_of_product,
    report_numbered,
    same_stage,
)
from monitoring.fairness.views import FairnessView
from monitoring.models import FairnessReport

ALL = "all"


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """Show a product's newest reports by stage; a POST asks the worker for one on a period."""
    products = list(Product.objects.order_by("name", "slug"))
    slug = request.GET.get("product")
    product = next((one for one in products if one.slug == slug), None)
    if slug and slug != ALL and product is None:
        raise Http404
    if slug != ALL:
        product = product or next(iter(products), None)
    form = _form(request, product)
    if request.method == "POST" and form.is_valid():
        with beside(form):
            _ask(request, product, form.cleaned_data)
            return redirect(f"{reverse('fairness')}?product={product.slug if product else ALL}")
    page = {
        "products": products,
        "product": product,
        "is_across": slug == ALL,
        "form": form,
        "may_ask": may_write(request.user, "fairness") and (product or slug == ALL),
        **_reports(product, is_across=slug == ALL),
    }
    return render(request, "fairness/index.html", page, status=422 if form.errors else 200)


@require_safe
def report(request: SignedInRequest, report_id: int) -> HttpResponse:
    """Show one report whole."""
    found = _find(report_id)
    page = {
        "report": found,
        "dossier": document_of(found),
        "may_see_model": may_read(request.user, "model"),
    }
    return render(request, "fairness/report.html", page)


@require_safe
def file(request: SignedInRequest, report_id: int, form: str) -> HttpResponse:
    """Give the same as an accessible PDF, or the figures as JSON."""
    found = _find(report_id)
    if form == "json":
        return _attached(JsonResponse(figures_of(found), encoder=DjangoJSONEncoder), found, form)
    if form != "pdf":
        raise Http404
    try:
        content = pdf_of(document_of(found), at=found.created_at)
    except DossierNotSet as refused:
        messages.error(request, str(refused))
        return redirect("fairness_report", report_id)
    return _attached(HttpResponse(content, content_type="application/pdf"), found, form)


def figures_of(found: FairnessView) -> dict[str, Any]:
    """Give all figures of a report, and those that stand beside it."""
    gaps, version = gaps_of(found), found.model_version_id
    search = fair_alternatives.newest(version) if version else None
    return asdict(found) | {
        "gaps": asdict(gaps) if gaps else None,
        "along_the_cut_off": along_of(found),
        "promotions": [asdict(each) for each in promotions_until(found)],
        "same_stage": [asdict(each) for each in same_stage(found) if each.id != found.id],
        "alternatives": asdict(search) if search else None,
    }


def _attached(answer: HttpResponse, found: FairnessView, form: str) -> HttpResponse:
    digest = b64encode(sha256(answer.content).digest()).decode()
    answer["Content-Disposition"] = f'attachment; filename="fairness-{found.id}.{form}"'
    answer["Content-Digest"] = f"sha-256=:{digest}:"
    return answer


def _find(report_id: int) -> FairnessView:
    try:
        return report_numbered(report_id)
    except FairnessReport.DoesNotExist as missing:
        raise Http404 from missing


def _reports(product: Product | None, *, is_across: bool) -> dict[str, Any]:
    """List the newest of each stage, and those before."""
    if product is None and not is_across:
        return {"newest": [], "earlier": []}
    slug = product.slug if product else None
    newest = newest_of_product(slug)
    shown = {each.id for each in newest}
    earlier = [each for each in fairness_history(slug) if each.id not in shown]
    return {
        "newest": [{"report": each, "whom": whom(each), "by": judged_by(each)} for each in newest],
        "earlier": [{"report": each, "whom": whom(each)} for each in earlier],
    }


def _form(request: SignedInRequest, product: Product | None) -> AskForm:
    versions = ModelVersion.objects.filter(product=product).order_by("-number")
    names = [(each.pk, each.name) for each in versions.select_related("product")]
    return AskForm(request.POST or None, versions=names if product else [], at=timezone.now())


def _ask(request: SignedInRequest, product: Product | None, asked: dict[str, Any]) -> None:
    fairness_reports.request(
        product_id=product.pk if product else None,
        version_id=asked["version"],
        stages=asked["stages"],
        since=asked["since"],
        until=asked["until"],
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, _("The worker makes the reports; look again in a minute."))
