"""Each kind of problem is provoked here, and documented where its `type` points."""

import ast
import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import api_lending
import factories
import pytest
from django.conf import settings
from django.db import OperationalError

from credit.api import (
    bodies,
    decisions,
    fault_codes,
    problem_types,
    problems,
    strict_json,
)
from credit.api.problem_types import ProblemType
from credit.models import Application
from credit.rates import Limit

CHECKOUT = Path(__file__).parents[2]
GUIDE = CHECKOUT / "docs" / "api.md"
API = CHECKOUT / "credit" / "api"
UNKNOWN = "/api/v1/decisions/01JDA4V9G4Q2M7Z8S0C5T3XW1K"

WEBHOOK = "/api/v1/webhooks/01JDA52ZKQ8M0X6T3R9V1B7CDE"


def broken(**_):
    raise RuntimeError("a secret of ours")


def away(**_):
    raise OperationalError("the password is 1234")


def idempotency_conflict(partner, monkeypatch):
    partner.decide(idempotency_key="k-1")
    return partner.decide(factories.body(reference="A-2"), idempotency_key="k-1")


def conflict(partner, monkeypatch):
    told = partner.decide().json()
    Application.objects.filter(pk=told["id"]).update(status=Application.Status.DECLINED)
    body = {"outcome": "bad", "observed_on": "2026-11-22"}
    return partner.post(f"/api/v1/decisions/{told['id']}/outcomes", body)


def internal(partner, monkeypatch):
    monkeypatch.setattr(decisions.actions, "decide", broken)
    return partner.decide()


def unavailable(partner, monkeypatch):
    monkeypatch.setattr(decisions.actions, "decide", away)
    return partner.decide()


def ask_for_token(form):
    return api_lending.Partner().client.post(
        "/api/v1/oauth/token", urlencode(form), "application/x-www-form-urlencoded"
    )


def rate_limited():
    partner = api_lending.Partner(api_lending.key_of(limit=Limit(1, 1)).key)
    return [partner.get("/api/v1/products") for _ in range(2)][1]


PROVOKED = {
    "validation": lambda partner, _: partner.decide({}),
    "malformed-json": lambda partner, _: partner.decide(b"{"),
    "malformed-request": lambda partner, _: partner.get("/api/v1/decisions?page=2"),
    "idempotency-key": lambda partner, _: partner.post("/api/v1/decisions", factories.body()),
    "oauth-request": lambda *_: ask_for_token({"grant_type": "password"}),
    "oauth-client": lambda *_: ask_for_token({"grant_type": "client_credentials"}),
    "unauthenticated": lambda *_: api_lending.Partner().decide(),
    "forbidden": lambda *_: api_lending.Partner(api_lending.key_of(scopes=["read"]).key).decide(),
    "not-found": lambda partner, _: partner.get(UNKNOWN),
    "method-not-allowed": lambda partner, _: partner.client.delete(
        UNKNOWN, headers={"Authorization": f"Bearer {partner.key}"}
    ),
    "not-acceptable": lambda partner, _: partner.get("/api/v1/products", Accept="text/html"),
    "conflict": conflict,
    "idempotency-conflict": idempotency_conflict,
    "too-large": lambda partner, _: partner.decide(b" " * (1024 * 1024 + 1)),
    "unsupported-media-type": lambda partner, _: partner.decide(**{"Content-Encoding": "gzip"}),
    "rate-limited": lambda *_: rate_limited(),
    "internal": internal,
    "unavailable": unavailable,
}


@pytest.mark.parametrize("kind", problem_types.ALL, ids=lambda kind: kind.name)
def test_each_kind_of_problem_has_its_document(partner, monkeypatch, kind):
    answer = PROVOKED[kind.name](partner, monkeypatch)

    told = answer.json()
    assert answer.status_code == told["status"] == kind.status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (told["type"], told["title"]) == (kind.uri, kind.title)
    assert told["detail"]
    members = {*("type", "title", "status", "detail", "instance", "request_id", "errors")}
    assert set(told) == members | ({"error"} if kind.name.startswith("oauth-") else set())
    assert "secret of ours" not in answer.content.decode()
    assert "1234" not in answer.content.decode()


