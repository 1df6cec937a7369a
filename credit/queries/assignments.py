"""In whose hands an application is, and whom it could be given to."""

from dataclasses import dataclass
from datetime import datetime

from credit.models import QueueItem, Referral, Role, User


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRow:
    """Why an officer referred the application up."""

    words: str
    by: str
    at: datetime
    is_in_force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who holds an application, and what this officer may do about it."""

    due_at: datetime | None  # None until somebody has looked at the queue since it came
    clock_stopped_at: datetime | None
    held_by: str
    held_until: datetime | None
    is_mine: bool
    is_referred_up: bool
    may_take: bool
    may_take_over: bool
    may_release: bool
    may_refer_up: bool
    may_reassign: bool


def hands(
    decision_id: str, *, viewer: User, waits: bool, is_referred_up: bool, at: datetime
) -> Hands | None:
    """Say who holds an application; None where it waits for nobody.

    What nobody gathered into the queue yet, nobody holds.
    """
    item = QueueItem.objects.select_related("held_by").filter(pk=decision_id).first()
    if item is None and not waits:
        return None
    holder = item.holder(at) if item else None
    is_senior = viewer.has_role(Role.SENIOR_OFFICER)
    is_officer = is_senior or viewer.has_role(Role.OFFICER)
    is_free = holder is None and is_officer and (is_senior or not is_referred_up)
    is_mine = holder == viewer
    return Hands(
        due_at=item.due_at if item else None,
        clock_stopped_at=item.clock_stopped_at if item else None,
        held_by=holder.known_as if holder else "",
        held_until=item.held_until if item and holder else None,
        is_mine=is_mine,
        is_referred_up=is_referred_up,
        may_take=is_free,
        may_take_over=is_senior and holder is not None and not is_mine,
        may_release=is_mine or (is_senior and holder is not None),
        may_refer_up=not is_senior and not is_referred_up and (is_free or is_mine),
        may_reassign=is_senior,
    )


def referrals(decision_id: str) -> list[ReferralRow]:
    """List why it was referred up, the newest first."""
    found = Referral.objects.filter(decision=decision_id).select_related("referred_by")
    return [
        ReferralRow(
            words=each.words,
            by=each.referred_by.known_as,
            at=each.referred_at,
            is_in_force=each.ended_at is None,
        )
        for each in found
    ]


def officers() -> list[User]:
    """List the people whom an application can be given to, by name."""
    found = User.objects.filter(
        is_active=True, groups__name__in=[Role.OFFICER, Role.SENIOR_OFFICER]
    )
    return sorted(found.distinct(), key=lambda user: (user.known_as.casefold(), user.pk))
