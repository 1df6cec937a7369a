"""Bad input is refused with a pointer to each bad field, and nothing is stored."""

import json

import factories
import pytest
from factories import REMOVED

from credit.models import Application, AuditEvent, Decision, IdempotencyRecord, Score


def stored():
    tables = (Application, Score, Decision, IdempotencyRecord)
    decided = AuditEvent.objects.filter(type=AuditEvent.Type.APPLICATION_DECIDED)
    return [table.objects.count() for table in tables] + [decided.count()]


def refused_fields(answer):
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def assert_nothing_stored():
    assert stored() == [0, 0, 0, 0, 0]


FIELDS = {
    "an unknown product": ({"product": "payday"}, "/product", "unknown_product"),
    "an empty product": ({"product": ""}, "/product", "unknown_product"),
    "no product": ({"product": REMOVED}, "/product", "missing"),
    "a null product": ({"product": None}, "/product", "missing"),
    "a product that is a number": ({"product": 7}, "/product", "wrong_type"),
    "no reference": ({"reference": REMOVED}, "/reference", "missing"),
    "an empty reference": ({"reference": ""}, "/reference", "out_of_bounds"),
    "a long reference": ({"reference": "A" * 101}, "/reference", "out_of_bounds"),
    "a reference with a newline": ({"reference": "A-1\n"}, "/reference", "out_of_bounds"),
    "a reference with blanks": ({"reference": " A-1"}, "/reference", "out_of_bounds"),
    "a reference that turns the text": ({"reference": "A\u202e1"}, "/reference", "out_of_bounds"),
    "a reference that is a number": ({"reference": 1}, "/reference", "wrong_type"),
    "an unknown field": ({"note": "x"}, "/note", "unknown_field"),
    "an unknown field to be escaped": ({"a/b~c": 1}, "/a~1b~0c", "unknown_field"),
    "no features": ({"features": REMOVED}, "/features", "missing"),
    "null features": ({"features": None}, "/features", "missing"),
    "a list of features": ({"features": []}, "/features", "wrong_type"),
    "an unknown feature": ({"features__age": 30}, "/features/age", "unknown_field"),
    "a protected attribute": (
        {"features__foreign_worker": True},
        "/features/foreign_worker",
        "unknown_field",
    ),
    "a missing feature": (
        {"features__duration_months": REMOVED},
        "/features/duration_months",
        "missing",
    ),
    "a null feature": ({"features__duration_months": None}, "/features/duration_months", "missing"),
    "an integer as text": (
        {"features__duration_months": "36"},
        "/features/duration_months",
        "wrong_type",
    ),
    "an integer with a fraction": (
        {"features__duration_months": 36.0},
        "/features/duration_months",
        "wrong_type",
    ),
    "an integer with an underscore": (
        {"features__duration_months": "1_0"},
        "/features/duration_months",
        "wrong_type",
    ),
    "digits of another script": (
        {"features__duration_months": "\u0663\u0666"},
        "/features/duration_months",
        "wrong_type",
    ),
    "true as a number": (
        {"features__duration_months": True},
        "/features/duration_months",
        "wrong_type",
    ),
    "an integer out of bounds": (
        {"features__duration_months": 100_000},
        "/features/duration_months",
        "out_of_bounds",
    ),
    "a category the contract does not know": (
        {"features__housing": "castle"},
        "/features/housing",
        "unknown_category",
    ),
    "a category with a newline": (
        {"features__housing": "own\n"},
        "/features/housing",
        "unknown_category",
    ),
    "a category in capitals": (
        {"features__housing": "OWN"},
        "/features/housing",
        "unknown_category",
    ),
    "a category as number": ({"features__housing": 1}, "/features/housing", "wrong_type"),
    "yes as a boolean": (
        {"features__has_telephone": "yes"},
        "/features/has_telephone",
        "wrong_type",
    ),
    "1 as a boolean": ({"features__has_telephone": 1}, "/features/has_telephone", "wrong_type"),
    "an object as a feature": ({"features__housing": {}}, "/features/housing", "wrong_type"),
    "no amount": ({"requested__amount": REMOVED}, "/requested/amount", "missing"),
    "an amount as number": ({"requested__amount": 4200}, "/requested/amount", "wrong_type"),
    "an amount with three decimals": (
        {"requested__amount": "4200.001"},
        "/requested/amount",
        "wrong_type",
    ),
    "an amount in other digits": (
        {"requested__amount": "\u0664\u0662\u0660\u0660"},
        "/requested/amount",
        "wrong_type",
    ),
    "an amount that is NaN in words": (
        {"requested__amount": "NaN"},
        "/requested/amount",
        "wrong_type",
    ),
    "an amount with a trailing newline": (
        {"requested__amount": "4200.00\n"},
        "/requested/amount",
        "wrong_type",
    ),
    "an amount out of bounds": (
        {"requested__amount": "999999999"},
        "/requested/amount",
        "out_of_bounds",
    ),
    "an unknown field of the request": (
        {"requested__currency": "EUR"},
        "/requested/currency",
        "unknown_field",
    ),
    "monitoring of what is not monitored": (
        {"monitoring": {"religion": "x"}},
        "/monitoring/religion",
        "unknown_field",
    ),
    "monitoring of an unknown group": (
        {"monitoring": {"age_group": "33"}},
        "/monitoring/age_group",
        "unknown_category",
    ),
    "an applicant without a name": ({"applicant": {}}, "/applicant/name", "missing"),
    "an applicant's name that nobody can see": (
        {"applicant": {"name": "Ada\u202eLovelace"}},
        "/applicant/name",
        "out_of_bounds",
    ),
    "an applicant's name of joiners alone": (
        {"applicant": {"name": "\u200c\u200d"}},
        "/applicant/name",
        "out_of_bounds",
    ),
    "an applicant's name that is too long": (
        {"applicant": {"name": "A" * 201}},
        "/applicant/name",
        "out_of_bounds",
    ),
    "an applicant's address that is no text": (
        {"applicant": {"name": "Ada", "address": ["1 High Street"]}},
        "/applicant/address",
        "wrong_type",
    ),
    "something else of an applicant": (
        {"applicant": {"name": "Ada", "born_on": "1990-01-01"}},
        "/applicant/born_on",
        "unknown_field",
    ),
    "an applicant that is no object": ({"applicant": "Ada"}, "/applicant", "wrong_type"),
    "null monitoring": ({"monitoring": None}, "/monitoring", "missing"),
}


