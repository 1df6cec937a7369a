"""Silences: findings go on being counted and tell nobody, until an end that each silence has."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, ngettext

from credit.actions import alert_steps, audit
from credit.actions.alert_steps import Step
from credit.actions.refusals import ActionDenied, require_role
from credit.alert_kinds import kind_of
from credit.models import Alert, AlertSilence, AuditEvent, Product, User
from credit.models.alerts import LONGEST_SILENCE
from credit.words import moment_in_words


class NoEnd(ActionDenied):
    """A silence ends, and within a month."""


class AlreadySilenced(ActionDenied):
    """It is silenced; who wants another end lifts that silence first."""


class AlreadyOver(ActionDenied):
    """The silence is over."""


@transaction.atomic
def silence(
    *,
    cause: str,
    product: Product | None,
    segment: str,
    until: datetime,
    why: str,
    by: User,
    at: datetime,
) -> AlertSilence:
    """Tell nobody of a finding until then. If it is still there at the end, it is told once."""
    require_role(by, *kind_of(cause).handled_by, to="silence this alert")
    said = alert_steps.checked(why)
    _check_end(until, at=at)
    alert = _alert_of(cause, product, segment)
    _refuse_silenced(cause, product, segment, at=at)
    made = AlertSilence.objects.create(
        cause=cause, product=product, segment=segment, since=at, until=until, why=said, by=by
    )
    audit.record(
        AuditEvent.Type.ALERT_SILENCED,
        target=f"silence:{made.pk}",
        by=by,
        at=at,
        cause=cause,
        product=product.slug if product else "",
        until=until,
        why=audit.commit(bytes(made.salt), said),
    )
    if alert is not None:
        alert.told_at = None  # once more, if it outlives the silence
        alert.save(update_fields=["told_at"])
        alert_steps.note(alert, Step.SILENCED, None, by=by, at=at, words=said, until=until)
    return made


@transaction.atomic
def unsilence(*, silence_id: int, by: User, at: datetime) -> AlertSilence:
    """End a silence before its time."""
    made = AlertSilence.objects.select_for_update(of=("self",)).get(pk=silence_id)
    require_role(by, *kind_of(made.cause).handled_by, to="end this silence")
    if made.ended_at is not None or made.until <= at:
        words = gettext("The silence of “{alert}” is over since {at}.")
        ended = moment_in_words(made.ended_at or made.until)
        raise AlreadyOver(words.format(alert=kind_of(made.cause).words, at=ended))
    made.ended_at, made.ended_by = at, by
    made.save(update_fields=["ended_at", "ended_by"])
    audit.record(
        AuditEvent.Type.ALERT_UNSILENCED,
        target=f"silence:{made.pk}",
        by=by,
        at=at,
        cause=made.cause,
    )
    alert = _alert_of(made.cause, made.product, made.segment)
    if alert is not None:
        alert_steps.note(alert, Step.UNSILENCED, None, by=by, at=at)
    return made


def _check_end(until: datetime, *, at: datetime) -> None:
    if not at < until <= at + LONGEST_SILENCE:
        days = LONGEST_SILENCE.days
        words = ngettext(
            "A silence ends, and within {days} day.",
            "A silence ends, and within {days} days.",
            days,
        )
        raise NoEnd(words.format(days=days))


def _alert_of(cause: str, product: Product | None, segment: str) -> Alert | None:
    same = Alert.objects.unresolved().filter(cause=cause, product=product, segment=segment)
    return same.select_for_update(of=("self",)).first()


def _refuse_silenced(cause: str, product: Product | None, segment: str, *, at: datetime) -> None:
    running = AlertSilence.objects.running(at=at).select_related("by")
    found = running.filter(cause=cause, product=product, segment=segment).first()
    if found is None:
        return
    words = gettext(
        "“{alert}” is silenced already, by {person} until {until}. For another end, lift that"
        " silence first."
    )
    raise AlreadySilenced(
        words.format(
            alert=kind_of(cause).words,
            person=found.by.get_username(),
            until=moment_in_words(found.until),
        )
    )
