"""Bodies that are still on their way: a thread of the server waits for each, so only some may.

What faces the network ought to give a body up that does not come, or to hand it on once it is whole
(deploy/README.md). Where nothing does, some dozens of half-sent requests would hold every thread,
and nobody would be answered, a probe as little as an officer who reads.
"""

from contextlib import suppress
from threading import BoundedSemaphore
from typing import Any, Final

MOST: Final = 12  # in a process, of its sixteen threads
PATIENCE = 1.0  # seconds; reading a body that is there takes a thousandth of that
RETRY_AFTER = "5"  # seconds
LONGEST_REST = 1 << 20  # bytes that are read though nobody wants them
_places = BoundedSemaphore(MOST)


class TooManyComing(Exception):
    """As many threads wait for bodies as may."""


def awaited(environ: dict[str, Any]) -> "Body | None":
    """Have the body of a request, if there is one, read only while few others are being read."""
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isdecimal() or not int(length):
        return None
    environ["wsgi.input"] = body = Body(environ["wsgi.input"], int(length))
    return body


class Body:
    """What Django asks for a body, piece by piece."""

    __slots__ = ("_given", "_left")

    def __init__(self, given: Any, length: int) -> None:
        self._given, self._left = given, length

    def read(self, size: int) -> bytes:
        """Give so many bytes of it, or what there is."""
        return self._one_of_few(self._given.read, size)

    def readline(self, size: int) -> bytes:
        """Give a line of it."""
        return self._one_of_few(self._given.readline, size)

    def finish(self) -> None:
        """Read what a refusal left unread: the server cuts a connection that a body still comes on.

        Its caller had the refusal, and the next request over the connection would get no answer.
        """
        if 0 < self._left <= LONGEST_REST and _places.acquire(blocking=False):
            try:
                with suppress(OSError):  # it broke off
                    self._given.read(self._left)
            finally:
                _places.release()

    def _one_of_few(self, read: Any, size: int) -> bytes:
        if not _places.acquire(timeout=PATIENCE):
            raise TooManyComing
        try:
            came: bytes = read(size)
        finally:
            _places.release()
        self._left -= len(came)
        return came
