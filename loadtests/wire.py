"""A load generator that costs little: plain sockets, one thread, requests made beforehand.

Each connection is kept alive and sends its next request when it has its answer (a closed loop).
"""

import json
import select
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PATH = "/api/v1/decisions"
LONGEST = 15.0  # seconds without any answer
GOOD = b"HTTP/1.1 201 "
END_OF_HEAD = b"\r\n\r\n"


class CannotMeasure(RuntimeError):
    """There is nothing to measure, and why."""


@dataclass(slots=True, kw_only=True)
class Sent:
    """What came of a stretch of requests."""

    seconds: float = 0.0
    own_cpu_seconds: float = 0.0
    in_time: int = 0  # answered before the time was over; the rest were under way
    times: list[float] = field(default_factory=list)  # seconds, of every request
    bodies: list[bytes] = field(default_factory=list)  # of good answers
    failures: list[bytes] = field(default_factory=list)  # whole answers that are not 201


class Requests:
    """An endless supply: real bodies, each sent under a reference and a key of its own."""

    def __init__(
        self, bodies: Iterator[Mapping[str, Any]], *, many: int, host: str, key: str
    ) -> None:
        self._parts = [_parts(next(bodies), host=host, key=key) for _ in range(many)]
        self._count = 0

    def of(self, name: str) -> Iterator[bytes]:
        """Go round the bodies; `name` begins their references, and no two requests share one."""
        while True:
            start, middle, end = self._parts[self._count % len(self._parts)]
            reference = b"%s-%09d" % (name.encode(), self._count)
            self._count += 1
            size = len(middle) + len(reference) + len(end)
            yield b"%s%s\r\nContent-Length: %d\r\n\r\n%s%s%s" % (
                *(start, reference, size),
                *(middle, reference, end),
            )


def _parts(body: Mapping[str, Any], *, host: str, key: str) -> tuple[bytes, bytes, bytes]:
    mark = "the-reference"
    text = json.dumps({**body, "reference": mark}, separators=(",", ":"))
    middle, _, end = text.partition(mark)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\nAccept: application/json\r\nIdempotency-Key: "
    )
    return head.encode(), middle.encode(), end.encode()


def send(address: str, requests: Iterator[bytes], *, connections: int, seconds: float) -> Sent:
    """Keep so many connections busy for so long, and wait for what is then under way.

    Raises
    ------
    CannotMeasure
        Nobody listens, a connection breaks, or no answer comes.
    """
    server = urlsplit(address)
    place = (server.hostname or "", server.port or 80)
    try:
        lines = [_Line(place) for _ in range(connections)]
    except OSError as error:
        raise CannotMeasure(f"{address} does not listen: {error}") from error
    try:
        return _keep_busy(lines, requests, seconds)
    except OSError as error:
        raise CannotMeasure(f"{address} broke a connection: {error}") from error
    finally:
        for line in lines:
            line.socket.close()


class _Line:
    """A connection, and what has come of its answer so far."""

    __slots__ = ("began", "got", "needed", "socket")

    def __init__(self, place: tuple[str, int]) -> None:
        self.socket = socket.create_connection(place, timeout=LONGEST)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got, self.needed, self.began = b"", 0, 0.0

    def send(self, request: bytes) -> None:
        self.got, self.needed = b"", 0
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take what came; a whole answer has a head and as many bytes as that says."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError(f"closed after {self.got[:200]!r}")
        self.got += part
        if not self.needed:
            end = self.got.find(END_OF_HEAD)
            if end < 0:
                return False
            self.needed = end + len(END_OF_HEAD) + _length(self.got[:end])
        return len(self.got) >= self.needed


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise ConnectionError(f"an answer without Content-Length: {head[:200]!r}")
    return int(rest.split(b"\r\n", 1)[0])


def _keep_busy(lines: list[_Line], requests: Iterator[bytes], seconds: float) -> Sent:
    sent, poll = Sent(), select.poll()
    by_number = {line.socket.fileno(): line for line in lines}
    for number in by_number:
        poll.register(number, select.POLLIN)
    began, own = time.perf_counter(), time.process_time()
    until = began + seconds
    for line in lines:
        line.send(next(requests))
    busy = len(lines)
    while busy:
        ready = poll.poll(LONGEST * 1000)
        if not ready:
            raise CannotMeasure(f"no answer within {LONGEST:g} seconds")
        for number, _ in ready:
            line = by_number[number]
            if not line.is_answered():
                continue
            now = time.perf_counter()
            _note(sent, line, now)
            if now < until:
                sent.in_time += 1
                line.send(next(requests))
            else:
                busy -= 1
    sent.seconds, sent.own_cpu_seconds = seconds, time.process_time() - own
    return sent


def _note(sent: Sent, line: _Line, now: float) -> None:
    sent.times.append(now - line.began)
    if line.got.startswith(GOOD):
        sent.bodies.append(line.got[line.got.index(END_OF_HEAD) + len(END_OF_HEAD) :])
    else:
        sent.failures.append(line.got)