def test_every_kind_of_problem_is_listed_once_and_provoked():
    made = [each for each in vars(problem_types).values() if isinstance(each, ProblemType)]
    names = [kind.name for kind in problem_types.ALL]

    assert sorted(names) == sorted({kind.name for kind in made}), "a kind is not in ALL, or twice"
    assert set(PROVOKED) == set(names), "a kind has no request here that provokes it"


def test_no_kind_is_made_up_where_it_is_raised():
    makers = [file.name for file in API.rglob("*.py") if "ProblemType(" in file.read_text()]

    assert makers == ["problem_types.py"]


def test_each_type_leads_to_a_paragraph(client):
    page = client.get(problem_types.PAGE).content.decode()

    for kind in problem_types.ALL:
        assert kind.uri == f"{problem_types.PAGE}#{kind.name}"
        assert f'id="{kind.name}"' in page
        assert kind.title in page


def test_the_guide_lists_each_type_with_its_status():
    listed = re.findall(r"^\| (\d{3}) \| `#([a-z-]+)` \|", GUIDE.read_text(), re.MULTILINE)

    assert sorted(listed) == sorted((str(kind.status), kind.name) for kind in problem_types.ALL)


def spelt_out(file):
    """Find the codes that a module names: beside a place, or beside words for people."""
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Call(
                func=ast.Name("FieldProblem" | "Fault" | "_wrong"), args=[_, ast.Constant(code), *_]
            ):
                yield code
            case ast.Tuple(elts=[ast.Constant(str(code)), ast.Constant(str(words))]):
                if " " in words and code.isidentifier():
                    yield code
            case ast.Tuple(elts=[ast.Constant(str(code)), ast.JoinedStr()]):
                yield code


READ_FIELDS = ("scoring/features.py", "scoring/application.py", "credit/applicants.py")
FIND_FAULTS = [
    *(CHECKOUT / each for each in (*READ_FIELDS, "credit/requests.py", "credit/serving.py")),
    CHECKOUT / "credit" / "untrusted_rows.py",
    CHECKOUT / "scoring" / "files" / "request_rows.py",
    *(CHECKOUT / "credit" / "actions").glob("*.py"),
    *API.glob("*.py"),
]


def test_every_code_of_a_fault_is_listed_and_none_that_does_not_exist():
    named = {code for file in FIND_FAULTS for code in spelt_out(file)} | set(strict_json.DETAILS)

    assert named == set(fault_codes.ALL)


def test_the_guide_and_the_page_list_each_code_with_its_meaning(client):
    row = r"^\| of [^|]* \| `([a-z0-9_]+)` \| (.*) \|$"
    listed = re.findall(row, GUIDE.read_text(), re.MULTILINE)
    page = unescape(client.get(problem_types.PAGE).content.decode())

    assert [code for code, _ in listed] == list(fault_codes.ALL)
    for code, meaning in fault_codes.ALL.items():
        assert f"<code>{code}</code></th>" in page
        assert f"<td>{meaning}</td>" in page
        assert meaning[1:].rstrip(".") in dict(listed)[code]


METHODS = {
    "/api/v1/decisions": ["put", "patch", "delete", "options"],
    UNKNOWN: ["post", "put", "patch", "delete", "options"],
    f"{UNKNOWN}/outcomes": ["get", "put", "patch", "delete", "options", "head"],
    f"{UNKNOWN}/feedback": ["put", "patch", "delete", "options"],
    f"{UNKNOWN}/feedback/1/withdrawal": ["get", "put", "patch", "delete", "options", "head"],
    "/api/v1/webhooks": ["put", "patch", "delete", "options"],
    WEBHOOK: ["post", "put", "patch", "options"],
    f"{WEBHOOK}/pause": ["get", "put", "patch", "delete", "options", "head"],
    f"{WEBHOOK}/resume": ["get", "put", "patch", "delete", "options", "head"],
    f"{WEBHOOK}/secret": ["get", "put", "patch", "delete", "options", "head"],
    "/api/v1/batches": ["put", "patch", "delete", "options"],
    UNKNOWN.replace("decisions", "batches"): ["post", "put", "patch", "delete", "options"],
    f"{UNKNOWN.replace('decisions', 'batches')}/results": ["post", "put", "patch", "delete"],
    f"{UNKNOWN.replace('decisions', 'batches')}/cancellation": ["get", "put", "delete", "head"],
    "/api/v1/products": ["post", "put", "patch", "delete", "options"],
    "/api/v1/products/consumer-loan/schema": ["post", "put", "patch", "delete", "options"],
    "/api/v1/oauth/token": ["get", "put", "patch", "delete", "options", "head"],
    "/api/v1/openapi.json": ["post", "put", "patch", "delete", "options"],
    "/api/v1/docs/": ["post"],
    "/api/v1/docs/guide/": ["post"],
    "/api/v1/docs/problems/": ["post"],
    "/healthz": ["post", "options"],
    "/readyz": ["post", "options"],
}


