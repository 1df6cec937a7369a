"""An application goes in, a decision comes out, and can be read again."""

from credit.models import Application, Decision, Score


def test_a_decision_is_answered_as_it_was_stored(partner, application, champion):
    answer = partner.decide(application())

    told = answer.json()
    score = Score.objects.get(application_id=told["id"])
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert told["pd"] == score.pd  # the very float
    assert told["model"] == {
        "version": "consumer-loan/1",
        "bundle": champion.bundle_hash,
        "route": "champion",
        "served_as": "champion",
    }
    assert Application.objects.get().reference == told["reference"] == "A-2291"


def test_a_decision_reads_back_as_it_was_answered(partner):
    told = partner.decide().json()

    again = partner.get(f"/api/v1/decisions/{told['id']}")

    assert again.status_code == 200
    assert again.json() == told


def test_decisions_are_found_by_reference(partner, application):
    partner.decide(application(reference="A-1"))
    wanted = partner.decide(application(reference="A-2")).json()

    found = partner.get("/api/v1/decisions?reference=A-2").json()

    assert found == {"results": [wanted], "next": None}


def test_a_reference_may_hold_any_printable_text(partner, application):
    reference = "Müller & Söhne/7 +%"
    partner.decide(application(reference=reference))

    found = partner.client.get(
        "/api/v1/decisions",
        {"reference": reference},
        headers={"Authorization": f"Bearer {partner.key}"},
    ).json()

    assert [decision["reference"] for decision in found["results"]] == [reference]


def test_decisions_come_in_pages(partner, monkeypatch):
    monkeypatch.setattr("credit.queries.decisions.PAGE", 2)
    told = [partner.decide().json()["id"] for _ in range(3)]

    first = partner.get("/api/v1/decisions").json()
    second = partner.get(f"/api/v1/decisions?cursor={first['next']}").json()

    ids = [decision["id"] for page in (first, second) for decision in page["results"]]
    assert ids == sorted(told, reverse=True)
    assert second["next"] is None


def test_protected_groups_are_accepted_and_never_told(partner, application):
    body = application(monitoring={"age_group": "25_to_61"})

    answer = partner.decide(body)

    assert answer.status_code == 201
    assert "25_to_61" not in answer.content.decode()


def test_a_head_request_says_what_a_get_would(partner):
    told = partner.decide().json()

    answer = partner.head(f"/api/v1/decisions/{told['id']}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert Decision.objects.count() == 1
