"""What partners and an officer do in a day, with recognisable words wherever words can stand."""

import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

import factories
import httpx
from waiting import LONG

MARK = "zaphod4711"  # stands in everything that a partner, an applicant or an officer writes
BROKEN = f"{MARK}-broken"  # a reference that the database refuses, quoting the whole row
PASSWORD = f"{MARK}-pass-word"
RARE = {"features__purpose": "retraining", "features__job": "unskilled_non_resident"}
REASONS = {"approve": "OFF01", "decline": "OFF04"}  # of the contract, for each verdict
UNKNOWN = "/api/v1/decisions/01JDA4V9G4Q2M7Z8S0C5T3XW1K"
TRACES = {
    "User-Agent": f"{MARK}/1.0",
    "Cookie": f"basket={MARK}",
    "Referer": f"https://{MARK}.example/",
    "X-Forwarded-For": MARK,
    "X-Request-ID": f"not an id of {MARK}",
    "X-Applicant": MARK,
}


def person(**changes):
    """Give an application whose features few others have."""
    body = factories.body(**{"reference": f"{MARK}-{uuid.uuid4()}", **RARE, **changes})
    applicant = {"name": f"Ada {MARK}", "address": f"1 {MARK} Street\n{MARK}"}
    return body | {"monitoring": {"age_group": "62_and_over"}, "applicant": applicant}


