"""A real browser over the whole product: Debian's Chromium, driven by playwright."""

import json
import os
import re
import urllib.request
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from looking import settled
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright
from waiting import LONG

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 1_000 * LONG  # milliseconds
expect.set_options(timeout=PATIENCE)
DESK = {"width": 1440, "height": 900}
ROOT_NEEDS = ["--no-sandbox"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module")
def browser():
    """Start Chromium; without it these tests are skipped, or fail where it is required."""
    if not CHROMIUM.exists():
        missing = f"{CHROMIUM} is not installed (on Debian: apt-get install chromium)"
        if os.environ.get("EVENHAND_REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(f"browser tests need Chromium, and {missing}")
    # Closed with the module: while it runs, Django refuses the database to this thread.
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ROOT_NEEDS)
        yield chromium
        chromium.close()


@dataclass
class Product:
    """The running product, as partners and people reach it."""

    browser: Browser
    address: str
    key: str
    users: dict[str, dict[str, str]]
    environment: Path
    complaints: list[str] = field(default_factory=list)
    sessions: dict[str, StorageState] = field(default_factory=dict)

    @contextmanager
    def at_desk(self, role: str | None = None, **options):
        """Give a person of a role a browser window of their own, signed in."""
        context = self.browser.new_context(
            base_url=self.address,
            storage_state=self.sessions.get(role),
            **{"viewport": DESK, "reduced_motion": "reduce", **options},
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._see)
        if role in self.sessions:
            page.goto("/")  # which leads on to the first page of the role
        elif role:
            self.sign_in(page, role)
            self.sessions[role] = context.storage_state()
        yield page
        context.close()

    def sign_in(self, page: Page, role: str) -> None:
        page.goto("/sign-in/")
        page.get_by_label("User name").fill(self.users[role]["username"])
        page.get_by_label("Password").fill(self.users[role]["password"])
        page.get_by_role("button", name="Sign in").click()
        out = re.compile("Sign out|Log out")  # the administrators' own pages say it their way
        expect(page.get_by_role("button", name=out)).to_be_visible()
        settled(page)

    def apply(self, body: dict[str, object]) -> dict[str, object]:
        """Send an application as a partner does."""
        return self._post("decisions", body)

    def setting(self, name: str) -> str:
        """Read what the product's processes are told."""
        lines = self.environment.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)[name].strip("'")

    def register_webhook(self, url: str, *events: str) -> dict[str, object]:
        """Register a webhook as a partner does; no outcome is asked for here, so nothing leaves."""
        return self._post("webhooks", {"url": url, "events": events})

    def _post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.address}/api/v1/{path}",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid.uuid4()),
            },
        )
        with urllib.request.urlopen(request, timeout=LONG) as answer:  # noqa: S310 - the same
            return json.load(answer)

    def _hear(self, message) -> None:
        # Chromium reports a 422 or 403 page as an error of the network; both are meant here.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _see(self, request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.complaints.append(f"foreign request: {request.url}")


@pytest.fixture(scope="module")
def running(browser, request):
    """Give the whole product, up, to all tests of a module; without a browser it never starts."""
    stack = request.getfixturevalue("stack")
    users = {user["role"]: user for user in stack["users"]}
    environment = Path(stack["environment"])
    return Product(browser, stack["base_url"].rstrip("/"), stack["key"], users, environment)


@pytest.fixture
def product(running):
    """Give the product, and fail the test where a page complained or asked someone else."""
    running.complaints.clear()
    yield running
    assert not running.complaints
