"""Runbooks as a page shows them: the text that ships under docs/runbooks, in its four parts.

They are written plainly on purpose: headings, paragraphs, lists, tables, lines of code. So no
library that turns Markdown into HTML is needed, and nothing has to be marked safe.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext_noop as _

HEADINGS = (
    _("What it means"),
    _("Look here first"),
    _("What to do"),
    _("When it is over"),
)
_EMPHASIS = re.compile(r"\*{1,2}([^*]+)\*{1,2}")
_ASIDE = re.compile(r"\(\[[^\]]+\]\(([^)]+)\)\)")  # as "([how](rollback.md#at-once))"
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_ITEM = re.compile(r"^(?:- |\d+\. )", re.MULTILINE)
Text = tuple[str, ...]  # words and code in turn


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


@lru_cache(maxsize=64)
def read(file: str) -> tuple[Part, ...]:
    """Read a runbook; nothing where there is none of that name."""
    path = settings.EVENHAND_RUNBOOKS / file
    if not path.exists():
        return ()
    _title, *parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return tuple(_part(each) for each in parts)


def _part(text: str) -> Part:
    heading, _, rest = text.partition("\n")
    blocks = re.split(r"\n\s*\n", rest.strip())
    return Part(heading.strip(), tuple(_block(each) for each in blocks if each.strip()))


def _block(text: str) -> Block:
    if text.startswith("```"):
        return Block("code", ((text.strip("`").strip(),),))
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
    """Give words and code in turn, words first."""
    named = _ASIDE.sub(_file_named, " ".join(text.split()))
    plain = _EMPHASIS.sub(r"\1", _LINK.sub(r"\1", named))
    return tuple(plain.split("`"))


def _file_named(aside: re.Match[str]) -> str:
    """Name the file that an aside leads to: on a page there is no link to follow."""
    file, _, _part = aside[1].rpartition("/")[2].partition("#")
    return f"(see {file})"
