"""What names in a contract look like, and that each stands once."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

Problem = tuple[str, str]  # path, message
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
VALUE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,62}")


def repeated(path: str, key: str, values: list[str]) -> Iterator[Problem]:
    """Find the values that stand twice in a list of tables, and where they stood first."""
    seen: dict[str, int] = {}
    for place, value in enumerate(values, start=1):
        if value in seen:
            yield f"{path}[{place}].{key}", f"{value!r} is also {path}[{seen[value]}]"
        seen.setdefault(value, place)


def twice(values: Iterable[str]) -> list[str]:
    """List what occurs more than once."""
    return [value for value, count in Counter(values).items() if count > 1]
