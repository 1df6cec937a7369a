"""Policies of a product: what is in force, what is scheduled, what is asked for, what was."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet

from credit.models import PolicyProposal, PolicyVersion, PolicyWithdrawal, Product
from scoring.contract import Contract
from scoring.contracts.policy_settings import Difference, Setting, differences, settings_of

State = PolicyProposal.State


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductName:
    """A product that has policies."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """One policy, and where it stands."""

    id: int
    number: int
    state: str  # "in_force", "scheduled", "replaced" or "withdrawn"
    in_force_from: datetime
    until: datetime | None
    requested_by: str
    approved_by: str
    why: str
    proposal_id: int | None
    withdrawn_by: str
    withdrawn_at: datetime | None
    why_withdrawn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """One change that was asked for."""

    id: int
    product_slug: str
    product_name: str
    state: str
    state_label: str
    valid_from: datetime | None
    why: str
    requested_by: str
    requested_by_id: int
    requested_at: datetime
    answered_by: str
    answered_at: datetime | None
    answer: str
    base_number: int
    policy_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change with all that whoever approves it must see."""

    row: ProposalRow
    changes: tuple[Difference, ...]
    hash: str
    is_outdated: bool  # what is in force is no longer what it was compared with
    scheduled: PolicyRow | None  # the policy it became, while that can be withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The policy that decides now, and its product's contract with it."""

    number: int
    since: datetime
    contract: Contract  # the text that states the policy
    settings: dict[str, Setting]


def products() -> list[ProductName]:
    """List the products by name."""
    found = Product.objects.order_by("name", "slug").values_list("pk", "slug", "name")
    return [ProductName(id=pk, slug=slug, name=name) for pk, slug, name in found]


def in_force(product_id: int, *, at: datetime) -> InForce | None:
    """Find what decides for a product at a moment; None where nothing does yet."""
    contract = Product.objects.get(pk=product_id).deciding_contract()
    return _stated(PolicyVersion.objects.at(at, contract=contract))


def to_change(product_id: int) -> InForce | None:
    """Find what a change begins from: the latest policy, which may be a scheduled one."""
    return in_force(product_id, at=datetime.max.replace(tzinfo=UTC))


def _stated(found: PolicyVersion | None) -> InForce | None:
    if found is None:
        return None
    stated = found.read()
    return InForce(
        number=found.number,
        since=found.in_force_from,
        contract=stated,
        settings=settings_of(stated),
    )


def policies(product_id: int, *, at: datetime) -> list[PolicyRow]:
    """List a product's policies for the contract that decides, the newest first."""
    contract = Product.objects.get(pk=product_id).deciding_contract()
    found = list(_policies().filter(contract=contract).order_by("number"))
    standing = [each for each in found if not hasattr(each, "withdrawal")]
    return [_policy(each, standing, at=at) for each in reversed(found)]


def proposals(product_id: int) -> list[ProposalRow]:
    """List what was asked for: what waits first, then the newest."""
    found = _proposals().filter(product=product_id).defer("text", "base__text", "policy__text")
    rows = [_row(each) for each in found.order_by("-requested_at", "-pk")[:100]]
    return sorted(rows, key=lambda row: row.state != State.WAITING)


def proposal(proposal_id: int, *, at: datetime) -> Proposal:
    """Find one. Raises `PolicyProposal.DoesNotExist`."""
    found = _proposals().select_related("base__contract").get(pk=proposal_id)
    return Proposal(
        row=_row(found),
        changes=differences(found.base.read(), Contract.parse(found.text.encode())),
        hash=found.hash,
        is_outdated=_is_outdated(found, at=at),
        scheduled=_scheduled(found, at=at),
    )


def _is_outdated(found: PolicyProposal, *, at: datetime) -> bool:
    if found.state != State.WAITING:
        return False
    contract = found.product.deciding_contract()
    now = PolicyVersion.objects.at(max(found.valid_from or at, at), contract=contract)
    return now != found.base


def _scheduled(found: PolicyProposal, *, at: datetime) -> PolicyRow | None:
    if found.policy is None or found.policy.in_force_from <= at:
        return None
    policy = _policies().get(pk=found.policy.pk)
    standing = [] if hasattr(policy, "withdrawal") else [policy]
    return _policy(policy, standing, at=at)


def _policies() -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.select_related(
        "requested_by", "approved_by", "proposal", "withdrawal__by"
    ).defer("text", "proposal__text")


def _proposals() -> QuerySet[PolicyProposal]:
    return PolicyProposal.objects.select_related(
        "product", "base", "policy", "requested_by", "answered_by"
    )


def _policy(found: PolicyVersion, standing: list[PolicyVersion], *, at: datetime) -> PolicyRow:
    proposal: PolicyProposal | None = getattr(found, "proposal", None)
    withdrawal: PolicyWithdrawal | None = getattr(found, "withdrawal", None)
    after = [each.in_force_from for each in standing if each.number > found.number]
    until = min(after) if after and withdrawal is None else None
    return PolicyRow(
        id=found.pk,
        number=found.number,
        state=_state(found, until, is_withdrawn=withdrawal is not None, at=at),
        in_force_from=found.in_force_from,
        until=until,
        requested_by=found.requested_by.known_as,
        approved_by=found.approved_by.known_as,
        why=proposal.why if proposal else "",
        proposal_id=proposal.pk if proposal else None,
        withdrawn_by=withdrawal.by.known_as if withdrawal else "",
        withdrawn_at=withdrawal.at if withdrawal else None,
        why_withdrawn=withdrawal.why if withdrawal else "",
    )


def _state(
    found: PolicyVersion, until: datetime | None, *, is_withdrawn: bool, at: datetime
) -> str:
    if is_withdrawn:
        return "withdrawn"
    if found.in_force_from > at:
        return "scheduled"
    return "in_force" if until is None or until > at else "replaced"


def _row(found: PolicyProposal) -> ProposalRow:
    return ProposalRow(
        id=found.pk,
        product_slug=found.product.slug,
        product_name=found.product.name,
        state=found.state,
        state_label=found.get_state_display(),
        valid_from=found.valid_from,
        why=found.why,
        requested_by=found.requested_by.known_as,
        requested_by_id=found.requested_by_id,
        requested_at=found.requested_at,
        answered_by=found.answered_by.known_as if found.answered_by else "",
        answered_at=found.answered_at,
        answer=found.answer,
        base_number=found.base.number,
        policy_number=found.policy.number if found.policy else None,
    )
