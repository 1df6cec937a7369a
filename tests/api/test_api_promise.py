"""`/api/v1/` never breaks: the document in the source against the code's, and what broke."""

import copy
import json
from pathlib import Path

import pytest
from api_document import DOCUMENT
from document_changes import broken

CHECKOUT = Path(__file__).parents[2]
COMMITTED = CHECKOUT / "docs" / "openapi.json"
WRITE = (
    "EVENHAND_HTTPS=0 .venv/bin/python manage.py spectacular"
    " --format openapi-json --file docs/openapi.json"
)


def test_nothing_that_was_promised_is_broken():
    trouble = broken(json.loads(COMMITTED.read_text()), DOCUMENT)

    assert not trouble, "\n".join(
        ["/api/v1/ would break for partners; give it another way, or begin /api/v2/:", *trouble]
    )


def test_what_is_promised_stands_in_the_source():
    assert json.loads(COMMITTED.read_text()) == DOCUMENT, (
        f"The API's document has changed. If only this test is red, no client breaks: {WRITE}"
    )


DECISIONS, ONE = "/api/v1/decisions", "/api/v1/decisions/{decision_id}"
OUTCOMES = f"{ONE}/outcomes"


def schema(document, name):
    return document["components"]["schemas"][name]


def operation(document, path, method="post"):
    return document["paths"][path][method]


def flow(document):
    return document["components"]["securitySchemes"]["oauth"]["flows"]["clientCredentials"]


def parameter(document, name, path=DECISIONS, method="post"):
    named = operation(document, path, method)["parameters"]
    return next(each for each in named if each["name"] == name)


def _without(name, of):
    def change(document):
        of(document).pop(name)

    return change


def _with(value, name, of):
    def change(document):
        of(document)[name] = value

    return change


def _requires(of):
    return lambda document: of(document).update(required=True)


def _property(of, name):
    return lambda document: schema(document, of)["properties"][name]


def _properties(name):
    return lambda document: schema(document, name)["properties"]


def _answers(document):
    return operation(document, DECISIONS)["responses"]


def _parameters_but(*gone):
    def change(document):
        told = operation(document, DECISIONS, "get")
        told["parameters"] = [each for each in told["parameters"] if each["name"] not in gone]

    return change


def _one_more_parameter(*, required):
    def change(document):
        more = {"name": "unit", "in": "query", "required": required, "schema": {"type": "string"}}
        operation(document, DECISIONS, "get")["parameters"].append(more)

    return change


