"""What every refusal is. Each has its own name beside the action that raises it."""

from credit.models import Role, User


class ActionDenied(Exception):
    """The action is not possible as things stand; the message is fit for a loan officer."""


class NotAllowed(ActionDenied):
    """The action is possible, but not at this person's word."""


def require_role(by: User, *roles: Role, to: str) -> None:
    """Refuse a person who holds none of the roles."""
    if not by.has_role(*roles):
        names = " or ".join(role.replace("_", " ") for role in roles)
        article = "an" if names[0] in "aeiou" else "a"
        raise NotAllowed(f"Only {article} {names} may {to}; {by.get_username()} is none.")
