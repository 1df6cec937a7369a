"""Runbooks as a page shows them: the text that ships under docs/runbooks, in its four parts."""

import re
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext_noop as _

from credit import plain_markdown
from credit.plain_markdown import Part

HEADINGS = (
    _("What it means"),
    _("Look here first"),
    _("What to do"),
    _("When it is over"),
)
_ASIDE = re.compile(r"\(\[[^\]]+\]\(([^)]+)\)\)")  # as "([how](rollback.md#at-once))"


@lru_cache(maxsize=64)
def read(file: str) -> tuple[Part, ...]:
    """Read a runbook; nothing where there is none of that name."""
    path = settings.EVENHAND_RUNBOOKS / file
    if not path.exists():
        return ()
    _title, *parts = plain_markdown.parts(_ASIDE.sub(_file_named, path.read_text(encoding="utf-8")))
    return tuple(parts)


def _file_named(aside: re.Match[str]) -> str:
    """Name the file that an aside leads to: on a page there is no link to follow."""
    file, _, _part = aside[1].rpartition("/")[2].partition("#")
    return f"(see {file})"