BREAKING = {
    "a path": (_without(OUTCOMES, lambda d: d["paths"]), f"POST {OUTCOMES}: is gone"),
    "an operation": (_without("get", lambda d: d["paths"][DECISIONS]), f"GET {DECISIONS}: is gone"),
    "its name in clients": (
        _with("score", "operationId", lambda d: operation(d, DECISIONS)),
        f"POST {DECISIONS}: operationId was decide, is score",
    ),
    "a parameter": (
        _parameters_but("reference"),
        f"GET {DECISIONS}, query parameter reference: is gone",
    ),
    "a parameter that must be sent": (
        _one_more_parameter(required=True),
        f"GET {DECISIONS}, query parameter unit: is now required",
    ),
    "a parameter that must be sent now": (
        _requires(lambda d: parameter(d, "Idempotency-Key", OUTCOMES)),
        f"POST {OUTCOMES}, header parameter Idempotency-Key: is now required",
    ),
    "another form of a parameter": (
        _with("^[a-z]+$", "pattern", lambda d: parameter(d, "Idempotency-Key")["schema"]),
        f"POST {DECISIONS}, header parameter Idempotency-Key: pattern was",
    ),
    "a media type": (
        _without("application/json", lambda d: operation(d, DECISIONS)["requestBody"]["content"]),
        f"POST {DECISIONS}, request: application/json is gone",
    ),
    "a body where there was none": (
        _with({"required": True}, "requestBody", lambda d: operation(d, DECISIONS, "get")),
        f"GET {DECISIONS}, request: a body is now required",
    ),
    "a field of a request": (
        _without("monitoring", _properties("DecisionRequest")),
        f"POST {DECISIONS}, request monitoring: is gone",
    ),
    "a field that must be sent": (
        _with(["kind", "text", "feature"], "required", lambda d: schema(d, "FeedbackRequest")),
        f"POST {ONE}/feedback, request feature: is now required",
    ),
    "a longer least": (
        _with(9, "minLength", _property("DecisionRequest", "reference")),
        f"POST {DECISIONS}, request reference: minLength was 1, is 9",
    ),
    "a most where there was none": (
        _with(
            480,
            "maximum",
            lambda d: _property("DecisionRequest", "requested")(d)["properties"]["term_months"],
        ),
        f"POST {DECISIONS}, request requested.term_months: maximum was nothing, is 480",
    ),
    "a type that is no longer taken": (
        _with(
            {"type": ["number", "string"]},
            "additionalProperties",
            _property("DecisionRequest", "features"),
        ),
        f"POST {DECISIONS}, request features.*: may no longer be boolean, null",
    ),
    "a value that is no longer taken": (
        _with(["bad"], "enum", _property("OutcomeRequest", "outcome")),
        f"POST {OUTCOMES}, request outcome: may no longer be good",
    ),
    "only some values are taken": (
        _with(["consumer-loan"], "enum", _property("DecisionRequest", "product")),
        f"POST {DECISIONS}, request product: enum was nothing",
    ),
    "fields that ask for others": (
        _with({"outcome": ["reason"]}, "dependentRequired", lambda d: schema(d, "OutcomeRequest")),
        f"POST {OUTCOMES}, request: dependentRequired was",
    ),
    "an item": (
        _with({"enum": ["decision.made"]}, "items", _property("WebhookRequest", "events")),
        "POST /api/v1/webhooks, request events.[]: may no longer be batch.completed",
    ),
    "an answer": (_without("201", _answers), f"POST {DECISIONS}, 201: is gone"),
    "a refusal": (_without("409", _answers), f"POST {DECISIONS}, 409: is gone"),
    "a header": (
        _without("Idempotent-Replay", lambda d: _answers(d)["201"]["headers"]),
        f"POST {DECISIONS}, 201, header Idempotent-Replay: is gone",
    ),
    "an answer's media type": (
        _with({}, "content", lambda d: _answers(d)["201"]),
        f"POST {DECISIONS}, 201: application/json is gone",
    ),
    "a field of an answer": (
        _without("pd", _properties("Decision")),
        f"GET {ONE}, 200 pd: is gone",
    ),
    "a field inside an answer": (
        _without("code", _properties("Reason")),
        f"GET {DECISIONS}, 200 results.[].reasons.[].code: is gone",
    ),
    "a field that may be missing": (
        _with(["pointer", "code"], "required", lambda d: schema(d, "Fault")),
        f"POST {DECISIONS}, 400 errors.[].detail: may now be missing",
    ),
    "null where there was a value": (
        _with(["string", "null"], "type", _property("Decision", "reference")),
        f"GET {ONE}, 200 reference: may now be null",
    ),
    "a number for an integer": (
        _with(["number", "null"], "type", _property("Decision", "score")),
        f"GET {ONE}, 200 score: may now be number",
    ),
    "a value that nobody knows": (
        _with(
            ["approve", "refer", "decline", "ask"], "enum", _property("Decision", "recommendation")
        ),
        f"GET {ONE}, 200 recommendation: may now be ask",
    ),
    "a longer list": (
        _with(6, "maxItems", _property("Decision", "reasons")),
        f"GET {ONE}, 200 reasons: maxItems was 4, is 6",
    ),
    "an alternative": (
        _with([{"type": "string"}, {"type": "null"}], "anyOf", _property("Decision", "decision")),
        f"GET {ONE}, 200 decision: may now be string",
    ),
    "another format": (
        _without("format", _property("Decision", "decided_at")),
        f"GET {ONE}, 200 decided_at: format was date-time, is nothing",
    ),
    "another scope": (
        _with(
            [{"apiKey": []}, {"oauth": ["read", "score"]}],
            "security",
            lambda d: operation(d, ONE, "get"),
        ),
        f"GET {ONE}, security: oauth (read) is no longer enough",
    ),
    "a key where none was asked for": (
        _with([{"apiKey": []}], "security", lambda d: operation(d, "/healthz", "get")),
        "GET /healthz, security: no key is no longer enough",
    ),
    "a way in": (
        _with([{"oauth": ["read"]}], "security", lambda d: operation(d, ONE, "get")),
        f"GET {ONE}, security: apiKey is no longer enough",
    ),
    "how a key is sent": (
        _with("basic", "scheme", lambda d: d["components"]["securitySchemes"]["apiKey"]),
        "security scheme apiKey: scheme was bearer, is basic",
    ),
    "where a token is had": (
        _with("/token", "tokenUrl", flow),
        "security scheme oauth: tokenUrl was /api/v1/oauth/token, is /token",
    ),
    "a scope": (
        _without("batch", lambda d: flow(d)["scopes"]),
        "security scheme oauth: scopes are gone: batch",
    ),
    "a message": (
        _without("decision.made", lambda d: d["webhooks"]),
        "POST decision.made: is gone",
    ),
    "a field of a message": (
        _without("created_at", _properties("WebhookMessage")),
        "POST decision.made, request created_at: is gone",
    ),
    "a header of a message": (
        lambda d: d["webhooks"]["decision.made"]["post"]["parameters"].pop(),
        "POST decision.made, header parameter webhook-signature: is gone",
    ),
    "what no rule here knows": (
        _with({"type": "object"}, "unevaluatedProperties", lambda d: schema(d, "OutcomeRequest")),
        f"POST {OUTCOMES}, request: unevaluatedProperties was nothing",
    ),
}


