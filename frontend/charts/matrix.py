"""Who is recommended what before and after: nine fields, each with its count."""

from collections.abc import Sequence
from dataclasses import dataclass

SIZE, LEFT, TOP = 104, 170, 50
DEPTHS = 4


@dataclass(frozen=True, slots=True)
class Field:
    """A count, and how deep its field is coloured: 0 for nobody."""

    x: int
    y: int
    words: str
    depth: int
    is_same: bool  # nothing changes for them

    @property
    def shade(self) -> str:
        """Give the depth as the share of its colour that a field takes on."""
        return f"{max(0, self.depth - 0.4) / 10:.2f}"


@dataclass(frozen=True, slots=True)
class Name:
    """What a row or a column is."""

    x: int
    y: int
    words: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Everything the template draws."""

    fields: tuple[Field, ...]
    rows: tuple[Name, ...]
    columns: tuple[Name, ...]
    down_words: str
    across_words: str
    width: int = LEFT + 3 * SIZE + 8
    height: int = TOP + 3 * (SIZE // 2) + 8
    field_width: int = SIZE - 6
    field_height: int = SIZE // 2 - 6
    words_x: int = LEFT + 3 * SIZE // 2


def matrix(
    counts: Sequence[Sequence[int]],
    shown: Sequence[Sequence[str]],
    names: Sequence[str],
    *,
    down: str,
    across: str,
) -> Matrix:
    """Lay nine counts out; `down` and `across` say whose recommendation a row and a column are."""
    most = max(max(row) for row in counts) or 1
    places = [(row, column) for row in range(len(names)) for column in range(len(names))]
    return Matrix(
        fields=tuple(
            Field(
                x=LEFT + column * SIZE,
                y=TOP + row * SIZE // 2,
                words=shown[row][column],
                depth=_depth(counts[row][column], most),
                is_same=row == column,
            )
            for row, column in places
        ),
        rows=tuple(
            Name(LEFT - 12, TOP + row * SIZE // 2 + SIZE // 4 + 2, words)
            for row, words in enumerate(names)
        ),
        columns=tuple(
            Name(LEFT + column * SIZE + SIZE // 2 - 3, TOP - 10, words)
            for column, words in enumerate(names)
        ),
        down_words=down,
        across_words=across,
    )


def _depth(count: int, most: int) -> int:
    return 0 if not count else 1 + round((DEPTHS - 1) * count / most)
