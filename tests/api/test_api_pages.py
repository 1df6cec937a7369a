"""The API's pages work under the strict content security policy, and ask nobody else."""

import re
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from waiting import LONG

CHROMIUM = Path("/usr/bin/chromium")


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


class Server(ThreadingMixIn, WSGIServer):
    """Waits for nobody: Chromium connects beforehand too, and then says nothing for a minute."""

    daemon_threads = True


@pytest.fixture(scope="module")
def server():
    """Serve the pages from a thread; they need no database."""
    pages = StaticFilesHandler(get_wsgi_application())
    with make_server("127.0.0.1", 0, pages, Server, Silent) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium on this machine")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - where there is a browser

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(server, browser):
    """Open a page, and note what it asked for and what it complained of."""
    page = browser.new_page()
    page.set_default_timeout(1_000 * LONG)
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def visit(path):
        page.goto(server + path)
        return page, asked, complaints

    yield visit
    page.close()


def test_the_operations_are_shown_under_the_strict_policy(server, visit):
    page, asked, complaints = visit("/api/v1/docs/")

    page.get_by_text("Score an application and decide").first.click()
    page.get_by_text("Idempotency-Key").first.wait_for()
    assert complaints == []
    assert all(url.startswith((server, "data:")) for url in asked)


def test_a_problem_s_paragraph_is_where_its_type_leads(visit):
    page, _, complaints = visit("/api/v1/docs/problems/#idempotency-conflict")

    assert page.locator(":target h2").inner_text().startswith("409")
    assert complaints == []


@pytest.mark.parametrize("path", ["/api/v1/docs/", "/api/v1/docs/problems/"])
def test_the_policy_allows_nothing_inline(client, path):
    answer = client.get(path)

    policy = answer.headers["Content-Security-Policy"]
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "style=" not in page
    assert "<style" not in page
    assert page.count("<script") == len(re.findall(r"<script\s+src=", page))


@pytest.mark.parametrize(
    "path", ["/api/v1/docs/", "/api/v1/docs/problems/", "/api/v1/openapi.json"]
)
def test_pages_are_read_only(client, path):
    assert client.post(path).status_code == 405
