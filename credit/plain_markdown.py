"""Our guides and runbooks as pages show them: what is written plainly, in its parts.

They hold headings, paragraphs, lists, tables and lines of code. So no library that turns Markdown
into HTML is needed, and nothing has to be marked safe.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CODE = re.compile(r"^```\w*\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_EMPHASIS = re.compile(r"\*{1,2}([^*]+)\*{1,2}")
_OUTSIDE = re.compile(r"\[([^\]]+)\]\((https://[^)]+)\)")
_ELSEWHERE = re.compile(r"\[([^\]]+)\]\([^)#][^)]*\)")
_WITHIN = re.compile(r"\[([^\]]+)\]\((#[\w-]+)\)")
_PAGE = re.compile(r"/api/v1/(?:docs/(?:\w+/)?(?:#[\w-]+)?|openapi\.json)")  # of the API's own
_ITEM = re.compile(r"^(?:- |\d+\. )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Span:
    """Words or code, and where of ours they lead."""

    words: str
    is_code: bool = False
    to: str = ""


Text = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, the items of a list, lines of code, or a table's header and its rows."""

    kind: str
    texts: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading."""

    heading: str
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """The heading without signs of code."""
        return self.heading.replace("`", "")

    @property
    def anchor(self) -> str:
        """The part's name in an address, as the printed guide has it.

        Examples
        --------
        >>> Part("Batches: files of `applications`", ()).anchor
        'batches-files-of-applications'
        """
        words = re.sub(r"[^\w\s-]", "", self.heading.lower())
        return re.sub(r"\s+", "-", words.strip())


def parts(text: str) -> tuple[Part, ...]:
    """Read a text by its headings, the title first; those of every depth are parts."""
    return tuple(_part(each) for each in _pieces(text) if each.strip())


def _pieces(text: str) -> list[str]:
    """Split at headings, but not at lines of code that begin like one."""
    pieces = [""]
    is_code = False
    for line in text.splitlines(keepends=True):
        is_code ^= line.startswith("```")
        found = None if is_code else re.match(r"#+ ", line)
        if found:
            pieces.append(line[found.end() :])
        else:
            pieces[-1] += line
    return pieces


def _part(text: str) -> Part:
    heading, _, rest = text.partition("\n")
    return Part(heading.strip(), tuple(_blocks(rest)))


def _blocks(text: str) -> list[Block]:
    found = []
    for place, piece in enumerate(_CODE.split(text)):
        if place % 2:
            found.append(Block("code", ((Span(piece, is_code=True),),)))
        else:
            found += [_block(each) for each in re.split(r"\n\s*\n", piece.strip()) if each.strip()]
    return found


def _block(text: str) -> Block:
    if text.startswith("|"):
        header, _rule, *rows = (_cells(line) for line in text.splitlines())
        return Block("table", header, tuple(rows))
    if _ITEM.match(text):
        items = [each for each in _ITEM.split(text) if each.strip()]
        kind = "list" if text.startswith("- ") else "steps"
        return Block(kind, tuple(_inline(each) for each in items))
    return Block("paragraph", (_inline(text),))


def _cells(line: str) -> tuple[Text, ...]:
    return tuple(_inline(each) for each in line.strip().strip("|").split("|"))


def _inline(text: str) -> Text:
    """Give words, code and links in turn; of a link to elsewhere its words, and where it leads."""
    linked = _ELSEWHERE.sub(r"\1", _OUTSIDE.sub(r"\1 (\2)", " ".join(text.split())))
    words, *links = _WITHIN.split(_EMPHASIS.sub(r"\1", linked))
    found = [*_spans(words)]
    for label, to, after in zip(links[::3], links[1::3], links[2::3], strict=True):
        found += [*_spans(label, to=to), *_spans(after)]
    return tuple(found)


def _spans(text: str, *, to: str = "") -> Iterator[Span]:
    """Part words from code; the name of a page of the API leads there."""
    for place, words in enumerate(text.split("`")):
        is_code = place % 2 == 1
        page = words if is_code and _PAGE.fullmatch(words) else ""
        if words:
            yield Span(words, is_code, to or page)
