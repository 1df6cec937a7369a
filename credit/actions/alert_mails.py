"""Who gets alerts by mail: an administrator names the address, each person says whether."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext

from credit.actions import audit
from credit.actions.refusals import ActionDenied, NotAllowed, require_role
from credit.models import AuditEvent, Role, User


class NoAddress(ActionDenied):
    """That is no address of a mailbox."""


@transaction.atomic
def set_address(*, user_id: int, address: str, at: datetime, by: User | None = None) -> User:
    """Name a person's address, or none. By None: an operator at a prompt."""
    if by is not None:
        require_role(by, Role.ADMINISTRATOR, to="name an address")
    if address:
        try:
            validate_email(address)
        except ValidationError as refused:
            words = gettext("“{address}” is no address of a mailbox.")
            raise NoAddress(words.format(address=address)) from refused
    user = User.objects.select_for_update().get(pk=user_id)
    if user.email == address:
        return user
    user.email = address
    user.save(update_fields=["email"])
    _audit(user, by=by, at=at)
    return user


@transaction.atomic
def set_wanted(*, user_id: int, is_wanted: bool, at: datetime, by: User | None = None) -> User:
    """Turn mails of alerts on or off: each person their own, or an administrator's."""
    if by is not None and by.pk != user_id and not by.has_role(Role.ADMINISTRATOR):
        raise NotAllowed(gettext("Only an administrator may do this for somebody else."))
    user = User.objects.select_for_update().get(pk=user_id)
    if user.mails_alerts == is_wanted:
        return user
    user.mails_alerts = is_wanted
    user.save(update_fields=["mails_alerts"])
    _audit(user, by=by, at=at)
    return user


def _audit(user: User, *, by: User | None, at: datetime) -> None:
    """Say that there is an address, and not which."""
    audit.record(
        AuditEvent.Type.MAIL_SET,
        target=f"user:{user.pk}",
        by=by,
        at=at,
        has_address=bool(user.email),
        wants_alerts=user.mails_alerts,
    )
