"""Drift at a glance."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext, ngettext

from credit.models import Alert, Product
from monitoring.drift.counts import PARTNER
from monitoring.drift.views import DriftView, drift_of
from monitoring.drift.windows import DAY, days_of, link_to, midnight_after
from monitoring.gauges import Gauge, State
from monitoring.service.wording import number
from scoring.populations.drift_look import OF_DATA

CAUSES = (*OF_DATA, "score_drift", "feature_drift")


def gauge(product: Product, *, at: datetime) -> Gauge:
    """Say how far applicants are from those that the champion learned from."""
    until = midnight_after(at)
    days = days_of(product, until=until, days=90).lately
    view = drift_of(product, since=until - days * DAY, until=until)
    told = _partners_told_of(product, at=at)
    return Gauge(
        name="drift",
        label=gettext("Drift"),
        state="bad" if told else _state(view),
        value=_value(view),
        detail=_detail(view, days, told),
        link=link_to(product, segment=told[0]) if told else link_to(product, days=days),
    )


def _partners_told_of(product: Product, *, at: datetime) -> list[str]:
    """Name the partners whose applications alone show something: all together hide it."""
    found = Alert.objects.unresolved().heard(at=at).filter(product=product, cleared_at=None)
    of_partners = found.filter(cause__in=CAUSES, segment__startswith=PARTNER).order_by("segment")
    return list(of_partners.values_list("segment", flat=True).distinct())


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
    return gettext("PSI {index}").format(index=number(view.score.index, 2))


def _detail(view: DriftView, days: int, told: Sequence[str]) -> str:
    n, limit = number(view.n), view.score.clear_above if view.score else None
    words = gettext("{n} applications in {days} days")
    if limit is not None:
        words = gettext(
            "{n} applications in {days} days; chance stays below {limit}; {bad} to look at"
        )
    said = words.format(n=n, days=days, limit=number(limit or 0, 2), bad=len(view.bad))
    if not told:
        return said
    also = ngettext(
        "; {n} partner has alerts of its own", "; {n} partners have alerts of their own", len(told)
    )
    return said + also.format(n=len(told))
