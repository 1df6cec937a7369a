"""How figures, moments and foreign text are written on every page."""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Protocol

from django import template
from django.template.context import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from credit.actions.refusals import role_word
from credit.models import Role
from credit.queries import alerts
from credit.words import Words
from frontend import access, formats, segments, sentences

register = template.Library()


class HasPassed(Protocol):
    """A gate, as far as it is counted here."""

    @property
    def passed(self) -> bool: ...  # noqa: D102


NOTHING = "\u2013"  # an en dash
# Characters that change how text looks without being seen themselves.
UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Co", "Cs"})


@register.filter
def money(amount: Decimal | float | None, currency: str = "") -> str:
    r"""Write an amount with its currency.

    Examples
    --------
    >>> money(Decimal("4200"), "EUR")
    'EUR\xa04,200.00'
    """
    return NOTHING if amount is None else formats.amount(amount, currency)


@register.filter
def percent(share: float | None, digits: int = 1) -> str:
    """Write a share of 1; what is not quite nothing or all is not rounded to it.

    Examples
    --------
    >>> percent(0.2143), percent(0.00001), percent(0.99999)
    ('21.4%', '<0.1%', '>99.9%')
    """
    if share is None:
        return NOTHING
    least = 10.0 ** -(digits + 2)
    if 0 < share < least / 2:
        return f"<{formats.percentage(least, digits)}"
    if 1 - least / 2 < share < 1:
        return f">{formats.percentage(1 - least, digits)}"
    return formats.percentage(share, digits)


@register.filter
def points(value: float | None) -> str:
    """Write points given or taken, always with their sign.

    Examples
    --------
    >>> points(31.24), points(4.0), points(-0.01)
    ('+31.2', '+4.0', '0.0')
    """
    if value is None:
        return NOTHING
    rounded = round(value, 1)
    return f"{_sign(rounded)}{formats.number(abs(rounded), 1)}"


@register.filter
def gained(share: float | None, digits: int = 2) -> str:
    """Write what was gained or lost as a share, always with its sign.

    Examples
    --------
    >>> gained(0.0074), gained(-0.0398, 1), gained(-0.000001)
    ('+0.74%', '\u22124.0%', '0.00%')
    """
    if share is None:
        return NOTHING
    rounded = round(share, digits + 2)
    return f"{_sign(rounded)}{formats.percentage(abs(rounded), digits)}"


def _sign(value: float) -> str:
    return "" if value == 0 else "+" if value > 0 else formats.MINUS


@register.filter
def figure(value: float | None, digits: int = 3) -> str:
    """Write a figure such as an AUC."""
    return NOTHING if value is None else formats.number(value, digits)


@register.filter
def count(value: int | None) -> str:
    """Write a number of things."""
    return NOTHING if value is None else formats.number(value)


@register.filter
def quantity(value: float) -> str:
    """Write a number of any size in about four digits, and a whole one as it is.

    Examples
    --------
    >>> quantity(2319.5), quantity(18424.0), quantity(0.04321), quantity(-3.0)
    ('2,319.5', '18,424', '0.04321', '\u22123')
    """
    if float(value).is_integer():
        return formats.number(value)
    if abs(value) >= 1_000:
        return formats.number(value, 1)
    _, _, behind = f"{value:.4g}".partition(".")
    return formats.number(value, len(behind))


@register.filter
def one_line(text: str) -> str:
    r"""Write an address in one line.

    Examples
    --------
    >>> one_line("Am Tor 3\n10115 Berlin")
    'Am Tor 3, 10115 Berlin'
    """
    return visible(", ".join(text.splitlines()))


@register.filter
def per_hundred(share: float | None) -> str:
    """Say a probability as people out of a hundred, or of a thousand where it is small.

    Examples
    --------
    >>> per_hundred(0.2143), per_hundred(0.0041), per_hundred(0.0001)
    ('about 21 of 100', 'about 4 of 1,000', 'fewer than 1 of 1,000')
    """
    if share is None:
        return NOTHING
    if share >= 0.995:
        return gettext("more than {n} of {all}").format(n=99, all=100)
    if share >= 0.0095:
        return gettext("about {n} of {all}").format(n=round(share * 100), all=100)
    if share >= 0.001:
        return gettext("about {n} of {all}").format(n=round(share * 1000), all=count(1000))
    return gettext("fewer than {n} of {all}").format(n=1, all=count(1000))


@register.filter
def moment(at: datetime | None) -> str:
    """Write a moment so that no reader takes the day for the month."""
    if at is None:
        return NOTHING
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        formats.whole_moment(local),
        formats.short_moment(local),
    )


@register.filter
def day(on: date | str | None) -> str:
    """Write a date, the month spelled; reports that are kept as JSON have theirs as text."""
    if isinstance(on, str):
        on = date.fromisoformat(on)
    return NOTHING if on is None else formats.day(on)


