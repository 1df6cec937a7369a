"""The body must be what its headers say: plain JSON of a stated length within bounds."""

import json

import pytest
from django.test import RequestFactory
from rest_framework.test import APIRequestFactory

from credit.api import bodies
from credit.api.problem_documents import Problem

GOOD = json.dumps({"a": 1}).encode()


def read(content: bytes = GOOD, **environ):
    """Read a body with headers changed; None takes one away."""
    request = RequestFactory().generic("POST", "/", content, "application/json")
    for name, value in environ.items():
        request.META[name] = value
        if value is None:
            del request.META[name]
    return bodies.read(request)


TYPES = {
    "none": None,
    "empty": "",
    "a form": "application/x-www-form-urlencoded",
    "a file": "multipart/form-data; boundary=x",
    "text": "text/plain",
    "another JSON": "application/vnd.api+json",
    "JSON in Latin-1": "application/json; charset=latin-1",
    "JSON in UTF-16": "application/json; charset=utf-16",
    "JSON with another parameter": "application/json; version=2",
    "two": "application/json, text/html",
    "a very long one": "application/json;" + " " * 100_000 + "x",
}


@pytest.mark.parametrize("content_type", TYPES.values(), ids=TYPES)
def test_another_content_type_is_refused(content_type):
    with pytest.raises(Problem) as caught:
        read(CONTENT_TYPE=content_type)

    assert caught.value.kind.status == 415


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", 'application/json; charset="UTF-8"'],
)
def test_plain_json_is_read_however_it_is_spelt(content_type):
    assert read(CONTENT_TYPE=content_type).content == {"a": 1}


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity", "x"])
def test_an_encoded_body_is_refused(encoding):
    with pytest.raises(Problem) as caught:
        read(HTTP_CONTENT_ENCODING=encoding)

    assert caught.value.kind.status == 415


LENGTHS = {
    "none": (None, 400),
    "empty": ("", 400),
    "negative": ("-1", 400),
    "signed": ("+8", 400),
    "words": ("eight", 400),
    "other digits": ("\u0668", 400),
    "hexadecimal": ("0x8", 400),
    "two": ("8, 8", 400),
    "more than came": ("9", 400),
    "less than came": ("7", 400),
    "just too much": ("1048577", 413),
    "very much": ("9" * 30, 413),
    "endless": ("9" * 10_000, 413),
}


@pytest.mark.parametrize(("length", "status"), LENGTHS.values(), ids=LENGTHS)
def test_a_length_that_is_not_the_body_s_is_refused(length, status):
    with pytest.raises(Problem) as caught:
        read(CONTENT_LENGTH=length)

    assert caught.value.kind.status == status


def test_who_sends_in_chunks_is_told_so():
    with pytest.raises(Problem, match="whole and not in chunks"):
        read(CONTENT_LENGTH=None, HTTP_TRANSFER_ENCODING="chunked")


def test_a_body_of_just_the_limit_is_read():
    content = b'{"a": "%s"}' % (b"x" * (1024 * 1024 - 9))

    assert len(content) == 1024 * 1024
    assert read(content).content
    with pytest.raises(Problem):
        read(content + b" ")


def test_an_empty_body_is_refused():
    with pytest.raises(Problem) as caught:
        read(b"", CONTENT_LENGTH="0", CONTENT_TYPE="application/json")

    assert caught.value.kind.name == "malformed-json"


def test_the_fingerprint_is_of_the_bytes():
    assert read(b'{"a": 1}').sha256 != read(b'{"a":1}').sha256


def test_the_framework_reads_no_body_by_itself():
    request = APIRequestFactory().post("/", GOOD, content_type="application/json")

    assert bodies.read(request).content == {"a": 1}
