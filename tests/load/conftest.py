"""A very small scoring API to measure: it keeps what it answers, unless told to misbehave."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "loadtests"))  # as for the scripts that are there

KEY = "a-key-of-the-load-test"


class Api(ThreadingHTTPServer):
    """`faults` may hold: forgets, differs, fails."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: set[str] = set()
        self.decisions: dict[str, dict] = {}
        self.by_key: dict[str, dict] = {}
        self.bodies: list[dict] = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Api

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {KEY}":
            self.answer(401, {"title": "No key"})
            return
        known = self.server.by_key.get(self.headers["Idempotency-Key"])
        if known is not None and "differs" not in self.server.faults:
            self.answer(201, known)
            return
        number = len(self.server.bodies)
        self.server.bodies.append(body)
        if "fails" in self.server.faults and number > 60 and number % 2:
            self.answer(500, {"title": "Broken"})
            return
        decision = {"id": f"D{number}", "reference": body["reference"], "pd": number / 1e6}
        self.server.by_key[self.headers["Idempotency-Key"]] = decision
        if "forgets" not in self.server.faults:
            self.server.decisions[decision["id"]] = decision
        self.answer(201, decision)

    def do_GET(self):
        known = self.server.decisions.get(self.path.rpartition("/")[2])
        self.answer(404 if known is None else 200, known or {"title": "Not found"})

    def answer(self, status, value):
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    server = Api()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
