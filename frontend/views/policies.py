"""Policies: what is in force, and changes that one person asks for and another approves."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit.actions import policy_proposals
from credit.models import PolicyProposal, PolicyVersion, User
from credit.queries import policies
from credit.queries.policies import InForce, ProductName, Proposal
from frontend.access import SignedInRequest, may_write
from frontend.policy_forms import AnswerForm, ProposalForm, WithdrawForm
from frontend.policy_words import label_of, setting_in_words
from frontend.refusals import beside, told

if TYPE_CHECKING:
    from collections.abc import Callable


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show a product's policies: in force, scheduled, asked for, and those before."""
    products = policies.products()
    slug = request.GET.get("product")
    product = next((one for one in products if one.slug == slug), None)
    if slug and product is None:
        raise Http404
    product = product or next(iter(products), None)
    now = timezone.now()
    found = policies.policies(product.id, at=now) if product else []
    in_force = policies.in_force(product.id, at=now) if product else None
    page = {
        "products": products,
        "product": product,
        "in_force": in_force,
        "settings": _settings(in_force),
        "scheduled": [row for row in found if row.state == "scheduled"],
        "before": [row for row in found if row.state != "scheduled"],
        "proposals": policies.proposals(product.id) if product else [],
        "may_propose": may_write(request.user, "policy_new"),
        "may_withdraw": may_write(request.user, "policy_withdraw"),
        "withdrawing": WithdrawForm(auto_id=False),
    }
    return render(request, "policies/index.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: SignedInRequest, product: str) -> HttpResponse:
    """Show the policy in force as a form; a POST asks for what was changed in it."""
    found = find_product(product)
    in_force = policies.to_change(found.id)
    if in_force is None:
        raise Http404
    asked = request.POST if request.method == "POST" else None
    form = ProposalForm(asked, in_force=in_force, tried=request.GET.dict())
    if form.is_valid():
        with beside(form):
            made = _propose(form, found, by=request.user)
            messages.success(request, _("It waits for another person's approval."))
            return redirect("policy_proposal", made.pk)
    page = {"product": found, "in_force": in_force, "form": form, "now": timezone.now()}
    return render(request, "policies/propose.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: SignedInRequest, proposal_id: int) -> HttpResponse:
    """Show a change beside what is in force; a POST approves it, refuses it or takes it back."""
    found = _find(proposal_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _answer(request, proposal_id, **form.cleaned_data)
        return redirect("policy_proposal", proposal_id)
    page = {
        "proposal": found,
        "row": found.row,
        "changes": [(label_of(each.path), each) for each in found.changes],
        "form": form,
        "may_answer": request.user.has_role(*policy_proposals.APPROVERS),
        "may_drop": request.user.has_role(*policy_proposals.PROPOSERS),
        "is_own": found.row.requested_by_id == request.user.pk,
        "may_withdraw": may_write(request.user, "policy_withdraw"),
        "withdrawing": WithdrawForm(auto_id=False),
    }
    return render(request, "policies/proposal.html", page, status=422 if form.is_bound else 200)


@require_POST
def withdraw(request: SignedInRequest, policy_id: int) -> HttpResponse:
    """Let an approved policy never hold."""
    policy = PolicyVersion.objects.select_related("product").filter(pk=policy_id).first()
    if policy is None:
        raise Http404
    form = WithdrawForm(request.POST)
    if form.is_valid():
        why = form.cleaned_data["why"]
        with told(request, words=why):
            policy_proposals.withdraw(
                policy_id=policy_id, by=request.user, at=timezone.now(), why=why
            )
            messages.success(request, _("Policy %s is withdrawn.") % policy.number)
    else:
        messages.error(request, next(str(each[0]) for each in form.errors.values()))
    return redirect(f"{reverse('policies')}?product={policy.product.slug}")


def find_product(slug: str) -> ProductName:
    """Find a product by its slug, or answer that there is none."""
    found = next((each for each in policies.products() if each.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _settings(in_force: InForce | None) -> list[tuple[str, str]]:
    settings = in_force.settings if in_force else {}
    return [
        (label_of(path), setting_in_words(path, each.value))
        for path, each in settings.items()
        if each.value
    ]


def _propose(form: ProposalForm, product: ProductName, *, by: User) -> PolicyProposal:
    return policy_proposals.propose(
        product_id=product.id,
        source=form.source,
        valid_from=form.cleaned_data["valid_from"],
        why=form.cleaned_data["why"],
        by=by,
        at=timezone.now(),
    )


def _answer(request: SignedInRequest, proposal_id: int, *, do: str, words: str) -> None:
    answers: dict[str, tuple[Callable[..., object], str]] = {
        "approve": (policy_proposals.approve, _("It is approved.")),
        "refuse": (policy_proposals.refuse, _("It is refused; the policy stays as it is.")),
        "drop": (policy_proposals.drop, _("It is taken back.")),
    }
    act, done = answers[do]
    with told(request, words=words):
        act(proposal_id=proposal_id, by=request.user, at=timezone.now(), words=words)
        messages.success(request, done)


def _find(proposal_id: int) -> Proposal:
    try:
        return policies.proposal(proposal_id, at=timezone.now())
    except PolicyProposal.DoesNotExist as missing:
        raise Http404 from missing
