"""Cut-offs, rules and automatic zone: put in force by two people."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from credit import serving
from credit.actions import audit
from credit.actions.refusals import NotAllowed, require_role
from credit.models import AuditEvent, ContractVersion, PolicyVersion, Product, Role, User


class NeedsAnother(NotAllowed):
    """Who asks for a policy may not approve it."""


@transaction.atomic
def put_in_force(*, contract_id: int, by: User, approved_by: User, at: datetime) -> PolicyVersion:
    """Put the policy that a contract states in force, for as long as the contract is.

    A newer contract's policy waits until a model of that contract is promoted.
    """
    _check(by=by, approved_by=approved_by)
    contract = ContractVersion.objects.select_related("product").get(pk=contract_id)
    product = Product.objects.select_for_update(no_key=True).get(pk=contract.product_id)
    policy = PolicyVersion.objects.create(
        product=product,
        number=product.policies.count() + 1,
        contract=contract,
        in_force_from=at,
        requested_by=by,
        approved_by=approved_by,
    )
    audit.record(
        AuditEvent.Type.POLICY_PUT_IN_FORCE,
        target=f"policy:{product.slug}/{policy.number}",
        by=approved_by,
        at=at,
        contract=contract.hash,
        requested_by=by.pk,
    )
    serving.forget_what_is_in_force()
    return policy


def _check(*, by: User, approved_by: User) -> None:
    require_role(by, Role.MODEL_DEVELOPER, Role.ADMINISTRATOR, to="ask for a policy")
    if by == approved_by:
        raise NeedsAnother(
            gettext("A policy needs the approval of someone other than who asks for it.")
        )
    require_role(approved_by, Role.MODEL_VALIDATOR, to="approve a policy")
