"""Officers at a glance: how many differ, and never which; each for who may open its page."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from credit.models import Product
from credit.words import day_in_words
from monitoring.gauges import Gauge
from monitoring.mirror import pages as mirror_pages
from monitoring.mirror.pages import Found
from monitoring.service.wording import number


def outcomes(product: Product, *, at: datetime) -> Gauge:
    """Say of how many officers the overrides turn out worse than those of their peers."""
    team = mirror_pages.newest(product, at=at)
    found = mirror_pages.in_outcomes(team) if team else None
    label, link = gettext("Officers"), reverse("officers")
    return _gauge("officers", label, f"{link}?product={product.slug}", found)


def groups(product: Product, *, at: datetime) -> Gauge:
    """Say how many officers approve some protected group otherwise than their peers do."""
    team = mirror_pages.newest(product, at=at)
    found = mirror_pages.by_groups(team) if team else None
    label, link = gettext("Officers, by group of their applicants"), reverse("officer_groups")
    return _gauge("officer_groups", label, f"{link}?product={product.slug}", found)


def _gauge(name: str, label: str, link: str, found: Found | None) -> Gauge:
    if found is None or not found.asked:
        return Gauge(
            name=name,
            label=label,
            state="unknown",
            value=gettext("insufficient evidence") if found else gettext("No mirror yet"),
            detail=_period(found) if found else gettext("It is made when a month is over."),
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


def _period(found: Found) -> str:
    return gettext(
        "{n} decisions of twelve months until {until}. Intervals are on the page."
    ).format(n=number(found.n), until=day_in_words(found.until))
