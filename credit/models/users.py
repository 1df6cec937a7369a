from enum import StrEnum

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(StrEnum):
    """The roles of the house. Each is the name of a Django group."""

    OFFICER = "officer"
    SENIOR_OFFICER = "senior_officer"
    MODEL_DEVELOPER = "model_developer"
    MODEL_VALIDATOR = "model_validator"
    COMPLIANCE = "compliance"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


# No one may hold both: the trigger `credit_user_groups_roles_apart` refuses it (migration 0003).
ROLES_APART: tuple[tuple[Role, Role], ...] = (
    (Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR),
    (Role.OFFICER, Role.ADMINISTRATOR),
    (Role.SENIOR_OFFICER, Role.ADMINISTRATOR),
    (Role.MODEL_DEVELOPER, Role.ADMINISTRATOR),
    (Role.MODEL_VALIDATOR, Role.ADMINISTRATOR),
    (Role.AUDITOR, Role.ADMINISTRATOR),
    (Role.OFFICER, Role.AUDITOR),
    (Role.SENIOR_OFFICER, Role.AUDITOR),
    (Role.OFFICER, Role.COMPLIANCE),
    (Role.SENIOR_OFFICER, Role.COMPLIANCE),
)


class User(AbstractUser):
    """A person who signs in. What they may do follows from their groups alone."""

    mails_alerts = models.BooleanField(
        default=True, help_text="wants alerts of their roles by mail, where there is an address"
    )

    @property
    def known_as(self) -> str:
        """What colleagues call this person."""
        return self.get_full_name() or self.get_username()

    def has_role(self, *roles: Role) -> bool:
        """Say whether this person holds any of the roles; one query, kept for the request."""
        return bool(self.roles & set(roles))

    @property
    def roles(self) -> frozenset[str]:
        """The names of this person's groups; empty for who may not sign in."""
        if not self.is_active:
            return frozenset()
        if "_roles" not in self.__dict__:
            self.__dict__["_roles"] = frozenset(self.groups.values_list("name", flat=True))
        roles: frozenset[str] = self.__dict__["_roles"]
        return roles
