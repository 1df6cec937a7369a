"""Requests that versions serve, their way step by step, and the canaries that are watched."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from credit.actions import gate_waivers, promotion_steps, promotions
from credit.models import GateWaiver, ModelVersion, PromotionRequest
from credit.queries import gate_waivers as waivers
from credit.queries import promotions as ways
from frontend.access import SignedInRequest, may_read
from frontend.refusals import told
from frontend.registry_forms import PromotionStepForm, WaiverForm

Act = Callable[[SignedInRequest, ModelVersion, str], object]


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show what is under way, what waits for a signature, and what came of the rest."""
    page = {
        "ways": ways.under_way(request.user, at=timezone.now()),
        "waivers": waivers.to_sign(request.user),
        "ended": ways.ended(),
        "may_read_models": may_read(request.user, "model"),
        "may_see_alternatives": may_read(request.user, "fair_alternatives"),
    }
    return render(request, "promotions/index.html", page)


@require_POST
def promotion(request: SignedInRequest, version_id: int) -> HttpResponse:
    """Ask, answer, withdraw, take the next step, or take the canary back."""
    version = _find(version_id)
    form = PromotionStepForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_problem)
        return redirect("model", version_id)
    act, done = _ACTS[form.cleaned_data["do"]]
    words = form.cleaned_data["words"]
    with told(request, words=words):
        act(request, version, words)
        messages.success(request, done.format(version=version.name))
    return redirect("model", version_id)


@require_POST
def waiver(request: SignedInRequest, version_id: int) -> HttpResponse:
    """Propose that a failed gate be let pass, or sign what another person proposed."""
    version = _find(version_id)
    form = WaiverForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_problem)
        return _back(request, version)
    with told(request, words=form.cleaned_data["words"]):
        if form.cleaned_data["signs"]:
            _sign(request, version, form.cleaned_data["signs"])
            messages.success(request, _("The gate is waived."))
        else:
            gate_waivers.propose(
                version_id=version.pk,
                gate=form.cleaned_data["gate"],
                why=form.cleaned_data["words"],
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, _("Proposed. A second person must sign."))
    return _back(request, version)


def _sign(request: SignedInRequest, version: ModelVersion, waiver_id: int) -> None:
    if not GateWaiver.objects.filter(pk=waiver_id, version=version).exists():
        raise Http404
    gate_waivers.sign(waiver_id=waiver_id, by=request.user, at=timezone.now())


def _ask(request: SignedInRequest, version: ModelVersion, words: str) -> None:
    promotions.request(version_id=version.pk, by=request.user, at=timezone.now(), why=words)


def _answer(act: Callable[..., object]) -> Act:
    def answered(request: SignedInRequest, version: ModelVersion, words: str) -> None:
        found = PromotionRequest.objects.filter(version=version).first()
        if found is None:
            raise Http404
        act(request_id=found.pk, by=request.user, at=timezone.now(), words=words)

    return answered


def _step(request: SignedInRequest, version: ModelVersion, words: str) -> None:
    promotion_steps.take_step(version_id=version.pk, by=request.user, at=timezone.now(), note=words)


def _take_back(request: SignedInRequest, version: ModelVersion, words: str) -> None:
    promotion_steps.take_back(
        product_id=version.product_id, by=request.user, at=timezone.now(), note=words
    )


_ACTS = {
    "ask": (_ask, gettext_lazy("Another validator must approve {version}.")),
    "approve": (_answer(promotions.approve), gettext_lazy("{version} may go its way.")),
    "refuse": (_answer(promotions.refuse), gettext_lazy("{version} is refused.")),
    "withdraw": (_answer(promotions.withdraw), gettext_lazy("The request is withdrawn.")),
    "step": (_step, gettext_lazy("{version} took its next step.")),
    "take_back": (_take_back, gettext_lazy("{version} scores no more.")),
}


def _find(version_id: int) -> ModelVersion:
    found = ModelVersion.objects.select_related("product").filter(pk=version_id).first()
    if found is None:
        raise Http404
    return found


def _back(request: SignedInRequest, version: ModelVersion) -> HttpResponse:
    """Go where this person may read on: compliance signs, and opens no model's page."""
    if may_read(request.user, "model"):
        return redirect("model", version.pk)
    return redirect("promotions")
