"""What every refusal is. Each has its own name beside the action that raises it."""

from django.utils.translation import gettext, gettext_lazy

from credit.models import Role, User

ROLE_WORDS = {
    Role.OFFICER: gettext_lazy("officer"),
    Role.SENIOR_OFFICER: gettext_lazy("senior officer"),
    Role.MODEL_DEVELOPER: gettext_lazy("model developer"),
    Role.MODEL_VALIDATOR: gettext_lazy("model validator"),
    Role.COMPLIANCE: gettext_lazy("compliance"),
    Role.AUDITOR: gettext_lazy("auditor"),
    Role.ADMINISTRATOR: gettext_lazy("administrator"),
}


class ActionDenied(Exception):
    """The action is not possible as things stand; the message is fit for a loan officer."""


class NotAllowed(ActionDenied):
    """The action is possible, but not at this person's word."""


def require_role(by: User, *roles: Role, to: str) -> None:
    """Refuse a person who holds none of the roles."""
    if not by.has_role(*roles):
        names = gettext(" or ").join(role_word(role) for role in roles)
        one = gettext("an {roles}") if names[0] in "aeiou" else gettext("a {roles}")
        words = gettext("Only {role} may {do_this}; {person} is none.")
        raise NotAllowed(
            words.format(
                role=one.format(roles=names), do_this=gettext(to), person=by.get_username()
            )
        )


def role_word(role: Role) -> str:
    """Name a role as it stands in a sentence."""
    return str(ROLE_WORDS[role])
