"""Bodies that are still on their way: a thread of the server waits for each, so only some may.

What faces the network ought to give a body up that does not come, or to hand it on once it is whole
(deploy/README.md). Where nothing does, some dozens of half-sent requests would hold every thread,
and nobody would be answered, a probe as little as an officer who reads.
"""

from threading import BoundedSemaphore
from typing import Any, Final

MOST: Final = 12  # in a process, of its sixteen threads
PATIENCE = 1.0  # seconds; reading a body that is there takes a thousandth of that
RETRY_AFTER = "5"  # seconds
_places = BoundedSemaphore(MOST)


class TooManyComing(Exception):
    """As many threads wait for bodies as may."""


def awaited(environ: dict[str, Any]) -> None:
    """Have the body of a request, if there is one, read only while few others are being read."""
    if environ.get("CONTENT_LENGTH", "0") not in {"", "0"}:
        environ["wsgi.input"] = _Input(environ["wsgi.input"])


class _Input:
    """What Django asks for a body, piece by piece."""

    __slots__ = ("_given",)

    def __init__(self, given: Any) -> None:
        self._given = given

    def read(self, size: int) -> bytes:
        return self._one_of_few(self._given.read, size)

    def readline(self, size: int) -> bytes:
        return self._one_of_few(self._given.readline, size)

    @staticmethod
    def _one_of_few(read: Any, size: int) -> bytes:
        if not _places.acquire(timeout=PATIENCE):
            raise TooManyComing
        try:
            came: bytes = read(size)
        finally:
            _places.release()
        return came
