"""What a dossier is made of. Nothing here is a page or a PDF: both are set from these."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import orjson

from frontend.charts.matrix import Matrix
from frontend.charts.plot import Plot

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A paragraph."""

    kind: ClassVar[str] = "words"
    text: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A list."""

    kind: ClassVar[str] = "points"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Labels beside values."""

    kind: ClassVar[str] = "pairs"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures in rows; the first cell names its row, and the last columns are numbers."""

    kind: ClassVar[str] = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1  # columns from the start that hold words
    is_folded: bool = False  # on a page: a click away


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing, and what it says to who does not see it; its table follows it."""

    kind: ClassVar[str] = "chart"
    words: str
    plot: Plot | None = None
    matrix: Matrix | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Begins a part of a section."""

    kind: ClassVar[str] = "heading"
    text: str


Block = Words | Points | Pairs | Table | Chart | Heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the document, with the name that its address has."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All of it, in reading order."""

    title: str
    language: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    @property
    def sha256(self) -> str:
        """Name what is said, so that a page and a print can be held against each other."""
        return hashlib.sha256(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)).hexdigest()


def section(name: str, title: str, *blocks: Block | None) -> Section:
    """Put a section together from the blocks that there are."""
    return Section(name=name, title=title, blocks=tuple(each for each in blocks if each))


def table(
    caption: str, head: Sequence[str], rows: Rows, *, words: int = 1, is_folded: bool = False
) -> Table:
    """Put a table together."""
    return Table(
        caption=caption,
        head=tuple(head),
        rows=tuple(tuple(row) for row in rows),
        words=words,
        is_folded=is_folded,
    )
