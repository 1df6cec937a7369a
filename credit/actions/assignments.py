"""Who works on what: an application is in one officer's hands at a time, and for a while."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from credit import queue_filters
from credit.actions import audit, queue_items
from credit.actions.refusals import ActionDenied, require_role
from credit.models import Application, AuditEvent, QueueItem, Referral, Role, User
from credit.queue_filters import Wanted
from credit.words import moment_in_words

SHORTEST_WORDS = 10  # characters
GIVEN_FOR = timedelta(days=1)  # by a senior officer: the colleague need not be there right now
OFFICERS = (Role.OFFICER, Role.SENIOR_OFFICER)


class NothingToTake(ActionDenied):
    """Nothing that this officer may take waits among what they look at."""


class NotWaiting(ActionDenied):
    """The application waits for nobody."""


class HeldByColleague(ActionDenied):
    """Somebody else has it in hand; the message says who and until when."""


class NotHeld(ActionDenied):
    """There is nothing to give back."""


class ReferredUp(ActionDenied):
    """Only a senior officer goes on with it."""


class AlreadyReferredUp(ActionDenied):
    """It was referred up before."""


class NobodyAbove(ActionDenied):
    """A senior officer has nobody to refer to."""


class WordsMissing(ActionDenied):
    """Whoever goes on with it needs to know why."""


class NoOfficer(ActionDenied):
    """Applications are given to officers only."""


@transaction.atomic
def take_next(*, wanted: Wanted, by: User, at: datetime) -> QueueItem:
    """Take the first of what an officer looks at that nobody holds.

    What another officer is taking at this moment is skipped, so two never get the same one, and
    neither waits for the other.
    """
    require_role(by, *OFFICERS, to="take an application")
    queue_items.gather(at=at)
    free = queue_filters.apply(wanted, viewer=by, at=at).free(at).filter(status="awaiting_officer")
    if not _is_senior(by):
        free = free.filter(is_referred_up=False)
    item = free.in_order().select_for_update(skip_locked=True, of=("self",)).first()
    if item is None:
        raise NothingToTake(
            _("Nothing that you could take waits here: others hold it, or it is done.")
        )
    return _hold(item, by=by, at=at)


@transaction.atomic
def take(*, decision_id: str, by: User, at: datetime) -> QueueItem:
    """Take a certain application; what a colleague holds only a senior officer takes over."""
    require_role(by, *OFFICERS, to="take an application")
    item = _locked(decision_id, at=at)
    holder = item.holder(at)
    if not _is_senior(by):
        _check_free(item, by=by, at=at)
    took_over = holder.pk if holder is not None and holder != by else None
    return _hold(item, by=by, at=at, took_over_from=took_over)


@transaction.atomic
def release(*, decision_id: str, by: User, at: datetime) -> None:
    """Give an application back to the queue."""
    require_role(by, *OFFICERS, to="give an application back")
    item = _locked(decision_id, at=at)
    holder = item.holder(at)
    if holder is None:
        raise NotHeld(_("Nobody holds this application any more."))
    if holder != by and not _is_senior(by):
        raise HeldByColleague(_who_holds(item, holder))
    _let_go(item)
    _tell(AuditEvent.Type.APPLICATION_RELEASED, item, by=by, at=at, held_by=holder.pk)


@transaction.atomic
def reassign(*, decision_id: str, to: User, by: User, at: datetime) -> QueueItem:
    """Give an application to an officer; what was referred up is handed back with it."""
    require_role(by, Role.SENIOR_OFFICER, to="give an application to somebody")
    if not to.has_role(*OFFICERS):
        raise NoOfficer(_("%s is no officer and cannot be given an application.") % to.known_as)
    item = _locked(decision_id, at=at)
    before = item.holder(at)
    if item.is_referred_up and not _is_senior(to):
        Referral.objects.filter(decision=item.decision_id, ended_at=None).update(ended_at=at)
        item.is_referred_up = False
    item.held_by, item.held_until = to, at + GIVEN_FOR
    item.save(update_fields=["held_by", "held_until", "is_referred_up"])
    _tell(
        AuditEvent.Type.APPLICATION_REASSIGNED,
        item,
        by=by,
        at=at,
        held_by=before.pk if before else None,
        to=to.pk,
    )
    return item


@transaction.atomic
def refer_up(*, decision_id: str, words: str, by: User, at: datetime) -> Referral:
    """Leave an application to a senior officer, and say why."""
    require_role(by, *OFFICERS, to="refer an application up")
    if _is_senior(by):
        raise NobodyAbove(_("You are a senior officer: give it to a colleague instead."))
    item, said = _locked(decision_id, at=at), words.strip()
    if item.is_referred_up:
        raise AlreadyReferredUp(_("This application was referred up already."))
    _check_free(item, by=by, at=at)
    if len(said) < SHORTEST_WORDS:
        raise WordsMissing(_("Say why, in at least %d characters.") % SHORTEST_WORDS)
    item.is_referred_up = True
    _let_go(item)
    made = Referral.objects.create(
        decision_id=item.decision_id, words=said, referred_by=by, referred_at=at
    )
    salt = Application.objects.values_list("salt", flat=True).get(pk=decision_id)
    words = audit.commit(bytes(salt), said)
    _tell(AuditEvent.Type.APPLICATION_REFERRED_UP, item, by=by, at=at, words=words)
    return made


def check_may_decide(*, decision_id: str, by: User, at: datetime) -> None:
    """Refuse what is in a colleague's hands, and what was referred up to somebody else."""
    item = QueueItem.objects.select_related("held_by").filter(pk=decision_id).first()
    if item is not None:
        _check_free(item, by=by, at=at)
    elif not _is_senior(by) and _is_referred_up(decision_id):
        raise ReferredUp(_(_FOR_SENIORS))


