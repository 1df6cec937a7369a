"""Applications come in: checked, scored, recommended, and written in one transaction."""

import factories
import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from credit import requests, serving
from credit.actions import decision_rows, model_versions
from credit.models import (
    Alert,
    Application,
    AuditEvent,
    Decision,
    IdempotencyRecord,
    ModelVersion,
    Score,
)
from scoring.canonical import commitment
from scoring.engine import Engine, EngineFailed
from scoring.features import InputRefused
from scoring.records import normalised

AT = factories.AT


@pytest.mark.parametrize(
    ("said", "recommendation", "status"),
    [
        (factories.REFERRED, "refer", "awaiting_officer"),
        (factories.APPROVED, "approve", "awaiting_officer"),
        (factories.AUTOMATIC, "approve", "approved"),
        (factories.DECLINED, "decline", "awaiting_officer"),
    ],
)
def test_a_person_decides_outside_the_automatic_zone(champion, said, recommendation, status):
    decided = factories.decide(**said)

    stored = Decision.objects.get(pk=decided.decision_id)
    assert (stored.recommendation, stored.application.status) == (recommendation, status)
    assert (decided.answer["recommendation"], decided.answer["status"]) == (recommendation, status)
    assert bool(decided.answer["decision"]) is (status == "approved")


def test_the_answer_has_the_promised_shape(champion):
    answer = factories.decide(**factories.REFERRED).answer

    assert answer | {"id": "", "pd": 0, "score": 0, "reasons": []} == {
        "id": "",
        "product": "consumer-loan",
        "reference": "A-2291",
        "decided_at": "2026-11-22T10:15:02.114Z",
        "recommendation": "refer",
        "status": "awaiting_officer",
        "state": "awaiting_officer",
        "decision": None,
        "offer": None,
        "pd": 0,
        "score": 0,
        "band": "E",
        "reasons": [],
        "policy": [
            {"rule": "max_amount", "passed": True},
            {"rule": "max_term", "passed": True},
        ],
        "model": {
            "version": "consumer-loan/1",
            "bundle": champion.bundle_hash,
            "route": "champion",
            "served_as": "champion",
        },
        "uncertainty": None,
        "warnings": [],
        "outcomes": [],
        "supersedes": None,
        "superseded_by": None,
    }
    assert answer["pd"] == pytest.approx(0.4533, abs=5e-5)
    assert answer["reasons"][0]["feature"] == "checking_status"
    assert answer["reasons"][0]["code"] == "CHK01"
    assert answer["reasons"][0]["points"] < 0


def test_what_policy_decided_is_in_the_answer(champion):
    answer = factories.decide(**factories.AUTOMATIC).answer

    assert answer["decision"] == {
        "verdict": "approve",
        "decided_at": "2026-11-22T10:15:02.114Z",
        "by": "policy",
    }


def test_everything_is_written_together(champion):
    partner = factories.partner()

    decided = factories.decide(partner=partner, idempotency=factories.idempotency())

    application = Application.objects.get(pk=decided.decision_id)
    assert application.partner == partner
    assert application.score.model_version == champion
    assert application.score.route == Score.Route.CHAMPION
    assert len(application.score.contributions) == len(factories.CONTRACT.features)
    assert application.decision.decided_at == application.received_at == AT
    assert IdempotencyRecord.objects.get().answer == decided.text


def test_the_audit_trail_holds_a_commitment_and_no_personal_data(champion):
    decided = factories.decide(reference="Jane Roe", **factories.REFERRED)

    event = AuditEvent.objects.get(target=f"decision:{decided.decision_id}")
    application = Application.objects.get(pk=decided.decision_id)
    values = normalised(factories.CONTRACT, application.features)
    assert "Jane" not in str(event.details)
    assert event.details["inputs"] == commitment(
        bytes(application.salt), requests.inputs_of(application, values)
    )
    assert event.details["bundle"] == champion.bundle_hash
    assert event.details["contract"] == factories.CONTRACT.hash
    assert event.details["policy"] == 1


