"""How names, texts and numbers are written in a drafted contract."""

import json
import math

from scoring.drafting.names import slug_of

RESERVED = {"row", "bad", "applied_on", "outcome_known_on", "pd", "margin", "points", "reasons"}
RESERVED |= {"base_points"}


def unique(name: str, taken: set[str]) -> str:
    """Give a name that is neither taken nor a word of the product; it is taken then."""
    found, number = name, 2
    while found in taken or found in RESERVED:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def value_of(code: str, taken: set[str], *, longest: int = 40) -> str:
    """Name a code as a contract's value that no other code has."""
    said = slug_of(code, longest=longest).removeprefix("c_") or "empty"
    is_negative = code.startswith("-") and code[1:2].isdigit()
    return unique(f"minus_{said}" if is_negative else said, taken)


def number_or_nan(text: str) -> float:
    """Read a number, or nothing."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def shown(value: float) -> str:
    """Write a number, a whole one without decimals."""
    return str(int(value)) if value == int(value) else repr(round(value, 10))


def quoted(text: str) -> str:
    """Write a TOML text: JSON's is one."""
    return json.dumps(text, ensure_ascii=False)


def plain(text: str) -> str:
    """Take out of a text what would end it, or be a value's place."""
    return text.replace('"', "'").replace("\\", "/").replace("{", "(").replace("}", ")")