@pytest.mark.parametrize(("change", "said"), BREAKING.values(), ids=BREAKING)
def test_what_breaks_a_client_is_named(change, said):
    changed = copy.deepcopy(DOCUMENT)
    change(changed)

    trouble = broken(DOCUMENT, changed)

    assert any(each.startswith(said) for each in trouble), trouble


def _as_a_component(document):
    schema(document, "Decision")["properties"]["status"] = {"$ref": "#/components/schemas/Status"}
    document["components"]["schemas"]["Status"] = _property("Decision", "status")(DOCUMENT)


HARMLESS = {
    "nothing": lambda _: None,
    "an operation": lambda d: d["paths"].update({"/api/v1/x": d["paths"][DECISIONS]}),
    "a parameter that may be sent": _one_more_parameter(required=False),
    "a parameter that need not be sent": _without(
        "required", lambda d: parameter(d, "Idempotency-Key")
    ),
    "a field that may be sent": _with({}, "channel", _properties("DecisionRequest")),
    "a field that need not be sent": _with(
        ["product"], "required", lambda d: schema(d, "DecisionRequest")
    ),
    "a value that is taken": _with(
        ["good", "bad", "sold"], "enum", _property("OutcomeRequest", "outcome")
    ),
    "a wider bound": _with(200, "maxLength", _property("DecisionRequest", "reference")),
    "a form that is no longer asked": _without(
        "pattern", _property("DecisionRequest", "reference")
    ),
    "more types that are taken": _without("type", _property("FeedbackRequest", "text")),
    "another media type": _with(
        {}, "text/csv", lambda d: operation(d, DECISIONS)["requestBody"]["content"]
    ),
    "a field of an answer": _with({"type": "string"}, "more", _properties("Decision")),
    "a field of an answer that is always there": lambda d: schema(d, "Problem")["required"].append(
        "error"
    ),
    "fewer values of an answer": _with(
        ["approve", "refer"], "enum", _property("Decision", "recommendation")
    ),
    "an answer that is never null": _with("integer", "type", _property("Decision", "score")),
    "a refusal": _with({"description": "", "content": {}}, "410", _answers),
    "a header": _with({}, "X-More", lambda d: _answers(d)["201"]["headers"]),
    "other words": _with("Other.", "description", lambda d: schema(d, "Problem")),
    "a schema under a name": _as_a_component,
    "a way in": lambda d: operation(d, ONE, "get")["security"].append({"mutualTLS": []}),
    "a scope": _with("More", "more", lambda d: flow(d)["scopes"]),
    "a message": lambda d: d["webhooks"].update({"x": d["webhooks"]["decision.made"]}),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_breaks_nobody_is_left_alone(change):
    changed = copy.deepcopy(DOCUMENT)
    change(changed)

    assert broken(DOCUMENT, changed) == []


def test_a_schema_that_holds_itself_is_compared_to_its_end():
    def document(kind):
        tree = {
            "properties": {"leaf": {"type": kind}, "more": {"$ref": "#/components/schemas/Tree"}}
        }
        tree |= {"type": "object"}
        answer = {
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}
        }
        get = {"operationId": "tree", "responses": {"200": answer}}
        return {"paths": {"/tree": {"get": get}}, "components": {"schemas": {"Tree": tree}}}

    assert broken(document("string"), document("string")) == []
    assert broken(document("string"), document("number")) == [
        "GET /tree, 200 leaf: may now be number"
    ]