@pytest.mark.parametrize(
    ("path", "method"), [(path, method) for path in METHODS for method in METHODS[path]]
)
def test_another_method_is_refused_and_the_right_ones_named(db, path, method):
    key = api_lending.key_of().key

    answer = getattr(api_lending.Partner().client, method)(
        path, headers={"Authorization": f"Bearer {key}"}
    )

    assert answer.status_code == 405
    assert answer.headers["Allow"]
    assert method.upper() not in answer.headers["Allow"].split(", ")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/*", "text/html, */*"])
def test_what_takes_json_gets_it(early_partner, accept):
    assert early_partner.get("/api/v1/products", Accept=accept).status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "x", "," * 5000])
def test_what_takes_no_json_is_refused(early_partner, accept):
    answer = early_partner.get("/api/v1/products", Accept=accept)

    assert answer.status_code == 406
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_host_is_refused_with_a_problem_document(stranger):
    answer = stranger.get("/api/v1/products", Host="evil.example")

    assert answer.status_code == 400
    assert answer.json()["type"] == problem_types.MALFORMED_REQUEST.uri
    assert "header Host" in answer.json()["detail"]
    assert "evil" not in answer.json()["detail"]


def test_an_unknown_product_has_no_schema(partner):
    answers = [
        partner.get(f"/api/v1/products/{slug}/schema") for slug in ("payday", "CONSUMER-LOAN", "-")
    ]

    assert [answer.status_code for answer in answers] == [404] * 3


def test_a_product_without_a_policy_takes_no_applications(db):
    factories.contract_version()
    partner = api_lending.Partner(api_lending.key_of().key)

    assert partner.get("/api/v1/products").json() == {"results": []}
    assert partner.get("/api/v1/products/consumer-loan/schema").status_code == 404
    assert partner.decide().json()["errors"][0]["code"] == "unknown_product"


@pytest.fixture
def broken_middleware(monkeypatch):
    """Let what every request goes through fail, outside every view."""

    def broken_middleware(error):
        def fail(*_):
            raise error

        monkeypatch.setattr("django.http.HttpRequest.get_host", fail)

    return broken_middleware


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("ours"), 500), (OperationalError("away"), 503)]
)
@pytest.mark.parametrize("path", ["/api/v1/products", "/sign-in/"])
def test_a_fault_outside_the_views_is_answered_as_well(db, broken_middleware, path, error, status):
    broken_middleware(error)

    answer = api_lending.Partner().get(path)

    assert answer.status_code == status
    assert ("json" in answer.headers["Content-Type"]) is path.startswith("/api/")
    assert "ours" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_a_page_without_its_template_still_says_503(rf, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "APP_DIRS": False}]

    answer = problems.unavailable(rf.get("/"))

    assert answer.status_code == 503
    assert "Not available" in answer.content.decode()


def test_the_limit_in_the_words_is_the_limit_in_force():
    assert f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}" in problem_types.TOO_LARGE.meaning
    assert f"{bodies.LARGEST_FORM // 1024} KiB" in problem_types.TOO_LARGE.meaning


def test_products_say_where_their_schema_is(partner, champion):
    told = partner.get("/api/v1/products").json()["results"]

    assert [product["slug"] for product in told] == ["consumer-loan"]
    assert told[0]["contract"] == champion.contract.hash
    assert partner.get(told[0]["schema"]).status_code == 200
