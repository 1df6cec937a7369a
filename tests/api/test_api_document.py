"""The OpenAPI document says what the API does: held against the code, and against real answers."""

import json
import re
from dataclasses import replace
from pathlib import Path

import factories
import pytest
from api_document import DOCUMENT, OPERATIONS, answers, holds, operation, schema_of
from django.urls import get_resolver
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, ValidationError
from rest_framework.views import APIView

from credit.api import problem_documents, problem_types
from credit.api.example_requests import whole_request
from credit.models import Application, EventKind
from scoring.contracts.schema import json_schema

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
TOKEN = "/api/v1/oauth/token"
PAGES = {f"/api/v1/docs/{page}" for page in ("", "guide/", "problems/")} | {"/api/v1/openapi.json"}


def paths_of(resolver, before="/"):
    for each in resolver.url_patterns:
        path = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from paths_of(each, path)
        else:
            yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path), each.callback


def test_the_document_is_openapi_3_1():
    assert DOCUMENT["openapi"].startswith("3.1.")
    validate_schema(DOCUMENT)


def test_every_component_is_a_schema():
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_everybody_may_read_it(client):
    answer = client.get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == DOCUMENT


def test_every_path_of_the_api_stands_in_it_and_no_other():
    served = {
        path for path, _ in paths_of(get_resolver()) if path.startswith(("/api/", "/healthz"))
    }

    assert served - PAGES | {"/readyz"} == set(DOCUMENT["paths"])


def test_every_method_of_an_endpoint_stands_in_it():
    for path, callback in paths_of(get_resolver()):
        endpoint = getattr(callback, "cls", None)
        if path.startswith("/api/") and endpoint and issubclass(endpoint, APIView):
            methods = {name for name in ("get", "post", "delete") if hasattr(endpoint, name)}
            assert methods == set(DOCUMENT["paths"][path])
            assert {name.upper() for name in methods} == set(endpoint.scopes)


def test_names_of_operations_are_unique():
    names = [operation(*each)["operationId"] for each in OPERATIONS]

    assert len(names) == len(set(names))


def test_every_operation_on_an_id_is_linked_from_the_answer_that_gives_it():
    linked = {}
    for each in OPERATIONS:
        for answer in answers(*each).values():
            for name, link in answer.get("links", {}).items():
                (told,) = answer["content"]["application/json"]["examples"].values()
                for pointer in link["parameters"].values():
                    assert pointer.removeprefix("$response.body#/") in told["value"]
                linked[name] = set(link["parameters"])

    for path, method in OPERATIONS:
        names = set(re.findall(r"{(\w+_id|number)}", path))
        assert linked.get(operation(path, method)["operationId"], set()) == names


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_status_has_an_example_that_fits_its_schema(path, method):
    for answer in answers(path, method).values():
        (content,) = answer["content"].values()
        examples = [each["value"] for each in content.get("examples", {}).values()]
        examples += [content["example"]] if "example" in content else []
        assert examples
        for example in examples:
            holds(example, content["schema"])


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_request_has_an_example_that_fits_its_schema(path, method):
    body = operation(path, method).get("requestBody", {"content": {}})
    for content in body["content"].values():
        assert content["examples"]
        for example in content["examples"].values():
            holds(example["value"], content["schema"])


@pytest.mark.parametrize(
    ("path", "method"), [each for each in OPERATIONS if each[0].startswith("/api/")]
)
def test_every_operation_shows_its_problems(path, method):
    told, given = operation(path, method), answers(path, method)
    statuses = {int(status) for status in given}

    assert told["security"] == security_of(path, method)
    assert {400, 401, 406, 429, 500, 503} <= statuses
    assert (403 in statuses) == (path != TOKEN)
    assert ("requestBody" in told) == ({413, 415} <= statuses)
    assert ("{" in path) == (404 in statuses)
    for status in statuses - {200, 201, 202}:
        assert list(given[str(status)]["content"]) == [problem_documents.MEDIA_TYPE]


def test_every_message_that_we_send_stands_in_it():
    assert set(DOCUMENT["webhooks"]) == set(EventKind.values)
    for message in DOCUMENT["webhooks"].values():
        content = message["post"]["requestBody"]["content"]["application/json"]
        holds(content["example"], content["schema"])


SCOPES = {"decide": ["score"], "report_outcome": ["outcomes"], "list_decisions": ["read"]}
SCOPES |= {"read_decision": ["read"], "list_products": [], "read_product_schema": []}
SCOPES |= {"give_feedback": ["outcomes"], "withdraw_feedback": ["outcomes"]}
SCOPES |= {"list_feedback": ["read"]}
OF_BATCHES = ("send_batch", "list_batches", "read_batch", "read_batch_results", "cancel_batch")
SCOPES |= {operation: ["batch"] for operation in OF_BATCHES}
OF_WEBHOOKS = ("list", "register", "read", "remove", "pause", "resume")
SCOPES |= {f"{verb}_webhook{'s' * (verb == 'list')}": ["webhooks"] for verb in OF_WEBHOOKS}
SCOPES |= {"rotate_webhook_secret": ["webhooks"]}


