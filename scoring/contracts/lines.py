"""On which line of a TOML file a key stands; the parser of the standard library does not say."""

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"^\s*([\w-]+)\s*=")


def lines_of(text: str) -> dict[str, int]:
    """Find the line of each table and of each key that begins a line."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            prefix = _path_of(header[2], counts, is_new=header[1] == "[[")
            lines.setdefault(prefix, number)
        elif key := _KEY.match(line):
            lines.setdefault(f"{prefix}.{key[1]}" if prefix else key[1], number)
    return lines


def _path_of(dotted: str, counts: dict[str, int], *, is_new: bool) -> str:
    """Turn a header into a path; `[[x]]` for the second time is `x[2]`."""
    path = ""
    names = dotted.split(".")
    for place, name in enumerate(names, start=1):
        path = f"{path}.{name}" if path else name
        if is_new and place == len(names):
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def line_of(path: str, lines: dict[str, int]) -> int | None:
    """Find the line of a path, or of the nearest thing that holds it."""
    while path:
        if path in lines:
            return lines[path]
        path = re.sub(r"(\.?[^.\[\]]+|\[\d+\])$", "", path)
    return None
