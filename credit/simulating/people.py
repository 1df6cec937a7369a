"""Made-up people of the right roles, and the partner whose applications the stream is."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from credit.actions import users
from credit.models import Partner, Role, User

PARTNER = "time-machine"
_MADE_UP = (
    ("sim-officer", "Otto", Role.OFFICER),
    ("sim-senior", "Selma", Role.SENIOR_OFFICER),
    ("sim-developer", "Doris", Role.MODEL_DEVELOPER),
    ("sim-validator", "Viktor", Role.MODEL_VALIDATOR),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who decides, signs, trains and validates; none of them can sign in."""

    officer: User
    senior: User
    developer: User
    validator: User
    partner: Partner


def gather(*, at: datetime) -> People:
    """Find the made-up people, or make those that are missing."""
    officer, senior, developer, validator = (
        _person(username, first_name, role, at=at) for username, first_name, role in _MADE_UP
    )
    partner, _ = Partner.objects.get_or_create(
        slug=PARTNER, defaults={"name": "Time machine (replayed loans)", "created_at": at}
    )
    return People(
        officer=officer, senior=senior, developer=developer, validator=validator, partner=partner
    )


def _person(username: str, first_name: str, role: Role, *, at: datetime) -> User:
    found = User.objects.filter(username=username).first()
    if found is not None:
        return found
    return users.create(
        username=username,
        password=secrets.token_urlsafe(32),  # told to nobody
        roles=[role],
        first_name=first_name,
        last_name="(simulated)",
        at=at,
    )
