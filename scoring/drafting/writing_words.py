"""How names, texts and numbers are written in a drafted contract."""

import json
import math
import re

from scoring.contracts.feature_checks import RESERVED
from scoring.drafting.names import NAMELESS, slug_of

_BEFORE = {"-": "minus_", "<=": "up_to_", "<": "under_", ">=": "from_", ">": "over_"}


def unique(name: str, taken: set[str]) -> str:
    """Give a name that is neither taken nor a word of the product; it is taken then."""
    found, number = name, 2
    while found in taken or found in RESERVED:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def value_of(code: str, taken: set[str], *, longest: int = 40) -> str:
    """Name a code as a contract's value that no other code has."""
    bare = slug_of(code, longest=longest)
    said = "code" if bare == NAMELESS else bare.removeprefix("c_")
    is_number = any(letter.isdigit() for letter in code)
    before = next((word for sign, word in _BEFORE.items() if code.startswith(sign)), "")
    after = "_plus" if re.search(r"[0-9]\s*\+", code) else ""
    return unique(f"{before}{said}{after}" if is_number else said, taken)


def number_or_nan(text: str) -> float:
    """Read a number, or nothing."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def shown(value: float) -> str:
    """Write a number, a whole one without decimals."""
    return str(int(value)) if value == int(value) else repr(float(f"{value:.10g}"))


def quoted(text: str) -> str:
    """Write a TOML text: JSON's is one."""
    return json.dumps(text, ensure_ascii=False)


def plain(text: str) -> str:
    """Take out of a text what would end it, or be a value's place."""
    return text.replace('"', "'").replace("\\", "/").replace("{", "(").replace("}", ")")
