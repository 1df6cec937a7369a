"""Fields of small bodies, each checked and named; the contract checks those of applications."""

import unicodedata
from collections.abc import Mapping, Sequence

from scoring.features import FieldProblem, unknown_fields

# Control, format (zero width and text direction), surrogate, private, unassigned, line separators.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
HIGHEST_NUMBER = 2**15 - 1


def shape_problems(
    body: Mapping[str, object], required: Sequence[str], *, of: str, optional: Sequence[str] = ()
) -> list[FieldProblem]:
    """Find fields that are unknown, missing or null."""
    unknown = unknown_fields(body, (*required, *optional), says=f"is no field of {of}")
    named = (*required, *(name for name in optional if name in body))
    return unknown + [
        FieldProblem(f"/{name}", "missing", "is missing")
        for name in named
        if body.get(name) is None
    ]


def text_problems(pointer: str, value: object, *, longest: int) -> list[FieldProblem]:
    """Find what keeps a value from being a line of text that people will read."""
    if not isinstance(value, str):
        return [FieldProblem(pointer, "wrong_type", "must be a text")]
    if not 1 <= len(value) <= longest:
        return [FieldProblem(pointer, "out_of_bounds", f"must have 1 to {longest} characters")]
    if value != value.strip() or any(unicodedata.category(sign) in UNPRINTABLE for sign in value):
        words = "must be printable, on one line, without blanks at its ends"
        return [FieldProblem(pointer, "out_of_bounds", words)]
    return []


def number_problems(pointer: str, value: object, *, of: str) -> list[FieldProblem]:
    """Find what keeps a value from naming something by the number it was given."""
    if type(value) is int and 1 <= value <= HIGHEST_NUMBER:
        return []
    return [FieldProblem(pointer, "wrong_type", f"must be the number of {of}")]