def test_it_takes_one_statement(champion, monkeypatch):
    partner = factories.partner()
    factories.decide(partner=partner)  # contracts and models are kept from the first one on
    written = []
    execute = decision_rows._executed
    monkeypatch.setattr(
        "credit.actions.decision_rows._executed",
        lambda *given: written.append(given) or execute(*given),
    )

    with CaptureQueriesContext(connection) as taken:
        factories.decide(partner=partner, idempotency=factories.idempotency())

    assert len(written) == 1
    assert len(taken) == 0


def test_the_statement_is_planned_once_a_connection(champion):
    for _ in range(2):
        factories.decide()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements"
            " WHERE statement LIKE '%%INSERT INTO credit_decision %%'"
        )
        (kept,) = cursor.fetchone()
    assert kept == 1


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        ({"reference": factories.REMOVED}, "/reference", "missing"),
        ({"reference": None}, "/reference", "missing"),
        ({"reference": 7}, "/reference", "wrong_type"),
        ({"reference": ""}, "/reference", "out_of_bounds"),
        ({"reference": "A" * 101}, "/reference", "out_of_bounds"),
        ({"reference": " A"}, "/reference", "out_of_bounds"),
        ({"reference": "A\n"}, "/reference", "out_of_bounds"),
        ({"reference": "A\x00B"}, "/reference", "out_of_bounds"),
        ({"reference": "A\ud800"}, "/reference", "out_of_bounds"),
        ({"reference": "A\u202eB"}, "/reference", "out_of_bounds"),
        ({"product": "mortgage"}, "/product", "contradiction"),
        ({"priority": "high"}, "/priority", "unknown_field"),
        ({"requested": factories.REMOVED}, "/requested", "missing"),
        ({"requested": "4200"}, "/requested", "wrong_type"),
        ({"requested__amount": 4200}, "/requested/amount", "wrong_type"),
        ({"requested__rate": 4}, "/requested/rate", "unknown_field"),
        ({"features": []}, "/features", "wrong_type"),
        ({"features": None}, "/features", "missing"),
        ({"features__housing": factories.REMOVED}, "/features/housing", "missing"),
        ({"features__housing": "castle"}, "/features/housing", "unknown_category"),
        ({"features__dependants": True}, "/features/dependants", "wrong_type"),
        ({"features__duration_months": float("nan")}, "/features/duration_months", "wrong_type"),
        ({"features__age": 30}, "/features/age", "unknown_field"),
        ({"monitoring": None}, "/monitoring", "missing"),
        ({"monitoring": {"age_group": "young"}}, "/monitoring/age_group", "unknown_category"),
        ({"monitoring": {"sex": "female"}}, "/monitoring/sex", "not_assessable"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(champion, said, pointer, code):
    with pytest.raises(InputRefused) as refused:
        factories.decide(partner=factories.partner(), idempotency=factories.idempotency(), **said)

    assert (pointer, code) in {(each.pointer, each.code) for each in refused.value.problems}
    assert not Application.objects.exists()
    assert not IdempotencyRecord.objects.exists()


def test_every_problem_is_named_at_once(champion):
    with pytest.raises(InputRefused) as refused:
        factories.decide(reference="", requested="much", features__housing="castle", colour="red")

    assert [each.pointer for each in refused.value.problems] == [
        "/colour",
        "/requested",
        "/reference",
        "/features/housing",
    ]


def test_an_unknown_product_is_a_problem_of_the_request(champion):
    with pytest.raises(InputRefused) as refused:
        factories.decide(slug="mortgage", reference="")

    assert [each.pointer for each in refused.value.problems] == ["/product", "/reference"]


def test_a_product_without_a_policy_takes_no_applications(db):
    factories.contract_version()

    with pytest.raises(InputRefused, match="takes applications"):
        factories.decide()


@pytest.mark.parametrize(("sent", "scored"), [(5, "5.0"), (10**16, "1e+16"), (-0.0, "0.0")])
def test_decimals_have_one_form_whatever_json_makes_of_them(sent, scored):
    decimal = factories.SOURCE.replace(b'kind = "integer"', b'kind = "decimal"')
    contract = type(factories.CONTRACT).parse(decimal)

    again = normalised(contract, {"duration_months": sent, "housing": "own"})

    assert (repr(again["duration_months"]), again["housing"]) == (scored, "own")


@pytest.mark.parametrize("cause", ["bundle_missing", "bundle_refused", "no_champion"])
def test_without_a_model_a_person_decides_and_is_told_why(
    champion, own_store, no_scorecard, toy_bundle, cause
):
    factories.store.put(toy_bundle, ".zip")
    path = factories.store.path_of(champion.bundle_hash, ".zip")
    if cause == "bundle_missing":
        path.unlink()
    elif cause == "bundle_refused":
        path.chmod(0o600)
        path.write_bytes(toy_bundle[:-1] + b"!")
    else:
        model_versions.retire(
            version_id=champion.pk, by=champion.promoted_by, at=AT, note="It is broken."
        )

    answer = factories.decide(**factories.AUTOMATIC).answer

    assert (answer["recommendation"], answer["status"]) == ("refer", "awaiting_officer")
    assert answer["model"] == {
        "version": None,
        "bundle": None,
        "route": "none",
        "served_as": "none",
    }
    assert (answer["pd"], answer["score"], answer["band"]) == (None, None, None)
    assert answer["reasons"] == []
    assert cause in answer["warnings"][0]
    assert Decision.objects.get().application.score.route == Score.Route.NONE
    assert Alert.objects.filter(cause=cause).exists()
    assert Alert.objects.filter(cause="scorecard_refused").exists() == (cause != "no_champion")


def test_the_same_trouble_again_only_counts_up(champion, own_store):
    factories.decide()
    factories.decide()

    assert Alert.objects.get().times == 2
    assert Application.objects.count() == 2


def test_a_model_that_answers_nonsense_is_no_model(champion, monkeypatch, no_scorecard):
    def nonsense(_engine, _values):
        raise EngineFailed("NaN")

    monkeypatch.setattr(Engine, "score", nonsense)

    answer = factories.decide().answer

    assert answer["model"]["route"] == "none"
    assert Alert.objects.filter(cause="engine_failed").exists()


def test_a_mended_bundle_serves_again(champion, own_store, toy_bundle):
    factories.decide()
    factories.store.put(toy_bundle, ".zip")

    answer = factories.decide().answer

    assert answer["model"]["route"] == "champion"


def test_a_promotion_holds_from_the_next_request_on(champion, toy_bundle):
    factories.decide()
    second = factories.promoted(factories.model_version(toy_bundle, contract=champion.contract))

    answer = factories.decide().answer

    assert answer["model"]["version"] == second.name == "consumer-loan/2"


def test_another_process_notices_a_promotion_within_half_a_second(champion, toy_bundle):
    before = serving.terms("consumer-loan", at=AT)
    second = factories.model_version(toy_bundle, contract=champion.contract)
    ModelVersion.objects.filter(pk=champion.pk).update(stage="retired")
    ModelVersion.objects.filter(pk=second.pk).update(
        stage="champion", promoted_at=AT, promoted_by=factories.user("model_validator")
    )

    soon = AT + factories.timedelta(seconds=0.4)
    later = AT + factories.timedelta(seconds=0.5)

    assert serving.terms("consumer-loan", at=soon) is before
    assert serving.terms("consumer-loan", at=later).version == second


def test_a_policy_waits_until_its_contract_is_in_force(champion):
    newer = factories.contract_version(source=factories.SOURCE + b"\n# another text\n")
    factories.policy(newer)

    found = serving.terms("consumer-loan", at=AT)

    assert found.contract.hash == factories.CONTRACT.hash
    assert found.policy_version.number == 1


def test_a_policy_of_the_future_is_not_in_force(champion):
    factories.policy(champion.contract, at=AT + factories.timedelta(days=1))

    assert serving.terms("consumer-loan", at=AT).policy_version.number == 1
    later = AT + factories.timedelta(days=2)
    assert serving.terms("consumer-loan", at=later).policy_version.number == 2


def test_a_score_is_a_models_or_nobodys(champion):
    decided = factories.decide()
    score = Score.objects.get(pk=decided.decision_id)

    with pytest.raises(IntegrityError, match="score_by_a_model_or_by_none"):
        Score.objects.create(
            application=score.application, contract=score.contract, route="none", pd=0.5
        )
