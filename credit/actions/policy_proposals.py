"""Changes of policy: asked for by one person, approved by another, in force from a moment on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from credit import serving
from credit.actions import audit
from credit.actions.policies import NeedsAnother
from credit.actions.refusals import ActionDenied, require_role
from credit.models import (
    AuditEvent,
    PolicyProposal,
    PolicyVersion,
    PolicyWithdrawal,
    Product,
    Role,
    User,
)
from credit.words import moment_in_words
from scoring.contract import Contract
from scoring.contracts.policy_settings import differences
from scoring.contracts.policy_texts import rest_differs

State = PolicyProposal.State
PROPOSERS = (Role.ADMINISTRATOR, Role.MODEL_DEVELOPER)
APPROVERS = (Role.MODEL_VALIDATOR, Role.COMPLIANCE)
WITHDRAWERS = (Role.ADMINISTRATOR, *APPROVERS)


class WordsMissing(ActionDenied):
    """A change of policy, its refusal and its withdrawal are told in words."""


class DateInThePast(ActionDenied):
    """No policy holds for what was decided already."""


class NoPolicyYet(ActionDenied):
    """There is no policy that could be changed."""


class MoreThanPolicy(ActionDenied):
    """It would change what models were made by."""


class NothingChanges(ActionDenied):
    """It says what is in force."""


class ScheduledLater(ActionDenied):
    """Another policy is to hold from a later date, and knows nothing of this change."""


class PolicyMovedOn(ActionDenied):
    """What is in force is no longer what the change was compared with."""


class AnsweredBefore(ActionDenied):
    """A proposal is answered once."""


class HoldsAlready(ActionDenied):
    """A policy that has decided is not withdrawn; another one takes its place."""


class WithdrawnBefore(ActionDenied):
    """It was withdrawn."""


@transaction.atomic
def propose(
    *, product_id: int, source: bytes, valid_from: datetime | None, why: str, by: User, at: datetime
) -> PolicyProposal:
    """Ask for a change of policy: `source` is the contract with the changed policy in it.

    Raises `ContractRefused` with every problem of the text.
    """
    require_role(by, *PROPOSERS, to="ask for a policy")
    words = _said(why, gettext("Say in a sentence why the policy should change."))
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    base = _base(product, valid_from, at=at)
    asked = Contract.parse(source)
    _check_text(asked, base)
    made = PolicyProposal.objects.create(
        product=product,
        contract=base.contract,
        base=base,
        text=asked.text,
        hash=asked.hash,
        valid_from=valid_from,
        why=words,
        requested_by=by,
        requested_at=at,
    )
    audit.record(
        AuditEvent.Type.POLICY_PROPOSED,
        target=_target(made),
        by=by,
        at=at,
        product=product.slug,
        instead_of=base.number,
        hash=asked.hash,
        valid_from=valid_from,
        why=words,
    )
    return made


@transaction.atomic
def approve(*, proposal_id: int, by: User, at: datetime, words: str = "") -> PolicyVersion:
    """Put a change in force from its date on, which may be now; of two at once one is refused."""
    proposal = _waiting(proposal_id)
    _check_may_answer(proposal, by=by, to="approve a policy")
    product = proposal.product
    if _base(product, proposal.valid_from, at=at) != proposal.base:
        raise PolicyMovedOn(
            gettext(
                "Another policy of {product} was put in force since this was proposed. Look at what"
                " is in force now, and propose it anew."
            ).format(product=product.slug)
        )
    policy = PolicyVersion.objects.create(
        product=product,
        number=product.policies.count() + 1,
        contract=proposal.contract,
        in_force_from=proposal.valid_from or at,
        requested_by=proposal.requested_by,
        approved_by=by,
        **_text_of(proposal),
    )
    proposal.policy = policy
    _answer(proposal, State.APPROVED, by=by, at=at, words=words.strip())
    audit.record(
        AuditEvent.Type.POLICY_PUT_IN_FORCE,
        target=f"policy:{product.slug}/{policy.number}",
        by=by,
        at=at,
        contract=policy.contract_hash,
        requested_by=policy.requested_by_id,
        in_force_from=policy.in_force_from,
        proposal=proposal.pk,
    )
    transaction.on_commit(serving.forget_what_is_in_force)
    return policy


@transaction.atomic
def refuse(*, proposal_id: int, by: User, at: datetime, words: str) -> PolicyProposal:
    """Say no to a change, and why."""
    proposal = _waiting(proposal_id)
    _check_may_answer(proposal, by=by, to="refuse a policy")
    why = _said(words, gettext("Say in a sentence why the policy should stay as it is."))
    _answer(proposal, State.REFUSED, by=by, at=at, words=why)
    audit.record(AuditEvent.Type.POLICY_REFUSED, target=_target(proposal), by=by, at=at, why=why)
    return proposal


@transaction.atomic
def drop(*, proposal_id: int, by: User, at: datetime, words: str = "") -> PolicyProposal:
    """Take a change back before anybody answered it."""
    require_role(by, *PROPOSERS, to="take back a proposed policy")
    proposal = _waiting(proposal_id)
    _answer(proposal, State.DROPPED, by=by, at=at, words=words.strip())
    audit.record(
        AuditEvent.Type.POLICY_PROPOSAL_DROPPED,
        target=_target(proposal),
        by=by,
        at=at,
        why=proposal.answer,
    )
    return proposal


@transaction.atomic
def withdraw(*, policy_id: int, by: User, at: datetime, why: str) -> PolicyWithdrawal:
    """Let an approved policy never hold, while its date has not come."""
    require_role(by, *WITHDRAWERS, to="withdraw a policy")
    words = _said(why, gettext("Say in a sentence why it should not come into force."))
    product_id = PolicyVersion.objects.values_list("product_id", flat=True).get(pk=policy_id)
    Product.objects.select_for_update(no_key=True).get(pk=product_id)
    policy = PolicyVersion.objects.select_related("product").get(pk=policy_id)
    _check_can_withdraw(policy, at=at)
    made = PolicyWithdrawal.objects.create(policy=policy, by=by, at=at, why=words)
    audit.record(
        AuditEvent.Type.POLICY_WITHDRAWN,
        target=f"policy:{policy.product.slug}/{policy.number}",
        by=by,
        at=at,
        why=words,
    )
    transaction.on_commit(serving.forget_what_is_in_force)
    return made


def _base(product: Product, valid_from: datetime | None, *, at: datetime) -> PolicyVersion:
    """Find what would be in force at that moment without the change, and that it may be changed."""
    if valid_from is not None and valid_from < at:
        raise DateInThePast(
            gettext("{moment} UTC has passed: choose a later moment, or none for at once.").format(
                moment=moment_in_words(valid_from)
            )
        )
    contract = product.deciding_contract()
    base = PolicyVersion.objects.at(valid_from or at, contract=contract)
    if base is None:
        raise NoPolicyYet(
            gettext("No policy was put in force for {product} yet.").format(product=product.slug)
        )
    _check_nothing_is_scheduled(base, valid_from or at)
    return base


def _check_nothing_is_scheduled(base: PolicyVersion, moment: datetime) -> None:
    """Refuse what a scheduled policy, which knows nothing of it, would undo at its date."""
    later = base.product.policies.standing().filter(
        contract=base.contract, in_force_from__gt=moment
    )
    found = later.order_by("in_force_from").first()
    if found is not None:
        raise ScheduledLater(
            gettext(
                "Policy {number} is to hold from {moment} UTC on. Withdraw it first, or choose a"
                " moment after it."
            ).format(number=found.number, moment=moment_in_words(found.in_force_from))
        )


def _check_text(asked: Contract, base: PolicyVersion) -> None:
    if rest_differs(asked.text, base.contract.text):
        raise MoreThanPolicy(
            gettext(
                "It changes more than the policy. Features, reasons and the outcome are what models"
                " were made by: they change with a new contract."
            )
        )
    if not differences(base.read(), asked):
        raise NothingChanges(gettext("It says what is in force: nothing would change."))


def _waiting(proposal_id: int) -> PolicyProposal:
    """Lock the product first: of two answers at once, one waits and then sees the other."""
    product_id = PolicyProposal.objects.values_list("product_id", flat=True).get(pk=proposal_id)
    Product.objects.select_for_update(no_key=True).get(pk=product_id)
    proposal = PolicyProposal.objects.select_related(
        "product", "contract", "base", "answered_by", "requested_by"
    ).get(pk=proposal_id)
    if proposal.state != State.WAITING:
        raise AnsweredBefore(
            gettext("{person} answered this already, {at} UTC.").format(
                person=proposal.answered_by.known_as if proposal.answered_by else "",
                at=moment_in_words(proposal.answered_at or proposal.requested_at),
            )
        )
    return proposal


def _check_may_answer(proposal: PolicyProposal, *, by: User, to: str) -> None:
    require_role(by, *APPROVERS, to=to)
    if by == proposal.requested_by:
        raise NeedsAnother(
            gettext("A policy needs the approval of someone other than who asks for it.")
        )


def _check_can_withdraw(policy: PolicyVersion, *, at: datetime) -> None:
    if policy.in_force_from <= at:
        raise HoldsAlready(
            gettext("Policy {number} is in force, or was: propose another one.").format(
                number=policy.number
            )
        )
    if not PolicyVersion.objects.standing().filter(pk=policy.pk).exists():
        raise WithdrawnBefore(
            gettext("Policy {number} was withdrawn already.").format(number=policy.number)
        )
    after = policy.product.policies.standing().filter(
        contract=policy.contract_id, number__gt=policy.number
    )
    latest = after.order_by("-number").first()
    if latest is not None:
        raise ScheduledLater(
            gettext("Policy {number} was made of it: withdraw that one first.").format(
                number=latest.number
            )
        )


def _text_of(proposal: PolicyProposal) -> dict[str, str]:
    """Keep a text of its own only where it is not the contract's."""
    if proposal.hash == proposal.contract.hash:
        return {}
    return {"text": proposal.text, "hash": proposal.hash}


def _answer(
    proposal: PolicyProposal, state: PolicyProposal.State, *, by: User, at: datetime, words: str
) -> None:
    proposal.state, proposal.answered_by, proposal.answered_at = state, by, at
    proposal.answer = words
    proposal.save(update_fields=["state", "answered_by", "answered_at", "answer", "policy"])


def _said(words: str, refusal: str) -> str:
    if not words.strip():
        raise WordsMissing(refusal)
    return words.strip()


def _target(proposal: PolicyProposal) -> str:
    return f"policy-proposal:{proposal.pk}"
