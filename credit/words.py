"""Words that people read, where a language decides how they are written."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext

from scoring.contract import Feature
from scoring.features import Value
from scoring.reasons import in_words

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


def day_in_words(on: date) -> str:
    """Write a day within a sentence."""
    return formats.date_format(on, gettext("j F Y"))


def amount_in_words(amount: Decimal) -> str:
    """Write an amount of money with the signs of the language that is spoken."""
    return formats.number_format(amount, 2, use_l10n=True, force_grouping=True)


def hash_in_words(content_hash: str) -> str:
    """Write as much of a hash within a sentence as tells two versions apart.

    Examples
    --------
    >>> hash_in_words("sha256:0123456789abcdef")
    'sha256:0123456789ab'
    """
    return content_hash[: len("sha256:") + 12]


def value_in_words(feature: Feature, value: Value) -> str:
    """Say a value as the contract does, a number with the signs of the language that is spoken.

    Examples
    --------
    >>> from pathlib import Path
    >>> from scoring.contract import Contract
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> value_in_words(contract.feature("amount"), 4200)
    '4,200 DM'
    """
    said = in_words(feature, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return said
    number, blank, unit = said.partition(" ")
    signs = {
        ",": formats.get_format("THOUSAND_SEPARATOR"),
        ".": formats.get_format("DECIMAL_SEPARATOR"),
    }
    return "".join(signs.get(sign, sign) for sign in number) + blank + unit
