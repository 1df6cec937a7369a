"""Things a person must look at. While one is open, the same cause only counts up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext

from credit.actions import alert_deliveries, alert_steps
from credit.actions.alert_steps import Step
from credit.actions.refusals import ActionDenied, require_role
from credit.alert_kinds import kind_of
from credit.models import Alert, AlertCase, AuditEvent, ModelVersion, Product, User
from credit.models.alerts import AlertQuerySet
from credit.words import moment_in_words

RESOLVES_AFTER = timedelta(hours=24)  # that the condition has passed, so that a flutter is one


class AlreadyResolved(ActionDenied):
    """Someone has resolved it before."""


class AlreadyAcknowledged(ActionDenied):
    """Someone has acknowledged it before."""


class CaseOpen(ActionDenied):
    """It ends with a decision on its case, and in no other way."""


class CannotTake(ActionDenied):
    """The person may not see to alerts of this cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one check came to, good or bad."""

    cause: str
    product_id: int | None
    segment: str
    is_bad: bool
    message: str
    n: int | None
    link: str
    version_id: int | None = None


def raise_alert(
    *,
    cause: str,
    product: Product | None,
    message: str,
    at: datetime,
    segment: str = "",
    n: int | None = None,
    link: str = "",
    version: ModelVersion | None = None,
) -> Alert:
    """Open an alert, or count one up that is open. Nobody is told in here: the worker does it."""
    found = Found(
        cause=cause,
        product_id=product.pk if product else None,
        segment=segment,
        is_bad=True,
        message=message,
        n=n,
        link=link,
        version_id=version.pk if version else None,
    )
    with transaction.atomic():
        return _raise(found, at=at)


@transaction.atomic
def take_finding(*, found: Found, at: datetime) -> None:
    """Raise what is bad and let pass what is good; of one moment told twice it counts once."""
    if found.is_bad:
        _take_bad(found, at=at)
    else:
        _pass(found.cause, found.product_id, found.segment, at=at)


@transaction.atomic
def note_passed(
    *, cause: str, product: Product | None, segment: str = "", at: datetime, words: str = ""
) -> Alert | None:
    """Note that the condition of an alert has passed, and why; who must close a case still must."""
    return _pass(cause, product.pk if product else None, segment, at=at, words=words)


@transaction.atomic
def acknowledge(*, alert_id: int, by: User, at: datetime) -> Alert:
    """Say that one has seen it and sees to it; it is no news to the others any more."""
    alert = _locked(alert_id)
    require_role(by, *kind_of(alert.cause).handled_by, to="acknowledge this alert")
    _refuse_resolved(alert)
    _refuse_acknowledged(alert)
    alert.acknowledged_at, alert.acknowledged_by = at, by
    alert.taken_by = alert.taken_by or by
    alert.save(update_fields=["acknowledged_at", "acknowledged_by", "taken_by"])
    alert_steps.note(alert, Step.ACKNOWLEDGED, AuditEvent.Type.ALERT_ACKNOWLEDGED, by=by, at=at)
    return alert


@transaction.atomic
def assign(*, alert_id: int, to: User, by: User, at: datetime) -> Alert:
    """Give an alert to a person who may see to it, or take it oneself."""
    alert = _locked(alert_id)
    require_role(by, *kind_of(alert.cause).handled_by, to="give this alert to a person")
    _refuse_resolved(alert)
    if not to.has_role(*kind_of(alert.cause).handled_by):
        words = gettext("{person} may not see to “{alert}”: choose somebody who may.")
        raise CannotTake(words.format(person=to.get_username(), alert=kind_of(alert.cause).words))
    alert.taken_by = to
    alert.save(update_fields=["taken_by"])
    alert_steps.note(alert, Step.ASSIGNED, AuditEvent.Type.ALERT_ASSIGNED, by=by, at=at, about=to)
    return alert


@transaction.atomic
def resolve(*, alert_id: int, words: str, by: User, at: datetime) -> Alert:
    """Close an alert, saying what was done; the same cause opens a new one."""
    alert = _locked(alert_id)
    require_role(by, *kind_of(alert.cause).handled_by, to="resolve this alert")
    _refuse_resolved(alert)
    said = alert_steps.checked(words)
    if AlertCase.objects.filter(alert=alert, closed_at=None).exists():
        opened = gettext("“{alert}” has a case: it ends when a decision on the case is recorded.")
        raise CaseOpen(opened.format(alert=kind_of(alert.cause).words))
    return end(alert=alert, words=said, by=by, at=at)


def end(*, alert: Alert, words: str, by: User | None, at: datetime) -> Alert:
    """Resolve an alert that is locked and may be resolved."""
    alert.resolved_at, alert.resolved_by, alert.resolution = at, by, words
    alert.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    alert_steps.note(
        alert, Step.RESOLVED, AuditEvent.Type.ALERT_RESOLVED, by=by, at=at, words=words
    )
    alert_deliveries.owe_resolved(alert=alert, at=at)
    return alert


def passed(*, at: datetime) -> AlertQuerySet:
    """Narrow to what passed a day ago, and has no case."""
    return Alert.objects.unresolved().filter(cleared_at__lte=at - RESOLVES_AFTER, case=None)


@transaction.atomic
def resolve_passed(*, at: datetime) -> list[Alert]:
    """Resolve, at nobody's word, what passed a day ago; never what has a case."""
    ended = passed(at=at).select_for_update(of=("self",), skip_locked=True).order_by("pk")
    return [end(alert=alert, words="", by=None, at=at) for alert in ended]