class Day:
    """Requests by what they are for, with the answers that came."""

    def __init__(self, stack):
        self.stack = stack
        self.statuses = {}
        self.secrets = {secret_part(stack["key"])}
        bearer = {"Authorization": f"Bearer {stack['key']}"}
        self.partner = httpx.Client(
            base_url=stack["base_url"], headers=TRACES | bearer, timeout=LONG
        )
        self.officer = httpx.Client(
            base_url=stack["base_url"], headers={"User-Agent": TRACES["User-Agent"]}, timeout=LONG
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.partner.close()
        self.officer.close()

    def ask(self, what, method, path, **given):
        answer = self.partner.request(method, path, **given)
        self.statuses.setdefault(what, []).append(answer.status_code)
        return answer

    def decide(self, what, content, **headers):
        named = {"Idempotency-Key": f"{MARK}-{uuid.uuid4()}", "Content-Type": "application/json"}
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.ask(what, "POST", "/api/v1/decisions", content=body, headers=named | headers)

    def decides(self):
        made = self.decide("decided", person()).json()
        self.ask("read", "GET", f"/api/v1/decisions/{made['id']}")
        self.ask("found", "GET", "/api/v1/decisions", params={"reference": made["reference"]})
        return made

    def sends_what_is_wrong(self):
        """Let every kind of thing be wrong, each with a word in it that nobody may keep."""
        wrong = {
            "a value": person(features__purpose=MARK),
            "a number": person(features__amount=MARK),
            "a field": person() | {MARK: MARK},
            "a group": person() | {"monitoring": {"age_group": MARK, MARK: MARK}},
            "an applicant": person() | {"applicant": {MARK: MARK, "name": f"\x00{MARK}"}},
            "a product": person() | {"product": MARK},
            "JSON": b'{"reference": "%s", oops' % MARK.encode(),
            "bytes": b"\xff\xfe" + MARK.encode(),
        }
        for what, content in wrong.items():
            self.decide(f"refused: {what}", content)
        self.decide("refused: a type", person(), **{"Content-Type": f"text/{MARK}"})
        self.decide("refused: a name", person(), **{"Idempotency-Key": f"{MARK} {MARK}"})
        self.decide("refused: a host", person(), Host=f"{MARK}.example")
        for what, path in {
            "a query": f"/api/v1/decisions?{MARK}={MARK}",
            "a cursor": f"/api/v1/decisions?cursor={MARK}",
            "a path": f"/api/v1/{MARK}/{MARK}",
            "an id": f"/api/v1/decisions/{MARK}",
        }.items():
            self.ask(f"refused: {what}", "GET", path)
        for shown in (f"Bearer ev_{MARK}", f"Basic {MARK}", MARK):
            self.ask("refused: a key", "GET", UNKNOWN, headers={"Authorization": shown})

    def breaks(self):
        """Let a row be refused by the database, as a fault of ours would."""
        return self.decide("broken", person(reference=BROKEN))

    def reports(self, decision_id):
        path = f"/api/v1/decisions/{decision_id}"
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        said = {"outcome": "bad", "observed_on": today, "corrects": 1, "reason": MARK}
        self.ask("an outcome", "POST", f"{path}/outcomes", json=said)
        said = {"kind": "data_wrong", "feature": "housing", "text": f"{MARK} owns the house"}
        self.ask("feedback", "POST", f"{path}/feedback", json=said)
        self.ask("feedback: wrong", "POST", f"{path}/feedback", json=said | {"kind": MARK})
        why = {"text": f"{MARK} rents it"}
        self.ask("feedback withdrawn", "POST", f"{path}/feedback/1/withdrawal", json=why)
        self.ask("all feedback", "GET", f"{path}/feedback")

    def asks_for_tokens(self, client):
        form = {"grant_type": "client_credentials"}
        good = form | {"client_id": client["name"], "client_secret": client["key"]}
        bad = form | {"client_id": MARK, "client_secret": MARK}
        token = self.ask("a token", "POST", "/api/v1/oauth/token", data=good).json()
        self.ask("no token", "POST", "/api/v1/oauth/token", data=bad)
        self.ask("no scope", "POST", "/api/v1/oauth/token", data=good | {"scope": MARK})
        self.secrets |= {secret_part(client["key"]), secret_part(token["access_token"])}
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        self.ask("by token", "GET", "/api/v1/products", headers=bearer)

    def registers(self, url):
        said = {"url": url, "events": ["decision.made", "batch.completed"]}
        made = self.ask("a webhook", "POST", "/api/v1/webhooks", json=said).json()
        self.ask("a webhook: wrong", "POST", "/api/v1/webhooks", json=said | {"url": MARK})
        self.secrets.add(made["secret"].removeprefix("whsec_"))
        return made["id"]

    def sends_a_file(self, *rows):
        content = b"".join(
            row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows
        )
        query = {"product": "consumer-loan", "format": "ndjson"}
        named = {"Idempotency-Key": f"{MARK}-{uuid.uuid4()}"}
        kind = {"Content-Type": "application/octet-stream"}
        given = {"params": query, "headers": named | kind, "content": content}
        return self.ask("a file", "POST", "/api/v1/batches", **given).json()["id"]

    def judges(self, made):
        """Sign in, after some wrong tries, and decide in words."""
        user = next(each for each in self.stack["users"] if each["role"] == "officer")
        self.secrets.add(user["password"])
        for _ in range(6):  # one more than is allowed
            self._sign_in("a stranger", username=MARK, password=PASSWORD)
        self._sign_in("an officer", username=user["username"], password=user["password"])
        page = f"/applications/{made['id']}/"
        self._submit("a comment", f"{page}feedback/", is_helpful="no", comment=MARK)
        self._types(page)
        self._submit("a note", f"{page}note/", words=MARK)
        self._submit("a question", f"{page}ask/", items="other", words=MARK)
        self._submit("an answer", f"{page}information/", did="answered", words=MARK)
        opposite = {"approve": "decline", "decline": "approve", "refer": "decline"}
        said = {"verdict": opposite[made["recommendation"]], "reason": f"{MARK} was here"}
        self._submit("no reason", page, **said)
        self._submit("a verdict", page, **said, reason_code=REASONS[said["verdict"]])
        self._writes()
        self.secrets |= set(self.officer.cookies.values())

    def _types(self, page):
        """Try, correct and enter, with words that the forms refuse."""
        said = {"features-purpose": MARK, "requested-amount": MARK}
        self._submit("what if", f"{page}what-if/", **said)
        self._submit("a correction", f"{page}correct/", words=MARK, source=MARK, **said)
        who = {"applicant_name": f"Ada {MARK}", "applicant_address": MARK, "reference": MARK}
        self._submit("an entry", "/applications/enter/consumer-loan/", **said, **who)

    def _writes(self):
        """Decline another, send its notice with the name on it, record a request for a review."""
        made = self.decides()
        said = {"verdict": "decline", "reason": f"{MARK} is wrong"}
        page = f"/applications/{made['id']}/"
        self._submit("a decline", page, **said, reason_code=REASONS["decline"])
        page = f"/notices/{made['id']}/"
        self._submit("a notice", page, do="issue", kind="adverse_action")
        self._submit("a review", page, do="review", words=f"{MARK} earns more")

    def strays(self):
        """Ask for pages that are not there, in ways that they do not take."""
        for what, method, path, headers in (
            ("a page", "GET", f"/{MARK}/?{MARK}={MARK}", {}),
            ("an application", "GET", f"/applications/{MARK}/?q={MARK}", {}),
            ("a method", "DELETE", f"/sign-out/?{MARK}", {}),
            ("no token", "POST", f"/sign-in/?{MARK}", {}),
            ("a host", "GET", "/sign-in/", {"Host": f"{MARK}.example"}),
            ("a cookie", "GET", "/", {"Cookie": f"session={MARK}; csrf={MARK}"}),
        ):
            answer = self.officer.request(method, path, headers=headers)
            self.statuses.setdefault(f"page: {what}", []).append(answer.status_code)

    def _sign_in(self, what, **form):
        self._submit(what, "/sign-in/", **form)

    def _submit(self, what, path, **form):
        shown = {"csrfmiddlewaretoken": self._token(), **form}
        answer = self.officer.post(path, data=shown, headers={"Referer": self.stack["base_url"]})
        self.statuses.setdefault(what, []).append(answer.status_code)

    def _token(self):
        page = self.officer.get("/sign-in/", follow_redirects=True).text
        return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


def secret_part(key):
    return key.rpartition("_")[2]


def settings_of(stack):
    """Read what the stack's processes are told."""
    lines = Path(stack["environment"]).read_text().splitlines()
    pairs = [line.split("=", 1) for line in lines if "=" in line]
    return {name.strip(): value.strip("'") for name, value in pairs}
