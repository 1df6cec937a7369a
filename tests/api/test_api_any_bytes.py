"""Any bytes at all get a problem that names what is wrong, and store nothing."""

import json

import factories
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit.models import Application

SETTINGS = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
GOOD = factories.body()
PLACES = [(name,) for name in GOOD] + [
    (part, name) for part in ("requested", "features") for name in GOOD[part]
]


def with_one_thing_changed(place, value):
    path = "__".join(place)
    return factories.body(**{path: value})


def assert_refused(answer):
    told = answer.json()
    assert 400 <= answer.status_code < 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert told["status"] == answer.status_code
    assert all(error["pointer"].startswith("/") or not error["pointer"] for error in told["errors"])


@SETTINGS
@given(st.binary(max_size=2000))
def test_any_bytes_are_refused(early_partner, content):
    assert_refused(early_partner.decide(content))
    assert not Application.objects.exists()


@SETTINGS
@given(JSON)
def test_any_json_is_refused(early_partner, value):
    content = json.dumps(value).encode()

    assert_refused(early_partner.decide(content))


@SETTINGS
@given(st.sampled_from(PLACES), JSON)
def test_any_value_in_any_place_is_decided_or_refused(partner, place, value):
    answer = partner.decide(json.dumps(with_one_thing_changed(place, value)).encode())

    if answer.status_code != 201:
        assert_refused(answer)
        assert answer.json()["errors"]


@SETTINGS
@given(st.text(), st.text(max_size=300))
def test_any_header_and_any_query_are_read_or_refused(partner, text, query):
    answers = [
        partner.decide(**{"Idempotency-Key": text}),
        partner.get("/api/v1/products", **{"X-Request-ID": text, "Accept": query}),
        partner.get("/api/v1/products", Authorization=text),
    ]

    assert all(answer.status_code < 500 for answer in answers)


@SETTINGS
@given(st.binary(max_size=100))
def test_any_query_string_is_read_or_refused(early_partner, query):
    answer = early_partner.client.generic(
        "GET",
        "/api/v1/decisions",
        QUERY_STRING=query.decode("latin-1"),
        headers={"Authorization": f"Bearer {early_partner.key}"},
    )

    assert answer.status_code in {200, 400}


@SETTINGS
@given(st.text(max_size=100))
def test_any_path_is_an_answer(early_partner, path):
    answer = early_partner.client.generic(
        "GET", "/", PATH_INFO=f"/api/v1/{path}".encode("utf-8", "replace").decode("latin-1")
    )

    assert answer.status_code < 500


@pytest.mark.parametrize("depth", [19, 20, 21, 1_000, 100_000])
def test_no_depth_breaks_it(early_partner, depth):
    assert_refused(early_partner.decide(b'{"a":' * depth + b"1" + b"}" * depth))
