"""How the queue's clocks and people's names are written."""

from datetime import datetime, timedelta

from django import template
from django.utils.translation import gettext, ngettext

from frontend.templatetags.evenhand import visible

register = template.Library()
_JOINERS = "\u200c\u200d"  # letters of Persian and Indian names need them
_DAY = 24  # hours: what is nearer is told in hours


@register.filter
def due(at: datetime, now: datetime) -> str:
    """Say how long there is left, or how late it is, in one unit.

    Examples
    --------
    >>> now = datetime(2026, 3, 3, 10)
    >>> [due(now + timedelta(hours=h), now) for h in (0.5, 5, 80, -0.5, -30, -50)]
    ['due in 30 min', 'due in 5 h', 'due in 3 days', '30 min late', '1 day late', '2 days late']
    """
    left = _span(abs(at - now))
    words = gettext("due in %(span)s") if at >= now else gettext("%(span)s late")
    return words % {"span": left}


@register.filter
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
    days = hours // _DAY
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


@register.filter
def of_decision(found: dict[str, str], decision_id: str) -> str:
    """Look something up by a decision's id; empty where nothing is known."""
    return found.get(decision_id, "")