@register.filter
def age(at: datetime, now: datetime) -> str:
    """Say how long ago something was, in one unit.

    Examples
    --------
    >>> from datetime import timedelta
    >>> now = datetime(2026, 3, 3, 10)
    >>> [age(now - timedelta(minutes=m), now) for m in (0, 5, 61, 60 * 24, 60 * 72)]
    ['just now', '5 min', '1 h', '1 day', '3 days']
    """
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return gettext("just now")
    if minutes < 60:
        return gettext("{n} min").format(n=minutes)
    hours = minutes // 60
    if hours < 24:
        return gettext("{n} h").format(n=hours)
    days = hours // 24
    return ngettext("{n} day", "{n} days", days).format(n=count(days))


@register.filter
def translated(text: str) -> str:
    """Say a sentence that was stored in English in the reader's language, where it is known."""
    return sentences.translated(text)


@register.filter
def segment(name: str) -> str:
    """Say what an alert is of."""
    return segments.in_words(name)


@register.filter
def visible(text: str) -> str:
    """Show what text from elsewhere would hide: marks that turn, join or vanish.

    Examples
    --------
    >>> visible(f"A-1{chr(0x202E)}2")
    'A-1⟨U+202E⟩2'
    """
    return "".join(
        f"⟨U+{ord(character):04X}⟩"
        if unicodedata.category(character) in UNSEEN and character != "\n"
        else character
        for character in text
    )


@register.filter
def short_hash(digest: str) -> str:
    """Show the beginning of a hash, and all of it to who asks."""
    if not digest:
        return NOTHING
    short = digest.removeprefix("sha256:")[:12]
    return format_html('<abbr title="{}"><code>{}…</code></abbr>', digest, short)


@register.filter
def p_value(value: float | None) -> str:
    """Write a p-value; small ones as a bound.

    Examples
    --------
    >>> p_value(0.0312), p_value(0.00002)
    ('0.031', '<0.001')
    """
    if value is None:
        return NOTHING
    return f"<{formats.number(0.001, 3)}" if value < 0.001 else formats.number(value, 3)


@register.filter
def p_said(value: float) -> str:
    """Say what p is, within a sentence.

    Examples
    --------
    >>> p_said(0.0312), p_said(0.00002)
    ('p = 0.031', 'p < 0.001')
    """
    written = p_value(value)
    return f"p < {written[1:]}" if written.startswith("<") else f"p = {written}"


@register.filter
def humane(name: str) -> str:
    """Turn a name that programs use into words."""
    return sentences.translated(name.replace("_", " "))


@register.filter
def role(name: str) -> str:
    """Name a role in words; nothing where there is none."""
    return role_word(Role(name)) if name else NOTHING


@register.filter
def all_passed(gates: Sequence[HasPassed]) -> bool:
    """Say whether there is a gate and none of them failed."""
    return bool(gates) and all(gate.passed for gate in gates)


@register.filter
def opinion(feature: str, opinions: dict[str, str]) -> str:
    """Give what a person said of one reason, or nothing."""
    return opinions.get(feature, "")


@register.simple_tag
@cache
def icon(name: str, size: int = 16) -> SafeString:
    """Draw a sign. It repeats what a word beside it says, so screen readers skip it."""
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" aria-hidden="true" focusable="false">'
        '<use href="{1}#{2}"/></svg>',
        size,
        static("frontend/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def navigation(context: RequestContext) -> list[tuple[Words, list[tuple[str, Words, bool]]]]:
    """List the pages that this person may open: address, words, whether it is this one.

    They come by menu, under its heading; what stands in none has no heading.
    """
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return []
    pages = [
        (name, words) for name, words in access.NAVIGATION if access.may_read(request.user, name)
    ]
    here = _nearest(request.path, [reverse(name) for name, _ in pages])
    menus: dict[Words, list[tuple[str, Words, bool]]] = {}
    for name, words in pages:
        heading = _menu_of(name) if len(pages) > access.MOST_IN_A_LINE else ""
        menus.setdefault(heading or words, []).append((reverse(name), words, reverse(name) == here))
    return [(heading if len(menu) > 1 else "", menu) for heading, menu in menus.items()]


def _menu_of(name: str) -> Words:
    return next((heading for heading, names in access.MENUS if name in names), "")


@register.simple_tag(takes_context=True)
def news(context: RequestContext, address: str) -> int:
    """Count the open alerts of a person's roles, on the link to them; no query on other links."""
    if address != reverse("alerts"):
        return 0
    return alerts.news_of(context["request"].user, at=timezone.now())


def _nearest(path: str, addresses: list[str]) -> str | None:
    """Give the page that a path is under: of /console/ and /console/data/ the longer one."""
    return max((each for each in addresses if _is_under(path, each)), key=len, default=None)


def _is_under(path: str, address: str) -> bool:
    if address == "/":
        return path == "/" or path.startswith("/applications/")
    return path.startswith(address)
