"""A partner sees its own decisions; another's are as if they were not there."""

import api_lending
import pytest

from credit.models import Outcome

UNKNOWN = "01JDA4V9G4Q2M7Z8S0C5T3XW1K"


@pytest.fixture
def theirs(other_partner):
    return other_partner.decide().json()["id"]


def without_names(answer):
    """Give an answer less what differs between any two requests."""
    told = answer.json() | {"instance": "", "request_id": ""}
    own = {"X-Request-Id", "RateLimit"}  # the latter says how many requests are left
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status_code, told, headers.pop("Content-Length", None) and headers


def test_another_s_decision_is_answered_like_one_that_does_not_exist(partner, theirs):
    another_s = partner.get(f"/api/v1/decisions/{theirs}")
    unknown = partner.get(f"/api/v1/decisions/{UNKNOWN}")

    assert another_s.status_code == 404
    assert without_names(another_s) == without_names(unknown)


def test_another_s_decision_takes_no_outcome(partner, theirs):
    body = {"outcome": "bad", "observed_on": "2026-01-01"}

    another_s = partner.post(f"/api/v1/decisions/{theirs}/outcomes", body)
    unknown = partner.post(f"/api/v1/decisions/{UNKNOWN}/outcomes", body)

    assert another_s.status_code == 404
    assert without_names(another_s) == without_names(unknown)
    assert not Outcome.objects.exists()


def test_a_list_holds_own_decisions_only(partner, theirs):
    mine = partner.decide().json()["id"]

    found = partner.get("/api/v1/decisions?reference=A-2291").json()["results"]

    assert [decision["id"] for decision in found] == [mine]


def test_a_cursor_reaches_no_further(partner, theirs):
    found = partner.get(f"/api/v1/decisions?cursor=7{'Z' * 25}").json()

    assert found == {"results": [], "next": None}


@pytest.mark.parametrize("id_", ["x", "01jda4v9g4q2m7z8s0c5t3xw1k", "8" * 26, "1", "-", "%00"])
def test_what_is_no_id_is_no_path(early_partner, id_):
    answer = early_partner.get(f"/api/v1/decisions/{id_}")

    assert answer.status_code == 404
    assert answer.json()["type"] == "/api/v1/docs/problems/#not-found"


def test_two_keys_of_one_partner_see_the_same(partner):
    told = partner.decide().json()
    again = api_lending.Partner(api_lending.key_of(scopes=["read"]).key)

    assert again.get(f"/api/v1/decisions/{told['id']}").json() == told
