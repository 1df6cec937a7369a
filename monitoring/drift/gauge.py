"""Drift at a glance."""

from datetime import datetime

from django.utils.translation import gettext

from credit.models import Product
from monitoring.drift.views import DriftView, drift_of
from monitoring.drift.windows import DAY, days_of, link_to, midnight_after
from monitoring.gauges import Gauge, State


def gauge(product: Product, *, at: datetime) -> Gauge:
    """Say how far applicants are from those that the champion learned from."""
    until = midnight_after(at)
    days = days_of(product, until=until, days=90).lately
    view = drift_of(product, since=until - days * DAY, until=until)
    return Gauge(
        name="drift",
        label=gettext("Drift"),
        state=_state(view),
        value=_value(view),
        detail=_detail(view, days),
        link=link_to(product, days=days),
    )


def _state(view: DriftView) -> State:
    if view.state != "compared" or view.score is None:
        return "unknown"
    if view.bad:
        return "bad"
    levels = {view.score.level, *(each.level for each in view.features)}
    return "watch" if "some" in levels else "good"


def _value(view: DriftView) -> str:
    if view.score is None or view.score.clear_above is None:
        return gettext("too few to say")
    return gettext("PSI {index}").format(index=f"{view.score.index:.2f}")


def _detail(view: DriftView, days: int) -> str:
    n, limit = f"{view.n:,}", view.score.clear_above if view.score else None
    if limit is None:
        return gettext("{n} applications in {days} days").format(n=n, days=days)
    words = gettext("{n} applications in {days} days; chance stays below {limit}; {bad} to look at")
    return words.format(n=n, days=days, limit=f"{limit:.2f}", bad=len(view.bad))
