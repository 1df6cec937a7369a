"""Words that people read, where a language decides how they are written."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext

Words = str | Promise  # a sentence, or one that is translated when it is shown


def in_a_sentence(label: Words) -> str:
    """Write a label as it stands within a sentence; German keeps its capitals there.

    Examples
    --------
    >>> in_a_sentence("Champion")
    'champion'
    """
    written = str(label)
    return written.lower() if (get_language() or "en").startswith("en") else written


def moment_in_words(at: datetime) -> str:
    """Write a moment within a sentence, the month spelled in the language of the sentence."""
    return formats.date_format(timezone.localtime(at), gettext("j F Y, H:i"))
