"""Who applies: a name and where letters go, kept apart from all that is scored."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from scoring.features import FieldProblem, unknown_fields

LONGEST_NAME = 200
LONGEST_ADDRESS = 500
Wrong = tuple[str, str] | None  # code, message
# Control, format (text direction among them), surrogate, private, unassigned, line separators.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # of format, and yet letters of Persian and Indian names need them


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who applies."""

    name: str
    address: str  # lines as on an envelope; "" where it was not said


def read(part: Mapping[str, object]) -> Named | None:
    """Read what `problems` finds nothing wrong with; None where nothing was said."""
    if not part:
        return None
    return Named(name=str(part["name"]), address=str(part.get("address") or ""))


def problems(part: Mapping[str, object], *, pointer: str = "/applicant") -> list[FieldProblem]:
    """Find what is wrong with a name and an address."""
    says = "is not asked for here"
    found = unknown_fields(part, {"name", "address"}, pointer=pointer, says=says)
    name = _name_problem(part.get("name"))
    address = _address_problem(part.get("address"))
    found += [FieldProblem(f"{pointer}/name", *name)] if name else []
    return found + ([FieldProblem(f"{pointer}/address", *address)] if address else [])


def is_printable(text: str, *, but: str = "") -> bool:
    """Say whether every character can be seen; those in `but` may stand in it all the same."""
    if text.isascii() and not but:
        return text.isprintable()
    return not any(unicodedata.category(sign) in UNPRINTABLE for sign in text if sign not in but)


def _name_problem(value: object) -> Wrong:
    if value is None:
        return "missing", "is missing"
    return _text_problem(value, longest=LONGEST_NAME, shortest=1, but=_JOINERS)


def _address_problem(value: object) -> Wrong:
    if value is None:
        return None
    return _text_problem(value, longest=LONGEST_ADDRESS, shortest=0, but=_JOINERS + "\n")


def _text_problem(value: object, *, longest: int, shortest: int, but: str) -> Wrong:
    if not isinstance(value, str):
        return "wrong_type", "must be a text"
    if not shortest <= len(value) <= longest:
        return "out_of_bounds", f"must have {shortest} to {longest} characters"
    is_unseen = bool(value) and not value.strip(but)  # of joiners alone
    if value != value.strip() or is_unseen or not is_printable(value, but=but):
        lines = ", with \\n alone between its lines" if "\n" in but else ""
        return "out_of_bounds", f"must be printable, without blanks at its ends{lines}"
    return None
