from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from credit.actions import notices as actions
from credit.actions import reviews as review_actions
from credit.letters.html import shown
from credit.models import Decision, Notice, NoticeKind, Product
from credit.queries import notice_pages, notice_seals, notices, notices_left, reviews
from credit.queries.notice_pages import NoticePage
from frontend.access import SignedInRequest, may_write
from frontend.notice_forms import (
    MOST_AT_ONCE,
    IssueForm,
    IssueSeveralForm,
    NoticesFilterForm,
    ReviewRequestForm,
    WordingForm,
)
from frontend.refusals import beside, told, understood

FORMS = {"pdf": "application/pdf", "html": "text/html; charset=utf-8"}


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """Show what is owed, what could not be proved and what left; a POST issues several."""
    form = NoticesFilterForm(request.GET)
    asked, status = understood(form)
    if request.method == "POST" and form.errors:
        raise Http404  # nothing leaves on half an address
    show, product = asked.get("show") or "due", asked.get("product") or None
    products, after = list(Product.objects.order_by("name", "slug")), asked.get("after", "")
    listed: notices.DuePage | notices_left.LeftPage
    if show == "left":
        listed = notices_left.left(product=product, after=form.ended_with, limit=notices_left.MOST)
    else:
        listed = notices.due_page(
            at=timezone.now(),
            product=product,
            products=products,
            failed=show == "failed",
            after=after,
            limit=notices.MOST,
        )
    if request.method == "POST":
        return _issue_several(request, listed)
    query = urlencode({"show": show, **({"product": product} if product else {})})
    if after and not listed.rows:  # all of it left meanwhile
        return redirect(f"{reverse('notices')}?{query}")
    page = {
        "show": show,
        "tabs": NoticesFilterForm.SHOWN,
        "chosen": product or "",
        "products": products,
        "page": listed,
        "is_further": bool(after),
        "query": query,
        "counts": notices.counts(product=product),
        "most_counted": notices.MOST_COUNTED,
        "may_issue": may_write(request.user, "notices"),
        "form": form,
    }
    return render(request, "notices/index.html", page, status=status)


def _issue_several(
    request: SignedInRequest, listed: notices.DuePage | notices_left.LeftPage
) -> HttpResponse:
    rows = listed.rows if isinstance(listed, notices.DuePage) else []
    form = IssueSeveralForm(request.POST, known=[row.decision_id for row in rows])
    if form.is_valid():
        chosen = set(form.cleaned_data["decision"])
        _issue_each(request, [row for row in rows if row.decision_id in chosen][:MOST_AT_ONCE])
    else:
        messages.error(request, _("Choose notices that are still due."))
    query = request.GET.urlencode()
    return redirect(f"{reverse('notices')}{'?' if query else ''}{query}")


def _issue_each(request: SignedInRequest, rows: list[notices.DueRow]) -> None:
    left = 0
    for row in rows:
        with told(request):
            made = actions.issue(
                decision_id=row.decision_id,
                kind=NoticeKind(row.kind),
                by=request.user,
                at=timezone.now(),
            )
            left += isinstance(made, Notice)
    if left:
        done = ngettext("%d notice left.", "%d notices left.", left) % left
        messages.success(request, done)
    if left < len(rows):
        messages.error(
            request,
            _("%d stayed: see under “Not proved” what failed.") % (len(rows) - left),
        )


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, decision_id: str) -> HttpResponse:
    """Show what would leave and what proves it; a POST issues, states reasons or asks a review."""
    if request.method != "POST":
        return _page(request, _find(decision_id, request.GET.get("kind", "")))
    does = {"issue": _issue, "state": _state, "review": _ask_for_review}
    act = does.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    return act(request, decision_id)