def security_of(path, method):
    if path == TOKEN:
        return [{"oauthClient": []}, {}]
    return [{"apiKey": []}, {"oauth": SCOPES[operation(path, method)["operationId"]]}]


def test_every_way_in_that_an_operation_names_is_described():
    schemes = DOCUMENT["components"]["securitySchemes"]

    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "apiKey": "http",
        "oauth": "oauth2",
        "oauthClient": "http",
    }
    flow = schemes["oauth"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == TOKEN
    assert set(flow["scopes"]) == {"score", "read", "outcomes", "batch", "webhooks"}


def test_every_kind_of_problem_is_shown_but_those_of_no_operation():
    shown = set(re.findall(r"docs/problems/#([a-z-]+)", json.dumps(DOCUMENT)))

    assert {kind.name for kind in problem_types.ALL} - shown == {"method-not-allowed"}


def test_every_kind_of_problem_of_a_status_is_an_example_of_it():
    for each in OPERATIONS:
        for status, answer in answers(*each).items():
            shown = answer["content"].get(problem_documents.MEDIA_TYPE, {}).get("examples", {})
            assert all(example["value"]["status"] == int(status) for example in shown.values())
            assert len(shown) == len({example["value"]["type"] for example in shown.values()})


REAL = {
    "decided": lambda partner: partner.decide(),
    "listed": lambda partner: partner.get("/api/v1/decisions"),
    "products": lambda partner: partner.get("/api/v1/products"),
    "refused": lambda partner: partner.decide({}),
    "no key": lambda _: type(_)().decide(),
}


@pytest.mark.parametrize("name", REAL)
def test_real_answers_fit_the_document(partner, name):
    partner.decide()

    answer = REAL[name](partner)

    path, method = answer.request["PATH_INFO"], answer.request["REQUEST_METHOD"].lower()
    holds(answer.json(), schema_of(path, method, answer.status_code))


def test_an_answer_that_does_not_fit_would_be_seen(partner):
    told = partner.decide().json()

    for wrong in ({"pd": "0.2"}, {"pd": 1.5}, {"id": "x"}, {"more": 1}, {"model": {}}):
        with pytest.raises(ValidationError):
            holds(told | wrong, schema_of("/api/v1/decisions", "post", 201))


@pytest.mark.parametrize("changes", [factories.AUTOMATIC, factories.DECLINED, factories.REFERRED])
def test_every_recommendation_fits_the_document(partner, application, changes):
    told = partner.decide(application(**changes)).json()

    holds(told, schema_of("/api/v1/decisions/{decision_id}", "get", 200))


def test_the_guide_shows_and_explains_every_field_of_a_decision():
    guide = GUIDE.read_text()
    blocks = [json.loads(each) for each in re.findall(r"```json\n(.*?)```", guide, re.DOTALL)]
    (shown,) = [each for each in blocks if "recommendation" in each]

    fields = DOCUMENT["components"]["schemas"]["Decision"]["properties"]
    said_by_its_name = {"id", "product", "reference", "decided_at"}
    assert list(shown) == list(fields)
    for name in set(fields) - said_by_its_name:
        assert re.search(rf"^\| [^|]*`{name}[`.]", guide, re.MULTILINE), name


def test_the_guide_explains_every_state_of_a_decision():
    guide = GUIDE.read_text()

    for state in Application.Status.values:
        assert re.search(rf"^\| [^|]*`{state}`[^|]* \| `", guide, re.MULTILINE), state


def test_what_a_product_asks_for_is_a_narrower_request(partner, application):
    schema = partner.get("/api/v1/products/consumer-loan/schema").json()
    body = application(monitoring={"age_group": "25_to_61"})

    Draft202012Validator(schema).validate(body)
    holds(body, {"$ref": "#/components/schemas/DecisionRequest"})
    assert schema | json_schema(factories.CONTRACT) == schema


def test_the_example_of_a_request_is_accepted(partner):
    body = operation("/api/v1/decisions", "post")["requestBody"]
    examples = body["content"]["application/json"]["examples"].values()
    ours = [each["value"] for each in examples if each["value"]["product"] == "consumer-loan"]

    made = [partner.decide(body) for body in ours]

    assert [answer.status_code for answer in made] == [201]


def test_a_product_s_own_example_is_accepted(partner):
    (example,) = partner.get("/api/v1/products/consumer-loan/schema").json()["examples"]

    assert partner.decide(example).status_code == 201


def test_a_product_without_a_term_has_an_example_too():
    contract = factories.CONTRACT
    unsaid = tuple(replace(item, same_as=None) for item in contract.features)
    bounds = replace(contract.requested, term_minimum=None, term_maximum=None)

    example = whole_request(replace(contract, requested=bounds, features=unsaid))

    assert example["requested"] == {"amount": "10050.00"}
