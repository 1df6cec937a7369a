"""What is known of a file as a whole."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the file as a whole."""

    file: str
    rows: int
    looked_at: int
    encoding: str
    delimiter: str
    outcome: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    has_blank: bool
    other: tuple[str, ...]
    bad_count: int
    good_count: int
    is_decision: bool
    numbers: tuple[str, str | None]
    signs: tuple[str, ...]  # around numbers
    slug: str
    name: str
    currency: str
    jurisdiction: str
