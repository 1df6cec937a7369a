"""Whom an alert is told to: rows written once, so that no crash owes anybody the same twice."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import transaction

from credit.alert_kinds import kind_of
from credit.models import Alert, AlertDelivery, User
from credit.models.alerts import AlertQuerySet

Event = AlertDelivery.Event


def untold(*, at: datetime) -> AlertQuerySet:
    """Narrow to what is open and heard, and that nobody was told of yet."""
    return Alert.objects.unresolved().filter(told_at=None, cleared_at=None).heard(at=at)


@transaction.atomic
def owe_due(*, at: datetime) -> list[Alert]:
    """Owe mails and the webhook for what is open, heard and not told yet.

    What is silenced comes when the silence is over, if its condition has not passed by then.
    """
    due = list(untold(at=at).select_for_update(of=("self",), skip_locked=True).order_by("pk")[:100])
    for alert in due:
        _owe(alert, Event.OPENED, at=at)
        alert.told_at = at
        alert.save(update_fields=["told_at"])
    return due


def owe_resolved(*, alert: Alert, at: datetime) -> None:
    """Tell the webhook, where it was told of the alert, that it is over; mail is for news."""
    if alert.deliveries.filter(event=Event.OPENED, user=None).exists():
        AlertDelivery.objects.get_or_create(
            alert=alert,
            event=Event.RESOLVED,
            user=None,
            defaults={"owed_at": at, "next_try_at": at},
        )


def _owe(alert: Alert, event: Event, *, at: datetime) -> None:
    """Write a row for each; who was told before a silence is told once more after it."""
    if not kind_of(alert.cause).is_news:
        return
    for user in _told(alert):
        AlertDelivery.objects.update_or_create(
            alert=alert,
            event=event,
            user=user,
            defaults={
                "state": AlertDelivery.State.PENDING,
                "attempts": 0,
                "owed_at": at,
                "next_try_at": at,
                "sent_at": None,
                "problem": "",
            },
        )


def _told(alert: Alert) -> Iterator[User | None]:
    if settings.EVENHAND_MAIL_IS_ON:
        yield from (
            User.objects.filter(groups__name=alert.owner, is_active=True, mails_alerts=True)
            .exclude(email="")
            .order_by("pk")
        )
    if settings.EVENHAND_ALERT_WEBHOOK:
        yield None
