"""Sentences that were stored in English, said in the reader's language.

What a model, a gate or a report said is evidence: it is kept as it was written, by workers that
speak to nobody, and it is part of the API's answers. A page shows it in its reader's language
where the sentence is one of `frontend.stored_sentences`; a word of the lender's own contract stays
as it is.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache

from django.utils.translation import get_language, gettext

from frontend import formats
from frontend.stored_sentences import WORDS

_PLACE = re.compile(r"\\\{(\w+)\\\}")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<behind>\d+))?(?P<share>%)?")
_DATES = {"%d %B %Y": formats.day, "%B %Y": formats.month}


def translated(text: str) -> str:
    """Say it in the language that is spoken now; as it is where it is not known."""
    if (get_language() or "en").startswith("en"):
        return text
    label = gettext(text) if text else text
    return label if label != text else next(_said(text), text)


def _said(text: str) -> Iterator[str]:
    for known, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match:
            parts = {name: _value(part) for name, part in match.groupdict().items()}
            yield gettext(known).format(**parts) if parts else gettext(known)


def _value(text: str) -> str:
    """Say a part of a sentence: a number, a day or month, another sentence, or a name as it is."""
    number = _NUMBER.fullmatch(text)
    if number:
        return _number(text, digits=len(number["behind"] or ""), is_share=bool(number["share"]))
    for form, said in _DATES.items():
        with suppress(ValueError):
            return said(datetime.strptime(text, form).replace(tzinfo=UTC))
    return translated(text)


def _number(text: str, *, digits: int, is_share: bool) -> str:
    value = float(text.replace(",", "").rstrip("%"))
    sign = "+" if text.startswith("+") else ""
    if is_share:
        return sign + formats.percentage(value / 100, digits)
    return sign + formats.number(value, digits)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Make of each sentence what finds it: places take anything, as little of it as they can."""
    return tuple(
        (known, re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(known)))) for known in WORDS
    )
