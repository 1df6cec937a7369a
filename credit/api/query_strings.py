"""The query string, read as strictly as a body."""

import re
from urllib.parse import parse_qsl

from django.http import HttpRequest

from credit.api import problem_types
from credit.api.faults import is_storable, printable
from credit.api.problem_documents import Problem

LONGEST = 2_000
LONGEST_VALUE = 100
GOOD_VALUE = re.compile(rf"[^\x00-\x1f\x7f-\x9f]{{1,{LONGEST_VALUE}}}")
FOREIGN_CURSOR = "The cursor is none that we gave: send “next” of the page before as it came."


def read(request: HttpRequest, *known: str) -> dict[str, str]:
    """Give the query's parameters: only known ones, each once, none empty."""
    given: dict[str, str] = {}
    if not request.META.get("QUERY_STRING"):
        return given
    for name, value in _pairs(request.META["QUERY_STRING"]):
        if name not in known:
            others = f", only {' and '.join(known)}" if known else ""
            _refuse(f"There is no query parameter {printable(name[:50])!r} here{others}.")
        if name in given:
            _refuse(f"The query parameter {name} stands there twice.")
        if not GOOD_VALUE.fullmatch(value) or not is_storable(value):
            _refuse(f"The query parameter {name} must be 1 to {LONGEST_VALUE} characters of text.")
        given[name] = value
    return given


def _pairs(query: str) -> list[tuple[str, str]]:
    if len(query) > LONGEST:
        _refuse(f"The query string is longer than {LONGEST} characters.")
    try:
        text = query.encode("latin-1").decode()  # WSGI gives bytes as Latin-1
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as error:  # not UTF-8, or too many
        raise Problem(problem_types.MALFORMED_REQUEST, "The query is not readable.") from error


def _refuse(detail: str) -> None:
    raise Problem(problem_types.MALFORMED_REQUEST, detail)
