"""A fault as the log may tell it: where it happened, and nothing that anybody sent.

A traceback's messages and local variables would hold what was sent: PostgreSQL quotes the whole row
that it refuses.
"""

import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

MOST_FRAMES = 30


def told(error: BaseException | None) -> list[dict[str, Any]]:
    """Tell an exception and those that led to it, the first one last."""
    return [_one(each) for each in _chain(error)]


def without_words(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Put what a log line's `exc_info` may tell in its place (a structlog processor)."""
    given = event.pop("exc_info", None)
    if given:
        event["exceptions"] = told(_error_of(given))
    return event


def _error_of(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    return given[1] if isinstance(given, tuple) else sys.exception()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _one(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    facts: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    sqlstate = getattr(error, "sqlstate", None)
    return facts | ({"sqlstate": sqlstate} if sqlstate else {})
