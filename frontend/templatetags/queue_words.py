"""How the queue's clocks and people's names are written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template
from django.utils.translation import gettext, ngettext

from frontend.templatetags.evenhand import icon, visible

register = template.Library()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Words, and the sign beside them that says the same."""

    drawn: str
    words: str
    is_loud: bool = False


_JOINERS = "\u200c\u200d"  # letters of Persian and Indian names need them
_DAY = 24  # hours: what is nearer is told in hours


@register.simple_tag
def clock(due_at: datetime, stopped_at: datetime | None, now: datetime) -> Sign:
    """Say how an application's clock stands: in words and with a sign, never by colour alone."""
    if stopped_at is not None:
        return Sign(drawn=icon("lock"), words=gettext("clock stopped"))
    is_late = due_at < now
    return Sign(
        drawn=icon("warning" if is_late else "clock"), words=due(due_at, now), is_loud=is_late
    )


def due(at: datetime, now: datetime) -> str:
    """Say how long there is left, or how late it is, in one unit.

    Days are those of the calendar, as the queue is ordered by: what is due on one day reads alike.

    Examples
    --------
    >>> now = datetime(2026, 3, 3, 10)
    >>> [due(now + timedelta(hours=h), now) for h in (0.5, 5, 80, -0.5, -30, -47)]
    ['due in 30 min', 'due in 5 h', 'due in 3 days', '30 min late', '1 day late', '2 days late']
    """
    days = abs((at.date() - now.date()).days)
    is_near = days == 0 or timedelta() < at - now < timedelta(days=1)
    left = _span(abs(at - now)) if is_near else _days(days)
    words = gettext("due in %(span)s") if at >= now else gettext("%(span)s late")
    return words % {"span": left}


def received(at: datetime, now: datetime) -> str:
    """Say how long ago something came.

    Examples
    --------
    >>> now = datetime(2026, 3, 3, 10)
    >>> received(now, now), received(now - timedelta(hours=50), now)
    ('received just now', 'received 2 days ago')
    """
    if now - at < timedelta(minutes=1):
        return gettext("received just now")
    return gettext("received %(span)s ago") % {"span": _span(now - at)}


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return gettext("%(count)d min") % {"count": minutes}
    hours = minutes // 60
    if hours < _DAY:
        return gettext("%(count)d h") % {"count": hours}
    return _days(hours // _DAY)


def _days(days: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@register.filter
def person(name: str) -> str:
    """Show a person's name: as `visible`, with the joiners that some scripts need.

    Examples
    --------
    >>> person(f"Ada{chr(0x202E)}") == visible(f"Ada{chr(0x202E)}")
    True
    """
    return "".join(each if each in _JOINERS else visible(each) for each in name)
