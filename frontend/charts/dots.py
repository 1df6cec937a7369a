"""A hundred applicants as dots, so many of them filled."""

from dataclasses import dataclass

COLUMNS = 20
STEP = 9


@dataclass(frozen=True, slots=True)
class Dot:
    """Where a dot stands and whether it is filled."""

    x: int
    y: int
    is_filled: bool


def dots(share: float) -> list[Dot]:
    """Fill as many dots of a hundred as the share says."""
    filled = round(share * 100)
    return [
        Dot(x=5 + place % COLUMNS * STEP, y=5 + place // COLUMNS * STEP, is_filled=place < filled)
        for place in range(100)
    ]
