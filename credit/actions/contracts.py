"""Contracts as they are registered: the text, its hash, its number."""

from datetime import datetime

from django.db import transaction

from credit.actions import audit
from credit.actions.refusals import require_role
from credit.models import AuditEvent, ContractVersion, Product, Role, User
from scoring.contract import Contract


@transaction.atomic
def register(*, source: bytes, by: User, at: datetime) -> ContractVersion:
    """Register a contract's text as the next version of its product; the same text only once.

    Raises `ContractRefused` with every problem of the text.
    """
    require_role(by, Role.MODEL_DEVELOPER, to="register a contract")
    contract = Contract.parse(source)
    product, _ = Product.objects.get_or_create(
        slug=contract.slug, defaults={"name": contract.name, "created_at": at}
    )
    product = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    known = ContractVersion.objects.filter(hash=contract.hash).first()
    if known is not None:
        return known
    version = ContractVersion.objects.create(
        product=product,
        number=product.contracts.count() + 1,
        hash=contract.hash,
        text=contract.text,
        registered_at=at,
        registered_by=by,
    )
    audit.record(
        AuditEvent.Type.CONTRACT_REGISTERED,
        target=f"contract:{product.slug}/{version.number}",
        by=by,
        at=at,
        hash=version.hash,
    )
    return version
