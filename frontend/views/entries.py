from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from credit import serving
from credit.actions import hand_entries
from credit.ids import new_id
from credit.queries import entries
from credit.serving import Terms, UnknownProduct
from frontend.access import SignedInRequest
from frontend.entry_forms import EntryForm
from frontend.refusals import told
from scoring.features import InputRefused
from scoring.unlikely import Unlikely


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Choose the product that somebody applies for."""
    page = {"products": entries.products(at=timezone.now())}
    return render(request, "entries/index.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: SignedInRequest, product: str) -> HttpResponse:
    """Show the form that the product's contract makes, and take what is typed into it."""
    terms = _terms(product)
    if request.method != "POST":
        form = EntryForm(contract=terms.contract, initial={"form": new_id(timezone.now())})
        return _page(request, terms, form)
    form = EntryForm(request.POST, contract=terms.contract)
    if not form.is_valid() or form.found is None:
        return _page(request, terms, form, status=422)
    asked = entries.questions(terms, form.found.features)
    confirmed = form.confirmed(asked)
    if len(confirmed) < len(asked):
        return _page(request, terms, form, questions=asked, status=422)
    try:
        return _enter(request, form, terms, confirmed)
    except InputRefused:  # the contract in force has just changed
        form.add_error(None, _("The product has just changed. Please look at the form again."))
        return _page(request, terms, form, status=422)


def _enter(
    request: SignedInRequest, form: EntryForm, terms: Terms, confirmed: set[str]
) -> HttpResponse:
    with told(request):
        made = hand_entries.enter(
            product=terms.product.slug,
            body=form.request,
            form=form.cleaned_data["form"],
            confirmed=confirmed,
            by=request.user,
            at=timezone.now(),
        )
        return redirect("application", made.decision_id)
    return redirect("enter")


def _terms(product: str) -> Terms:
    try:
        return serving.terms(product, at=timezone.now())
    except UnknownProduct as unknown:
        raise Http404 from unknown


def _page(
    request: SignedInRequest,
    terms: Terms,
    form: EntryForm,
    *,
    questions: tuple[Unlikely, ...] = (),
    status: int = 200,
) -> HttpResponse:
    page: dict[str, Any] = {
        "product": terms.product,
        "currency": terms.contract.currency,
        "form": form,
        "rows": form.rows(questions),
        "open_questions": len(questions) - len(form.confirmed(questions)),
        "may_decide_own": terms.policy.may_decide_own_entries,
    }
    return render(request, "entries/enter.html", page, status=status)
