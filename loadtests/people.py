"""People under load, through the pages: a session, form tokens, one step after another."""

import re
import urllib.parse
from collections.abc import Mapping
from html import unescape
from typing import ClassVar

from attempts import Outcome
from locust.exception import StopUser
from profiles import OFFICER, VALIDATOR
from workload import Came, Open

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ROW = re.compile(r'href="/applications/([0-9A-Z]{26})/"><bdi>([^<]*)</bdi>')
VERDICT = re.compile(r'name="verdict"\s+value="(\w+)"')
CHAMPION = re.compile(r'name="instead_of" value="([^"]+)"')
VERSION = re.compile(r'href="/console/models/(\d+)/"')
DECIDED = re.compile(r'<h2 id="decide-title">(?:Decided|Waits for a second signature)</h2>')
QUEUE, APPLICATION = "GET /", "GET /applications/{id}/"
DECIDE = "POST /applications/{id}/"
MODEL = "GET /console/models/{id}/"
MOVED = frozenset({302})


class SignedIn(Open):
    """Somebody with an account; several may take turns under one role."""

    abstract = True
    roles: ClassVar[tuple[str, ...]] = ()
    begins = "/"

    def on_start(self) -> None:
        """Sign in before the load begins."""
        account = next((u for u in self.workload.users if u["role"] in self.roles), None)
        if account is None:
            raise StopUser
        form = self._page("GET /sign-in/", "/sign-in/")
        self.submit(
            "POST /sign-in/",
            "/sign-in/",
            form,
            {"username": account["username"], "password": account["password"]},
        )
        super().on_start()

    def warm_up(self) -> None:
        """Open the page where this role's work begins."""
        self._page("warm-up", self.begins)

    def _page(self, endpoint: str, path: str, *, due: float | None = None) -> Came:
        return self.ask(endpoint, "GET", path, due=due)

    def submit(self, endpoint: str, path: str, page: Came, fields: Mapping[str, str]) -> Came:
        """Send the form of a page, with its token."""
        token = TOKEN.search(page.text)
        filled = {**fields, "csrfmiddlewaretoken": token[1] if token else ""}
        return self.ask(
            endpoint,
            "POST",
            path,
            wanted=MOVED,
            data=urllib.parse.urlencode(filled).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )


class Officer(SignedIn):
    """Opens the queue, reads an application and decides it."""

    role = OFFICER
    roles = ("officer", "senior_officer")
    taken: ClassVar[set[str]] = set()

    def arrive(self, number: int, due: float) -> None:  # noqa: ARG002 - each visit is like another
        """Take the oldest that no colleague has taken."""
        queue = self._page(QUEUE, "/", due=due)
        mine = next(iter(self._free(queue.text)), None)
        if mine is None:
            return
        self.taken.add(mine)
        page = self._page(APPLICATION, f"/applications/{mine}/")
        verdict = VERDICT.search(page.text)
        if verdict:
            self._decide(mine, page, verdict[1])

    def _free(self, queue: str) -> list[str]:
        begins = f"load-{self.workload.run}-"
        return [
            number
            for number, reference in ROW.findall(queue)
            if unescape(reference).startswith(begins) and number not in self.taken
        ]

    def _decide(self, number: str, page: Came, verdict: str) -> None:
        path = f"/applications/{number}/"
        self.workload.unsure.add(number)
        came = self.insist(
            lambda _: self.submit(DECIDE, path, page, {"verdict": verdict}), due=None
        )
        if came.outcome is Outcome.GOOD and came.headers.get("Location") == "/":
            self._note(number, verdict)
            return
        # Sent back to the page: it was decided already, which a repeated form may find. So look.
        after = self.insist(lambda _: self._page(APPLICATION, path), due=None)
        if after.outcome is Outcome.GOOD and DECIDED.search(after.text):
            self._note(number, verdict)

    def _note(self, number: str, verdict: str) -> None:
        self.workload.unsure.discard(number)
        self.workload.told_verdicts.append((number, verdict))


class Validator(SignedIn):
    """Goes round what a model validator reads; promotes where the profile says so."""

    role = VALIDATOR
    begins = "/console/"
    roles = ("model_validator",)
    pages: ClassVar[tuple[str, ...]] = (
        *("/console/", "model", "/fairness/", "/alerts/", "/audit/"),
        *("/api/v1/docs/", "/api/v1/openapi.json"),
    )
    known: ClassVar[list[str]] = []

    def arrive(self, number: int, due: float) -> None:
        """Open one page."""
        page = self.pages[number % len(self.pages)]
        if page != "model":
            came = self._page(f"GET {page}", page, due=due)
            if page == "/console/":
                self.known[:] = VERSION.findall(came.text)
        elif self.known:
            newest = self.known[number % len(self.known)]
            self._page(MODEL, f"/console/models/{newest}/", due=due)

    def promote(self, version: str, note: str) -> Came:
        """Make a candidate the champion, as a person does it."""
        path = f"/console/models/{version}/"
        page = self._page(MODEL, path)
        return self.submit("POST /console/models/{id}/ (promotion)", path, page, {"note": note})

    def roll_back(self, product: str) -> Came:
        """Make the champion before the champion again, with one press."""
        page = self._page("GET /console/", f"/console/?product={product}")
        path = f"/console/{product}/rollback/"
        champion = CHAMPION.search(page.text)
        fields = {"instead_of": champion[1] if champion else "", "note": ""}
        return self.submit("POST /console/{product}/rollback/", path, page, fields)
