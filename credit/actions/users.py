"""People who sign in, and the one account that never does."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role, role_word
from credit.models import ROLES_APART, AuditEvent, Role, User

LEARNING_WORKER = "learning-worker"


class RolesClash(ActionDenied):
    """These two roles may not be one person's."""


class PasswordRefused(ActionDenied):
    """The password is too weak."""


class OwnAccount(ActionDenied):
    """Some things another administrator has to do."""


class NameTaken(ActionDenied):
    """Someone of this name exists."""


@transaction.atomic
def create(
    *,
    username: str,
    password: str,
    roles: Iterable[Role],
    at: datetime,
    by: User | None = None,
    first_name: str = "",
    last_name: str = "",
) -> User:
    """Make an account. By None: an operator at a prompt."""
    wanted = frozenset(roles)
    if by is not None:
        require_role(by, Role.ADMINISTRATOR, to="make an account")
    if User.objects.filter(username=username).exists():
        raise NameTaken(gettext("There is a user {name} already.").format(name=username))
    check_roles(wanted)
    user = User(username=username, first_name=first_name, last_name=last_name)
    check_password(password, user)
    user.is_staff = Role.ADMINISTRATOR in wanted  # only opens the door of /admin/
    user.set_password(password)
    user.save()
    user.groups.set(Group.objects.filter(name__in=wanted))
    audit.record(
        AuditEvent.Type.USER_CREATED,
        target=f"user:{user.pk}",
        by=by,
        at=at,
        roles=sorted(wanted),
    )
    return user


@transaction.atomic
def change_password(*, user_id: int, password: str, at: datetime, by: User | None = None) -> User:
    """Set a password; every session of this person ends. By None: an operator at a prompt."""
    if by is not None:
        require_role(by, Role.ADMINISTRATOR, to="set a password")
    user = User.objects.select_for_update().get(pk=user_id)
    check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(AuditEvent.Type.PASSWORD_SET, target=f"user:{user.pk}", by=by, at=at)
    return user


@transaction.atomic
def set_roles(*, user_id: int, roles: Iterable[Role], by: User, at: datetime) -> User:
    """Give a person these roles and no other; they hold from the next request on."""
    wanted = frozenset(roles)
    require_role(by, Role.ADMINISTRATOR, to="change roles")
    check_roles(wanted)
    user = User.objects.select_for_update().get(pk=user_id)
    if user == by and user.roles != wanted:
        raise OwnAccount(gettext("Nobody changes their own roles."))
    before = sorted(user.groups.values_list("name", flat=True))
    user.groups.remove(*user.groups.exclude(name__in=wanted))  # first, or the two sets might clash
    user.groups.add(*Group.objects.filter(name__in=wanted))
    user.is_staff = Role.ADMINISTRATOR in wanted
    user.save(update_fields=["is_staff"])
    audit.record(
        AuditEvent.Type.ROLES_CHANGED,
        target=f"user:{user.pk}",
        by=by,
        at=at,
        before=before,
        after=sorted(wanted),
    )
    return user


@transaction.atomic
def set_active(*, user_id: int, is_active: bool, by: User, at: datetime) -> User:
    """Let a person sign in, or no longer; what they did stays theirs."""
    require_role(by, Role.ADMINISTRATOR, to="close or open an account")
    user = User.objects.select_for_update().get(pk=user_id)
    if user.is_active == is_active:
        return user
    if user == by:
        raise OwnAccount(gettext("Nobody closes their own account."))
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    audit.record(
        AuditEvent.Type.ACCOUNT_CHANGED,
        target=f"user:{user.pk}",
        by=by,
        at=at,
        is_active=is_active,
    )
    return user


def learning_worker() -> User:
    """Find the account that trains where a validator, or a schedule, asked for it."""
    return User.objects.get(username=LEARNING_WORKER)


def check_roles(wanted: frozenset[Role]) -> None:
    """Refuse two roles that may not be one person's; the database does as well."""
    for one, other in ROLES_APART:
        if {one, other} <= wanted:
            raise RolesClash(
                gettext("Nobody may be both {one} and {other}.").format(
                    one=role_word(one), other=role_word(other)
                )
            )


def check_password(password: str, user: User) -> None:
    """Refuse a password that is too weak."""
    try:
        validate_password(password, user)
    except ValidationError as refused:
        raise PasswordRefused(" ".join(refused.messages)) from refused
