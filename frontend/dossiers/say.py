"""How figures stand in a dossier: each with its interval, or a dash where it has none."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from frontend import formats
from frontend.templatetags.evenhand import NOTHING, count, figure, gained, humane, percent

Said = Mapping[str, Any]
__all__ = [
    "NOTHING",
    "Said",
    "count",
    "exponent",
    "figure",
    "gained",
    "gained_in",
    "in_figures",
    "in_shares",
    "label_policy",
    "moment",
    "percent",
    "period",
    "share_of",
    "span",
    "to",
]


def label_policy(name: str) -> str:
    """Name a label policy, which may be of two parts."""
    return " + ".join(humane(each) for each in name.split("+"))


def to(low: str, high: str) -> str:
    """Write an interval."""
    return _("{low} to {high}").format(low=low, high=high)


def in_figures(found: Said | None, digits: int = 3) -> str:
    """Write the interval of a figure; a dash where it has none."""
    if not found or found.get("low") is None:
        return NOTHING
    return to(figure(found["low"], digits), figure(found["high"], digits))


def in_shares(found: Said | None) -> str:
    """Write the interval of a share."""
    if not found or found.get("low") is None:
        return NOTHING
    return to(percent(found["low"]), percent(found["high"]))


def share_of(found: Said) -> str:
    """Write a count with its share and interval."""
    if found["share"] is None:
        return _("nobody")
    return _("{count} of {n}, {share} ({interval})").format(
        count=count(found["count"]),
        n=count(found["n"]),
        share=percent(found["share"]),
        interval=in_shares(found),
    )


def gained_in(low: float | None, high: float | None) -> str:
    """Write the interval of a gain."""
    return NOTHING if low is None or high is None else to(gained(low), gained(high))


def period(days: Sequence[str] | None) -> str:
    """Say from when to when people applied."""
    if not days:
        return _("dates of application not known")
    first, last = (formats.day(date.fromisoformat(each)) for each in days)
    return _("applied for {first} to {last}").format(first=first, last=last)


def span(n: int, bads: int, days: Sequence[str] | None) -> str:
    """Say whom a section is about."""
    return _("{n} loans, {bads} of them bad; {period}.").format(
        n=count(n), bads=count(bads), period=period(days)
    )


def moment(at: datetime | None) -> str:
    """Write a moment to the minute."""
    return NOTHING if at is None else formats.short_moment(timezone.localtime(at))


def exponent(value: float | None) -> str:
    """Write a very small number."""
    if not value:
        return NOTHING if value is None else "0"
    return f"{value:.1e}"