def _raise(found: Found, *, at: datetime) -> Alert:
    counted = _count_up(found, at=at)
    if counted:
        return counted
    try:
        with transaction.atomic():
            return _open(found, at=at)
    except IntegrityError:  # another process opened it at the same time
        counted = _count_up(found, at=at)
        if counted is None:
            raise
        return counted


def _count_up(found: Found, *, at: datetime) -> Alert | None:
    is_open = _of(found.cause, found.product_id, found.segment)
    counted = is_open.update(
        times=F("times") + 1,
        last_at=at,
        message=found.message,
        n=found.n,
        link=found.link,
        version=found.version_id,
        cleared_at=None,
    )
    # Another process may open it between two statements: what was not counted is not there yet.
    return is_open.first() if counted else None


def _open(found: Found, *, at: datetime) -> Alert:
    kind = kind_of(found.cause)
    alert = Alert.objects.create(
        cause=found.cause,
        product_id=found.product_id,
        segment=found.segment,
        owner=kind.owner.value,
        message=found.message,
        n=found.n,
        link=found.link,
        version_id=found.version_id,
        first_at=at,
        last_at=at,
    )
    if kind.opens_case:
        AlertCase.objects.create(alert=alert, opened_at=at)
    return alert


def _take_bad(found: Found, *, at: datetime) -> None:
    of_it = Alert.objects.filter(cause=found.cause, product=found.product_id, segment=found.segment)
    is_known = of_it.filter(last_at__gte=at).exists() or of_it.filter(resolved_at__gte=at).exists()
    if is_known:  # by a message that came before, or it was over after it was found
        return
    came_back = of_it.unresolved().exclude(cleared_at=None).exists()
    alert = _raise(found, at=at)
    if came_back:
        alert_steps.note(alert, Step.RETURNED, None, by=None, at=at)


def _pass(
    cause: str, product_id: int | None, segment: str, *, at: datetime, words: str = ""
) -> Alert | None:
    bad = _of(cause, product_id, segment).filter(cleared_at=None, last_at__lt=at)
    alert = bad.select_for_update().first()
    if alert is not None:
        alert.cleared_at = at
        alert.save(update_fields=["cleared_at"])
        alert_steps.note(alert, Step.CLEARED, None, by=None, at=at, words=words)
    return alert


def _of(cause: str, product_id: int | None, segment: str) -> AlertQuerySet:
    return Alert.objects.unresolved().filter(cause=cause, product=product_id, segment=segment)


def _locked(alert_id: int) -> Alert:
    return Alert.objects.select_for_update(of=("self",)).get(pk=alert_id)


def _refuse_resolved(alert: Alert) -> None:
    if alert.resolved_at is not None:
        words = (
            gettext("“{alert}” was resolved by {person} on {at}.")
            if alert.resolved_by
            else gettext("“{alert}” ended by itself on {at}: its condition had passed.")
        )
        raise AlreadyResolved(_said_of(alert, words, alert.resolved_by, alert.resolved_at))


def _refuse_acknowledged(alert: Alert) -> None:
    if alert.acknowledged_at is not None:
        words = gettext("“{alert}” was acknowledged by {person} on {at}.")
        raise AlreadyAcknowledged(
            _said_of(alert, words, alert.acknowledged_by, alert.acknowledged_at)
        )


def _said_of(alert: Alert, words: str, by: User | None, at: datetime) -> str:
    return words.format(
        alert=kind_of(alert.cause).words,
        person=by.get_username() if by else "",
        at=moment_in_words(at),
    )
