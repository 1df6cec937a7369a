"""What a fault of ours leaves in the log: where it happened, and nothing that anybody sent.

A traceback's messages and local variables would hold what was sent: PostgreSQL quotes the whole row
that it refuses.
"""

import traceback
from collections.abc import Iterator
from typing import Any

import structlog

log = structlog.get_logger("credit.faults")
MOST_FRAMES = 30


def write_down(error: BaseException | None) -> None:
    """Write one line of what broke, with the exceptions that led to it, the first one last."""
    log.error("broken", exceptions=[_told(each) for each in _chain(error)])


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    told: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    sqlstate = getattr(error, "sqlstate", None)
    return told | ({"sqlstate": sqlstate} if sqlstate else {})