def _issue(request: SignedInRequest, decision_id: str) -> HttpResponse:
    form = IssueForm(request.POST)
    if not form.is_valid():
        raise Http404
    kind, why_again = NoticeKind(form.cleaned_data["kind"]), form.cleaned_data["why_again"]
    _find_or_404(decision_id)
    with told(request, words=why_again):
        made = actions.issue(
            decision_id=decision_id,
            kind=kind,
            by=request.user,
            at=timezone.now(),
            why_again=why_again,
        )
        if isinstance(made, Notice):
            messages.success(request, _("The notice left. It is kept as it was sent."))
            return redirect("notice_left", made.pk)
        messages.error(request, _("It could not be proved and stayed. What failed stands below."))
    return _back(decision_id, kind)


def _state(request: SignedInRequest, decision_id: str) -> HttpResponse:
    form = WordingForm(request.POST)
    _find_or_404(decision_id)
    if not form.is_valid():
        return _page(request, _find(decision_id, request.POST.get("kind", "")), wording_form=form)
    kind = NoticeKind(form.cleaned_data["kind"])
    with beside(form):
        actions.state(
            decision_id=decision_id,
            kind=kind,
            reasons=form.reasons,
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, _("The reasons are stated. Look at the notice before it leaves."))
        return _back(decision_id, kind)
    return _page(request, _find(decision_id, kind), wording_form=form)


def _ask_for_review(request: SignedInRequest, decision_id: str) -> HttpResponse:
    form = ReviewRequestForm(request.POST)
    _find_or_404(decision_id)
    if form.is_valid():
        words = form.cleaned_data["words"]
        with told(request, words=words):
            review_actions.ask(
                decision_id=decision_id, by=request.user, at=timezone.now(), words=words
            )
            messages.success(request, _("The request is recorded. Another officer answers it."))
        return redirect("notice", decision_id)
    return _page(request, _find(decision_id, ""), review_form=form)


def _back(decision_id: str, kind: NoticeKind) -> HttpResponse:
    return redirect(f"{reverse('notice', args=[decision_id])}?{urlencode({'kind': kind})}")


def _find_or_404(decision_id: str) -> None:
    if not Decision.objects.filter(pk=decision_id).exists():
        raise Http404


def _find(decision_id: str, kind: str) -> NoticePage:
    try:
        return notice_pages.page(decision_id, kind=kind, at=timezone.now())
    except Decision.DoesNotExist as missing:
        raise Http404 from missing


def _page(
    request: SignedInRequest,
    found: NoticePage,
    *,
    wording_form: WordingForm | None = None,
    review_form: ReviewRequestForm | None = None,
) -> HttpResponse:
    page: dict[str, Any] = {
        "notice": found,
        "certificate": found.certificate,
        "wording_form": wording_form or WordingForm(),
        "issue_form": IssueForm(),
        "review_form": review_form or ReviewRequestForm(),
        "reviews": reviews.of_decision(found.decision_id, at=timezone.now(), viewer=request.user),
        "may_issue": may_write(request.user, "notice"),
        **(shown(found.letter) if found.letter else {}),
    }
    status = 422 if wording_form or review_form else 200
    return render(request, "notices/detail.html", page, status=status)


@require_safe
def left(request: SignedInRequest, notice_id: int) -> HttpResponse:
    """Show a notice that left: what proves it, and its files."""
    notice = _left_or_404(notice_id)
    page = {
        "left": notice,
        "certificate": notice_pages.certificate_of(notice),
        "unlike_the_trail": notice_seals.problems_of(notice),
    }
    return render(request, "notices/left.html", page)


@require_safe
def file(request: SignedInRequest, notice_id: int, form: str) -> HttpResponse:  # noqa: ARG001
    """Give out the bytes that left."""
    if form not in FORMS:
        raise Http404
    notice = _left_or_404(notice_id)
    content = bytes(getattr(notice, form))
    return HttpResponse(
        content,
        content_type=FORMS[form],
        headers={"Content-Disposition": f'attachment; filename="notice-{notice.pk}.{form}"'},
    )


def _left_or_404(notice_id: int) -> Notice:
    try:
        return notice_pages.one_that_left(notice_id)
    except Notice.DoesNotExist as missing:
        raise Http404 from missing
