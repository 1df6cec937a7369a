"""What the model inventory says of a product's model: written anew, never over."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, InventoryEntry, Product, Role, User


class EntryIncomplete(ActionDenied):
    """The inventory lacks what a reviewer looks for."""


@transaction.atomic
def write(
    *,
    product_id: int,
    owner: str,
    tier: int,
    intended_use: str,
    limits: str,
    review_on: date,
    by: User,
    at: datetime,
) -> InventoryEntry:
    """Write who owns a product's model, what it is for and not for, and its next review."""
    require_role(by, Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, to="write the model inventory")
    product = Product.objects.get(pk=product_id)
    owned_by = _owner(owner)
    use, not_for = intended_use.strip(), limits.strip()
    if not use or not not_for:
        raise EntryIncomplete(gettext("Say what the model is for, and what it is not for."))
    if tier not in InventoryEntry.Tier.values:
        raise EntryIncomplete(gettext("The tier is 1, 2 or 3."))
    if review_on <= at.date():
        raise EntryIncomplete(gettext("The next review lies ahead."))
    entry = InventoryEntry.objects.create(
        product=product,
        owner=owned_by,
        tier=tier,
        intended_use=use,
        limits=not_for,
        review_on=review_on,
        written_by=by,
        written_at=at,
    )
    audit.record(
        AuditEvent.Type.INVENTORY_WRITTEN,
        target=f"product:{product.slug}",
        by=by,
        at=at,
        owner=owned_by.pk,
        tier=tier,
        review_on=review_on.isoformat(),
        intended_use=use,
        limits=not_for,
    )
    return entry


def _owner(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None or not found.has_role(Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR):
        words = gettext("“{name}” is no model developer or validator who could own it.")
        raise EntryIncomplete(words.format(name=username))
    return found