@pytest.mark.parametrize(("changes", "pointer", "code"), FIELDS.values(), ids=FIELDS)
def test_a_bad_field_is_named(partner, application, changes, pointer, code):
    answer = partner.decide(application(**changes))

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/api/v1/docs/problems/#validation"
    assert (pointer, code) in refused_fields(answer)
    assert_nothing_stored()


def test_every_bad_field_is_named_at_once(partner, application):
    answer = partner.decide(
        application(note=1, reference="", features__housing="castle", requested__amount="0")
    )

    pointers = {pointer for pointer, _ in refused_fields(answer)}
    assert pointers == {"/note", "/reference", "/features/housing", "/requested/amount"}


@pytest.mark.parametrize("part", ["", "features", "requested", "monitoring", "applicant"])
def test_however_many_unknown_fields_are_sent_a_hundred_are_named(partner, application, part):
    body = application(monitoring={}, applicant={"name": "Ada Lovelace"})
    (body[part] if part else body).update({f"x{number}": 0 for number in range(5_000)})

    answer = partner.decide(body)

    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert len(errors) == 100
    assert {each["code"] for each in errors} == {"unknown_field"}


def test_without_a_product_the_rest_is_still_looked_at(partner, application):
    answer = partner.decide(application(product=REMOVED, reference=REMOVED, note=1))

    pointers = {pointer for pointer, _ in refused_fields(answer)}
    assert pointers == {"/product", "/reference", "/note"}


def spoilt(old: bytes, new: bytes) -> bytes:
    """Write what `json.dumps` would not write into a good application."""
    content = json.dumps(factories.body()).encode()
    assert old in content
    return content.replace(old, new)


TERM = json.dumps(factories.body()["features"]["duration_months"]).encode()
JSON = {
    "no JSON": (b"<xml/>", "", "not_json"),
    "NaN": (
        spoilt(b'"duration_months": ' + TERM, b'"duration_months": NaN'),
        "/features/duration_months",
        "not_finite",
    ),
    "1e999": (
        spoilt(b'"duration_months": ' + TERM, b'"duration_months": 1e999'),
        "/features/duration_months",
        "not_finite",
    ),
    "a repeated key": (
        spoilt(b'"product"', b'"product": "payday", "product"'),
        "/product",
        "duplicate_key",
    ),
    "NUL": (spoilt(b"A-2291", b"A\\u0000"), "/reference", "not_storable"),
    "half of a pair": (spoilt(b"A-2291", b"A\\ud800"), "/reference", "not_storable"),
    "deep nesting": (b'{"a":' * 150_000, "", "too_deep"),
    "a list": (b"[]", "", "wrong_type"),
}


@pytest.mark.parametrize(("raw", "pointer", "code"), JSON.values(), ids=JSON)
def test_what_is_no_strict_json_is_refused(early_partner, raw, pointer, code):
    answer = early_partner.decide(raw)

    assert answer.status_code == 400
    assert answer.json()["type"] == "/api/v1/docs/problems/#malformed-json"
    assert refused_fields(answer) == [(pointer, code)]
    assert_nothing_stored()


QUERIES = {
    "an unknown parameter": "page=2",
    "a parameter twice": "reference=A&reference=B",
    "an empty parameter": "reference=",
    "NUL": "reference=A%00",
    "a newline": "reference=A%0A",
    "a control character of Latin-1": "reference=A%C2%9B",
    "no UTF-8": "reference=%ff",
    "half of a pair": "reference=%ed%a0%80",
    "a long one": f"reference={'A' * 101}",
    "a very long one": f"reference={'A' * 5000}",
    "many": "&".join(f"a{number}=1" for number in range(50)),
    "a cursor that we never gave": "cursor=%27%20OR%201=1",
    "a filter of ours": "application__partner=2",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_query_is_read_as_strictly(early_partner, query):
    answer = early_partner.get(f"/api/v1/decisions?{query}")

    assert answer.status_code == 400
    assert answer.json()["type"] == "/api/v1/docs/problems/#malformed-request"


def test_a_query_parameter_that_is_none_is_told_which_there_are(early_partner):
    asked = ("decisions?limit=10", "products?limit=10")

    told = [early_partner.get(f"/api/v1/{each}").json()["detail"] for each in asked]

    assert told == [
        "There is no query parameter 'limit' here, only reference and cursor.",
        "There is no query parameter 'limit' here.",
    ]


def test_a_foreign_cursor_is_told_where_cursors_come_from(early_partner):
    answers = [early_partner.get(f"/api/v1/{each}?cursor=2") for each in ("decisions", "batches")]

    for answer in answers:
        assert "send “next” of the page before" in answer.json()["detail"]


def test_where_no_parameter_is_known_every_one_is_refused(partner):
    told = partner.decide().json()

    paths = ("products", "products/consumer-loan/schema", f"decisions/{told['id']}")
    answers = [partner.get(f"/api/v1/{path}?format=json") for path in paths]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
