from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from credit.actions import practice as practising
from credit.models import PracticeAnswer, Product
from credit.queries import practice
from frontend.access import SignedInRequest
from frontend.practice_forms import ChanceForm, NextCaseForm
from frontend.refusals import told


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """Show a past case, take the chance that an officer gives it, and tell the truth."""
    if request.method != "POST":
        return _page(request)
    return _answer(request) if "answer" in request.POST else _next(request)


def _next(request: SignedInRequest) -> HttpResponse:
    form = NextCaseForm(request.POST)
    if not form.is_valid():
        raise Http404
    product = get_object_or_404(Product, slug=form.cleaned_data["product"])
    with told(request):
        practising.show_next(product_id=product.pk, by=request.user, at=timezone.now())
    return redirect("practice")


def _answer(request: SignedInRequest) -> HttpResponse:
    form = ChanceForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    try:
        given = _given(request, form)
    except PracticeAnswer.DoesNotExist as missing:
        raise Http404 from missing
    return redirect(f"{reverse('practice')}?answered={given}")


def _given(request: SignedInRequest, form: ChanceForm) -> int:
    answer_id: int = form.cleaned_data["answer"]
    with told(request):
        practising.answer(
            answer_id=answer_id,
            said=float(form.cleaned_data["chance"]) / 100,
            by=request.user,
            at=timezone.now(),
        )
    return answer_id


def _page(request: SignedInRequest, *, form: ChanceForm | None = None) -> HttpResponse:
    case, last = practice.open_case(request.user), request.GET.get("answered", "")
    is_told = case is None and last.isascii() and last.isdecimal() and len(last) < 19
    page = {
        "case": case,
        "last": practice.answered(int(last), viewer=request.user) if is_told else None,
        "form": form or ChanceForm(initial={"answer": case.answer_id if case else None}),
        "products": practice.products(),
        "grades": practice.grades(request.user),
        "enough": practice.ENOUGH,
        "enough_in_a_bin": practice.ENOUGH_IN_A_BIN,
    }
    return render(request, "practice/index.html", page, status=422 if form else 200)
