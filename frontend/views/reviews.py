from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from credit.actions import reviews as actions
from credit.models import ReviewRequest
from credit.queries import reviews
from credit.queries.reviews import ReviewRow
from frontend.access import SignedInRequest, may_write
from frontend.notice_forms import ReviewAnswerForm
from frontend.refusals import told


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the requests that wait, by their clock, and what was answered lately."""
    now = timezone.now()
    page = {
        "waiting": reviews.waiting(at=now, viewer=request.user),
        "answered": reviews.answered(at=now, viewer=request.user),
        "may_answer": may_write(request.user, "review"),
    }
    return render(request, "reviews/index.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, review_id: int) -> HttpResponse:
    """Show one request; a POST answers it."""
    review = _find(request, review_id)
    if request.method != "POST":
        return _page(request, review)
    form = ReviewAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, review, form=form)
    try:
        return _answer(request, review, form)
    except actions.WordsMissing as missing:
        form.add_error("words", str(missing))
        return _page(request, review, form=form)


def _answer(request: SignedInRequest, review: ReviewRow, form: ReviewAnswerForm) -> HttpResponse:
    with told(request, but=actions.WordsMissing, words=form.cleaned_data["words"]):
        actions.answer(
            review_id=review.review_id, by=request.user, at=timezone.now(), **form.cleaned_data
        )
        if form.cleaned_data["outcome"] == ReviewRequest.Outcome.CHANGED:
            messages.success(request, _("The review is answered. Decide the application anew."))
            return redirect("application", review.decision_id)
        messages.success(request, _("The review is answered."))
        return redirect("reviews")
    return redirect("review", review.review_id)


def _find(request: SignedInRequest, review_id: int) -> ReviewRow:
    try:
        return reviews.one(review_id, at=timezone.now(), viewer=request.user)
    except ReviewRequest.DoesNotExist as missing:
        raise Http404 from missing


def _page(
    request: SignedInRequest, review: ReviewRow, *, form: ReviewAnswerForm | None = None
) -> HttpResponse:
    page: dict[str, Any] = {
        "review": review,
        "form": form or ReviewAnswerForm(),
        "may_answer": may_write(request.user, "review") and not review.is_own,
    }
    return render(request, "reviews/detail.html", page, status=422 if form else 200)
