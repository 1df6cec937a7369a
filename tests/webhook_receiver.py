"""A partner's server on loopback: it remembers what came, and answers as it is told."""

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What came, and what to answer."""

    port: int = 0
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    drips: bool = False
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hooks"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver = self.server.receiver
        receiver.came.append((dict(self.headers), body))
        with suppress(OSError):  # whoever asked may hang up
            if receiver.drips:
                self._drip(receiver.stopped)
            self._answer(receiver)

    def _answer(self, receiver):
        self.send_response(receiver.status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(receiver.content)

    def _drip(self, stopped):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not stopped.wait(0.05):
            self.wfile.write(b"x")

    def log_message(self, *_):
        """Say nothing."""


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing of handshakes that fail: it is meant here."""


@contextmanager
def listening(*, wrap=lambda wire: wire):
    """Listen until the test is done; `wrap` may put TLS around the socket."""
    receiver = Receiver()
    with Server(("127.0.0.1", 0), Handler) as server:
        server.receiver, receiver.port = receiver, server.server_port
        server.socket = wrap(server.socket)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.stopped.set()
            server.shutdown()
            thread.join()
