"""Whether a product's business is where its owner said it would be before it began."""

from datetime import datetime

from django.utils.translation import gettext, ngettext

from credit.models import Product
from monitoring.gauges import Gauge, State
from monitoring.results import figures_in_words as words
from monitoring.results.business_figures import Figure, figures
from monitoring.results.business_words import BY_VINTAGE, label_of
from scoring.results.criteria import Standing

SEVERAL = 30  # of a rate or a time: fewer are shown and raise no alert


def address(product: Product) -> str:
    """Give the page's path."""
    return f"/monitoring/{product.slug}/business/"


def is_off(figure: Figure) -> bool:
    """Say whether a figure is outside, and of enough to say so."""
    is_enough = figure.name == "waiting" or (figure.value and figure.value.n >= SEVERAL)
    return figure.standing == Standing.OUTSIDE and bool(is_enough)


def gauge(product: Product, *, at: datetime) -> Gauge:
    """Sum up for Home how many figures are where they should be."""
    judged = [each for each in figures(product, at=at) if each.standing is not None]
    known = [each for each in judged if each.standing is not Standing.UNKNOWN]
    off = [each for each in known if is_off(each)]
    unsure = [each for each in known if each.standing is not Standing.INSIDE and each not in off]
    return Gauge(
        name="business",
        label=gettext("Business"),
        state=_state(known, off, unsure),
        value=_value(judged, known, off, unsure),
        detail="; ".join(_short(each) for each in (off or unsure or known)[:2]),
        link=address(product),
    )


def period(figure: Figure) -> str:
    """Write the period of a figure."""
    if figure.name == "waiting":
        return gettext("now")
    if figure.name in BY_VINTAGE and figure.value is None:
        return gettext("no month that counts has matured")
    if figure.name in BY_VINTAGE:
        return words.months(figure.since, figure.until)
    return words.days(figure.since, figure.until)


def _state(known: list[Figure], off: list[Figure], unsure: list[Figure]) -> State:
    if not known:
        return "unknown"
    return "bad" if off else "watch" if unsure else "good"


def _value(
    judged: list[Figure], known: list[Figure], off: list[Figure], unsure: list[Figure]
) -> str:
    if not judged:
        return gettext("No targets set")
    if not known:
        return gettext("Nothing to judge yet")
    if off:
        return ngettext("%(n)d off target", "%(n)d off target", len(off)) % {"n": len(off)}
    if unsure:
        words = gettext("%(n)d of %(all)d figures judged may be off target, none certainly is")
        return words % {"n": len(unsure), "all": len(known)}
    return gettext("%(n)d of %(all)d figures judged, none off target") % {
        "n": len(known),
        "all": len(judged),
    }


def _short(figure: Figure) -> str:
    if figure.value is None:
        return label_of(figure.name)
    is_counted = figure.name == "waiting"  # no sample, so there is no interval
    found = (
        words.written(figure.value.value, figure.unit)
        if is_counted
        else words.with_interval(figure.value, figure.unit)
    )
    return f"{label_of(figure.name)}: {found}, {period(figure)}"
