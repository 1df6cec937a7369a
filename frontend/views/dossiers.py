from base64 import b64encode
from hashlib import sha256

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from credit.actions import dossiers
from credit.models import ModelVersion
from frontend.access import SignedInRequest, may_read, may_write
from frontend.dossiers.document import dossier_of
from frontend.dossiers.material import Material, gather
from frontend.dossiers.pdf import DossierNotSet, pdf_of
from frontend.refusals import told


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, version_id: int) -> HttpResponse:
    """Show a version's dossier; a POST asks the worker to measure it anew."""
    material = _find(request, version_id)
    if request.method == "POST":
        return _ask(request, version_id)
    page = {
        "version": material.version,
        "figures": material.figures,
        "dossier": dossier_of(material),
        "may_ask": may_write(request.user, "dossier"),
    }
    return render(request, "dossiers/detail.html", page)


@require_safe
def file(request: SignedInRequest, version_id: int) -> HttpResponse:
    """Set the same as an accessible PDF."""
    material = _find(request, version_id)
    at = material.figures.made_at or material.version.trained_at
    try:
        content = pdf_of(dossier_of(material), at=at)
    except DossierNotSet as refused:
        messages.error(request, str(refused))
        return redirect("dossier", version_id)
    digest = b64encode(sha256(content).digest()).decode()
    name = material.version.name.replace("/", "-")
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="dossier-{name}.pdf"',
            "Content-Digest": f"sha-256=:{digest}:",
        },
    )


def _ask(request: SignedInRequest, version_id: int) -> HttpResponse:
    with told(request):
        dossiers.request(version_id=version_id, by=request.user, at=timezone.now())
        messages.success(request, _("The worker measures it anew; look again in a minute."))
    return redirect("dossier", version_id)


def _find(request: SignedInRequest, version_id: int) -> Material:
    try:
        return gather(version_id, sees_groups=may_read(request.user, "fairness"))
    except ModelVersion.DoesNotExist as missing:
        raise Http404 from missing