def is_held_by(user: User, *, decision_id: str, at: datetime) -> bool:
    """Say whether a person has an application in hand."""
    item = QueueItem.objects.filter(pk=decision_id, held_by=user).first()
    return item is not None and item.holder(at) == user


_FOR_SENIORS = gettext_noop("This application was referred up: a senior officer goes on with it.")


def _check_free(item: QueueItem, *, by: User, at: datetime) -> None:
    if item.is_referred_up and not _is_senior(by):
        raise ReferredUp(_(_FOR_SENIORS))
    holder = item.holder(at)
    if holder is not None and holder != by:
        raise HeldByColleague(_who_holds(item, holder))


def _who_holds(item: QueueItem, holder: User) -> str:
    said = _(
        "%(who)s has this application in hand, until %(until)s UTC. A senior officer can take it"
        " over."
    )
    until = moment_in_words(item.held_until) if item.held_until else ""
    return said % {"who": holder.known_as, "until": until}


def _is_referred_up(decision_id: str) -> bool:
    return Referral.objects.filter(decision=decision_id, ended_at=None).exists()


def _locked(decision_id: str, *, at: datetime) -> QueueItem:
    queue_items.gather(decision_id=decision_id, at=at)
    # The holder is not joined: after a wait for the lock, a join would give who held it before.
    item = QueueItem.objects.select_for_update().filter(pk=decision_id).first()
    if item is None:
        raise NotWaiting(_("This application waits for nobody: it is decided, or was taken back."))
    return item


def _hold(
    item: QueueItem, *, by: User, at: datetime, took_over_from: int | None = None
) -> QueueItem:
    item.held_by, item.held_until = by, at + timedelta(minutes=item.claim_minutes)
    item.save(update_fields=["held_by", "held_until"])
    _tell(
        AuditEvent.Type.APPLICATION_TAKEN,
        item,
        by=by,
        at=at,
        until=item.held_until,
        took_over_from=took_over_from,
    )
    return item


def _let_go(item: QueueItem) -> None:
    item.held_by, item.held_until = None, None
    item.save(update_fields=["held_by", "held_until", "is_referred_up"])


def _is_senior(by: User) -> bool:
    return by.has_role(Role.SENIOR_OFFICER)


def _tell(
    kind: AuditEvent.Type, item: QueueItem, *, by: User, at: datetime, **details: Any
) -> None:
    audit.record(kind, target=f"decision:{item.decision_id}", by=by, at=at, **details)
