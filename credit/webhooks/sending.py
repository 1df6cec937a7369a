"""One POST to an address that was checked: no proxy, no redirect, no waiting without end."""

import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from threading import Timer

from credit.webhooks import addresses
from credit.webhooks.addresses import AddressRefused, Network, Target

CONNECT_WITHIN = 5.0  # seconds, for each address of a name
ANSWER_WITHIN = 10.0  # seconds from the connection to the end of the answer, however it drips
MOST_ADDRESSES = 3
KEPT = 500  # bytes of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a try. Without a status there was no answer, and `problem` says why."""

    status: int | None = None
    problem: str = ""
    excerpt: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the receiver has it; a redirect is no yes."""
        return self.status is not None and 200 <= self.status < 300


def post(
    url: str, *, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network] = ()
) -> Answer:
    """Send a body and say what came of it; nothing that a receiver does raises."""
    try:
        target = addresses.check(url, allowed=allowed)
        return _send(_Pinned(target), target.path, body, headers)
    except AddressRefused as refused:
        return Answer(problem=str(refused))
    except ssl.SSLError as error:
        return Answer(problem=f"TLS: {getattr(error, 'verify_message', '') or error.reason}")
    except TimeoutError:
        return Answer(problem="It did not answer in time.")
    except (OSError, HTTPException) as error:
        return Answer(problem=f"The connection failed: {type(error).__name__}.")


class _Pinned(HTTPConnection):
    """A connection to the addresses that were checked; the name is for TLS and `Host` only."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=ANSWER_WITHIN)
        self.default_port = 443 if target.is_tls else 80
        self.was_cut = False  # the time was up before the answer was
        self._target = target
        self._wire: socket.socket | None = None  # `sock` is let go before the answer is read
        self._clock = Timer(ANSWER_WITHIN, self._cut)
        self._clock.daemon = True

    def connect(self) -> None:
        """Connect to the first address that takes it, and set a time for all that follows."""
        wire = self._reach()
        wire.settimeout(ANSWER_WITHIN)
        if self._target.is_tls:
            name = self._target.host
            wire = _context().wrap_socket(wire, server_hostname=name, do_handshake_on_connect=False)
        self.sock = self._wire = wire
        self._clock.start()
        if isinstance(wire, ssl.SSLSocket):
            wire.do_handshake()

    def end(self) -> None:
        """Close, and let the clock go."""
        self._clock.cancel()
        self.close()

    def _reach(self) -> socket.socket:
        failed: OSError | None = None
        for address in self._target.addresses[:MOST_ADDRESSES]:
            try:
                return socket.create_connection((address, self.port), timeout=CONNECT_WITHIN)
            except OSError as error:
                failed = error
        raise failed or TimeoutError

    def _cut(self) -> None:
        self.was_cut = True
        if self._wire is not None:
            with suppress(OSError):  # it may be closed already
                # Not SSLSocket's own, which must not be called while another thread reads.
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)


def _send(connection: _Pinned, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    excerpt = b""
    try:
        connection.request("POST", path, body=body, headers={**headers, "Connection": "close"})
        response = connection.getresponse()
        if connection.was_cut:  # headers that were cut off read like headers that ended
            raise TimeoutError
        with suppress(OSError, HTTPException):  # its status is an answer, whatever follows
            excerpt = response.read(KEPT)
        response.close()
    except (OSError, HTTPException) as error:
        if connection.was_cut:
            raise TimeoutError from error
        raise
    finally:
        connection.end()
    words = excerpt.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return Answer(status=response.status, excerpt=words)


@cache
def _context() -> ssl.SSLContext:
    """Trust what the system trusts, TLS 1.2 and newer; loading it takes 20 ms, so once."""
    return ssl.create_default_context()
