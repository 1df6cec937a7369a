"""The API's pages work under the strict content security policy, and ask nobody else."""

import re
import threading
from html import unescape
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from waiting import LONG

from credit import plain_markdown
from credit.plain_markdown import Span

CHECKOUT = Path(__file__).parents[2]
GUIDE = CHECKOUT / "docs" / "api.md"
CHROMIUM = Path("/usr/bin/chromium")
GONE = "/api/v1/docs/problems/#gone"


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


def test_the_whole_guide_is_there_to_read_with_the_address_that_it_is_read_at(client):
    page = unescape(client.get("/api/v1/docs/guide/").content.decode())
    page = re.sub(r"<code\s*>", "<code>", page)
    guide = re.sub(r"^```.*?^```$", "", GUIDE.read_text(), flags=re.MULTILINE | re.DOTALL)

    for heading in re.findall(r"^##+ (.*)$", guide, re.MULTILINE):
        assert f"<h2>{heading.replace('`', '')}</h2>" in page
    for code in re.findall(r"`([^`]+)`", " ".join(guide.split())):
        assert f"<code>{code}</code>" in page, code
    assert "def is_ours(secret, headers, body, now=None):" in page
    assert "curl -s http://testserver/api/v1/decisions" in page
    assert "127.0.0.1:8000" not in page
    assert "Standard Webhooks (https://www.standardwebhooks.com)" in page


def test_what_the_guide_s_contents_name_is_where_they_lead(client):
    page = client.get("/api/v1/docs/guide/").content.decode()

    places = re.findall(r'href="#([^"]+)"', page)
    assert "codes-of-errors" in places
    assert all(f'id="{place}"' in page for place in places)


def test_the_guide_s_links_lead_within_it_and_to_the_pages_of_the_api_and_nowhere_else(client):
    main = client.get("/api/v1/docs/guide/").content.decode().partition("<main")[2]
    prose = main.partition("</nav>")[2]

    places = re.findall(r'href="([^"]+)"', main.partition("<nav")[0] + prose)

    assert {"#codes-of-errors", "/api/v1/docs/problems/", "/api/v1/openapi.json"} <= set(places)
    for place in places:
        path, _, part = place.partition("#")
        page = client.get(path or "/api/v1/docs/guide/")
        assert page.status_code == 200
        assert f'id="{part}"' in page.content.decode() or not part


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("[codes](#codes)", Span("codes", to="#codes")),
        ("[`code`](#codes)", Span("code", is_code=True, to="#codes")),
        (f"`{GONE}`", Span(GONE, is_code=True, to=GONE)),
        ("`/api/v1/decisions`", Span("/api/v1/decisions", is_code=True)),
        ("[Retention](operations.md#retention)", Span("Retention")),
        ("[there](https://else.where/)", Span("there (https://else.where/)")),
        ("[here](javascript:alert%281%29)", Span("here")),
        ('[here](#a"onclick="b)', Span('[here](#a"onclick="b)')),
    ],
)
def test_only_what_is_ours_is_a_link(text, span):
    (part,) = plain_markdown.parts(f"# A title\n\n{text}\n")

    assert part.blocks[0].texts == ((span,),)


def test_the_image_brings_the_guide_along():
    assert "COPY docs/api.md docs/api.md" in (CHECKOUT / "deploy" / "Dockerfile").read_text()


@pytest.mark.parametrize("path", ["/api/v1/docs/", "/api/v1/docs/guide/", "/api/v1/docs/problems/"])
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
    "path",
    [*(f"/api/v1/docs/{page}" for page in ("", "guide/", "problems/")), "/api/v1/openapi.json"],
)
def test_pages_are_read_only(client, path):
    assert client.post(path).status_code == 405
