"""Officers at a glance: how many differ, and never which; each for who may open its page."""

from collections.abc import Callable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from credit.models import Product
from credit.words import day_in_words
from monitoring.gauges import Gauge
from monitoring.mirror import pages as mirror_pages
from monitoring.mirror.pages import Found
from monitoring.models import OfficerMirror
from monitoring.service.wording import number


def outcomes(product: Product, *, at: datetime) -> Gauge:
    """Say of how many officers the overrides turn out worse than those of their peers."""
    label, link = gettext("Officers"), reverse("officers")
    found, held = _standing(product, mirror_pages.in_outcomes, at=at)
    return _gauge("officers", label, f"{link}?product={product.slug}", found, held)


def groups(product: Product, *, at: datetime) -> Gauge:
    """Say how many officers approve some protected group otherwise than their peers do."""
    label, link = gettext("Officers, by group of their applicants"), reverse("officer_groups")
    found, held = _standing(product, mirror_pages.by_groups, at=at)
    return _gauge("officer_groups", label, f"{link}?product={product.slug}", found, held)


def _standing(
    product: Product, ask: Callable[[OfficerMirror], Found], *, at: datetime
) -> tuple[Found | None, datetime | None]:
    """Give what is found, or from when others than the officers will see something."""
    mirror = mirror_pages.newest_or_held(product, at=at)
    if mirror is None:
        return None, None
    if mirror.shared_from > at:
        return None, mirror.shared_from
    return (ask(mirror) if mirror.figures["n"] else None), None


def _gauge(name: str, label: str, link: str, found: Found | None, held: datetime | None) -> Gauge:
    if found is None or not found.asked:
        return Gauge(
            name=name,
            label=label,
            state="unknown",
            value=gettext("insufficient evidence") if found else gettext("No mirror yet"),
            detail=_period(found) if found else _when(held),
            link=link,
        )
    words = ngettext(
        "{n} of {asked} differs from peers", "{n} of {asked} differ from peers", found.differ
    )
    return Gauge(
        name=name,
        label=label,
        state="watch" if found.differ else "good",  # what it means is for them to say first
        value=words.format(n=number(found.differ), asked=number(found.asked)),
        detail=_period(found),
        link=link,
    )


def _when(held: datetime | None) -> str:
    if held is None:
        return gettext("It is made when a month is over.")
    return gettext("It is made; officers see their own first, others from {day}.").format(
        day=day_in_words(held.date())
    )


def _period(found: Found) -> str:
    return gettext(
        "{n} decisions of twelve months until {until}. Intervals are on the page."
    ).format(n=number(found.n), until=day_in_words(found.until))
