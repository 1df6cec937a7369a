"""A path that is none is told so: below `/api/` in a problem document, elsewhere on a page."""

import re
from urllib.parse import urljoin, urlsplit

import pytest

from credit.api import problem_types, problems

PATHS = ["/api/", "/api/v1", "/api/v1/", "/api/v2/decisions", "/api/v1/decision", "/api/x.php"]


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options"])
@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_path_is_a_problem_document(stranger, path, method):
    answer = getattr(stranger.client, method)(path)

    assert answer.status_code == 404
    assert answer.json()["type"] == problem_types.NOT_FOUND.uri


def test_a_slash_too_many_is_named(stranger):
    details = [
        stranger.get(path).json()["detail"] for path in ("/api/v1/decisions/", "/api/v1/decision")
    ]

    shown = "/api/v1/docs/ shows all of them."
    assert details == [
        f"There is no such path. Those of the API end without a slash; {shown}",
        f"There is no such path. {shown}",
    ]
    assert stranger.client.get(problems.ALL_PATHS).status_code == 200


# Django's own client takes what two slashes begin with for a host.
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["//api/v1/decisions", "///api/", "/api//v1/decisions"])
def test_two_slashes_in_the_place_of_one_are_named(stranger, path, method):
    answer = getattr(stranger.client, method)("/", PATH_INFO=path)

    assert answer.json()["type"] == problem_types.NOT_FOUND.uri
    assert "It has two slashes where one belongs." in answer.json()["detail"]


@pytest.mark.parametrize("path", ["//api/v1/decisions", "///api/v1"])
def test_the_instance_of_such_a_path_names_no_other_host(stranger, path):
    instance = stranger.client.get("/", PATH_INFO=path).json()["instance"]

    assert instance == f"/.{path}"
    assert urlsplit(urljoin("https://bank.example/", instance)).hostname == "bank.example"


@pytest.mark.parametrize("path", ["//apia", "//sign-in/"])
def test_two_slashes_elsewhere_are_a_page(client, db, path):
    answer = client.get("/", PATH_INFO=path)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/api/", "/api/v1", "/api/v1/"])
def test_who_asks_for_the_api_itself_is_led_to_its_guide(client, stranger, path):
    assert problems.GUIDE in stranger.get(path).json()["detail"]
    assert client.get(problems.GUIDE).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/[x]", "/api/%00", "/api/%ff", "/api/ü", '/api/"<x>', "/api/a%b"]
)
def test_the_instance_of_a_problem_is_a_uri(stranger, path):
    instance = stranger.get(path).json()["instance"]

    assert re.fullmatch(r"/api/([A-Za-z0-9:@!$&'()*+,;=._~/-]|%[0-9A-F]{2})*", instance)


def test_an_unknown_path_elsewhere_is_a_page(client, db):
    answer = client.get("/nothing-here/")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
