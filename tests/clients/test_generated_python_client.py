"""What openapi-python-client makes of the document is a client that works, on the real product."""

import importlib
import io
import json
import pkgutil
import uuid
from pathlib import Path

import factories
import pytest
from waiting import wait_until

CHECKOUT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("stack")

SAFE = {
    "features__checking_status": "none",
    "features__credit_history": "critical",
    "features__savings": "1000_or_more",
    "features__purpose": "radio_television",
    "features__employed_since": "7_years_or_more",
    "features__installment_rate_percent": 1,
    "features__property": "real_estate",
    "features__other_installment_plans": "none",
    "features__housing": "own",
    "features__job": "skilled",
    "requested__amount": "2400.00",
    "features__amount": 2400,
    "requested__term_months": 12,
    "features__duration_months": 12,
}


@pytest.fixture
def decide(client):
    def decide(*, key=None, **changes):
        body = client.models.DecisionRequest.from_dict(factories.body(**changes))
        named = key or str(uuid.uuid4())
        return client.ask("decisions", "decide", body=body, idempotency_key=named)

    return decide


def test_a_client_is_made_of_the_document_without_a_warning(generated):
    folder, made = generated

    assert made.returncode == 0, made.stdout + made.stderr
    assert "WARNING" not in made.stdout + made.stderr
    operations = {each.stem for each in folder.glob("api/*/*.py")} - {"__init__"}
    document = json.loads((CHECKOUT / "docs" / "openapi.json").read_text())
    told = {one["operationId"] for item in document["paths"].values() for one in item.values()}
    assert operations == told


def test_every_part_of_it_can_be_imported(client):
    package = importlib.import_module("partner_client")

    for module in pkgutil.walk_packages(package.__path__, "partner_client."):
        importlib.import_module(module.name)


def test_it_decides_reads_and_finds_again(client, decide):
    reference = f"client-{uuid.uuid4()}"

    made = decide(reference=reference)
    read = client.ask("decisions", "read_decision", made.parsed.id)
    found = client.ask("decisions", "list_decisions", reference=reference)

    assert (made.status_code, made.parsed.reference) == (201, reference)
    assert made.parsed.recommendation in client.models.DecisionRecommendation
    assert made.parsed.model.route == client.models.ModelRoute.CHAMPION
    assert set(made.parsed.to_dict()) == set(json.loads(made.content))
    assert read.parsed == found.parsed.results[0] == made.parsed
    assert found.parsed.next_ is None


def test_the_same_key_gives_the_same_answer(decide):
    first, again = decide(key="client-1"), decide(key="client-1")
    other = decide(key="client-1", reference="A-2292")

    assert again.parsed == first.parsed
    assert again.headers["Idempotent-Replay"] == "true"
    assert (other.status_code, other.parsed.type_) == (
        409,
        "/api/v1/docs/problems/#idempotency-conflict",
    )


def test_it_reports_an_outcome_and_corrects_it(client, decide):
    made = decide(**SAFE).parsed
    day = made.decided_at.date()

    def report(**said):
        body = client.models.OutcomeRequest.from_dict({"observed_on": str(day), **said})
        return client.ask("decisions", "report_outcome", made.id, body=body)

    first = report(outcome="bad")
    corrected = report(outcome="good", corrects=1, reason="Booked to the wrong loan")

    assert made.status == client.models.DecisionStatus.APPROVED
    assert made.decision.by == client.models.VerdictBy.POLICY
    assert (first.status_code, first.parsed.version, first.parsed.corrects) == (201, 1, None)
    assert (corrected.parsed.version, corrected.parsed.corrects) == (2, 1)
    read = client.ask("decisions", "read_decision", made.id).parsed
    assert read.outcomes == [corrected.parsed, first.parsed]


def test_it_gives_feedback(client, decide):
    made = decide().parsed
    said = {"kind": "reason_wrong", "feature": "housing", "text": "They have owned it since May."}
    body = client.models.FeedbackRequest.from_dict(said)

    given = client.ask("decisions", "give_feedback", made.id, body=body)

    assert given.status_code == 201
    assert given.parsed.kind == client.models.FeedbackKind.REASON_WRONG


def test_it_corrects_and_withdraws_feedback(client, decide):
    made = decide().parsed
    said = {"kind": "unhelpful", "text": "Which account?"}

    def give(**more):
        body = client.models.FeedbackRequest.from_dict(said | more)
        return client.ask("decisions", "give_feedback", made.id, body=body).parsed

    first, second = give(), give(text="Which of the two?", corrects=1)
    body = client.models.WithdrawalRequest(text="We found it.")
    last = client.ask("decisions", "withdraw_feedback", made.id, second.number, body=body)

    assert (last.status_code, last.parsed.corrects, last.parsed.withdrawn) == (201, 2, True)
    listed = client.ask("decisions", "list_feedback", made.id).parsed.results
    assert listed == [last.parsed, second, first]


def test_it_reads_products_and_what_they_ask_for(client):
    (product,) = client.ask("products", "list_products").parsed.results
    schema = client.ask("products", "read_product_schema", product.slug).parsed

    assert product.slug == "consumer-loan"
    assert schema["properties"]["features"]["properties"]["housing"]


def test_it_sends_a_batch_and_reads_its_results(client):
    rows = [factories.body(), factories.body(features__housing="castle")]
    file = client.types.File(payload=io.BytesIO(factories.ndjson(*rows)))

    sent = client.ask(
        *("batches", "send_batch"),
        body=file,
        product="consumer-loan",
        format_=client.models.SendBatchFormat.NDJSON,
        idempotency_key=str(uuid.uuid4()),
    )
    batch = _over(client, sent.parsed.id)

    assert (sent.status_code, sent.parsed.format_) == (202, client.models.BatchFormat.NDJSON)
    assert (batch.rows, batch.rows_decided, batch.rows_refused) == (2, 1, 1)
    page = client.ask("batches", "read_batch_results", batch.id).parsed
    assert page.results[0].decision.reference == rows[0]["reference"]
    assert page.results[1].errors[0].pointer == "/features/housing"
    assert batch.id in {each.id for each in client.ask("batches", "list_batches").parsed.results}
    assert client.ask("batches", "cancel_batch", batch.id).status_code == 409


def _over(client, batch_id):
    def batch():
        return client.ask("batches", "read_batch", batch_id).parsed

    wait_until(lambda: batch().state == client.models.BatchState.COMPLETED)
    return batch()


def test_it_keeps_webhooks(client):
    said = {"url": "https://8.8.8.8/client", "events": ["outcome.requested"]}
    body = client.models.WebhookRequest.from_dict(said)

    def ask(operation):
        return client.ask("webhooks", operation, made.id).parsed

    made = client.ask("webhooks", "register_webhook", body=body).parsed
    states = [ask(each).status.value for each in ("pause_webhook", "resume_webhook")]
    renewed, read, removed = (
        ask(each) for each in ("rotate_webhook_secret", "read_webhook", "remove_webhook")
    )

    assert made.secret.startswith("whsec_")
    assert states == ["paused", "active"]
    assert renewed.secret != made.secret
    assert read.id == removed.id == made.id
    assert read.old_secret_until is not None
    assert read.id not in {
        each.id for each in client.ask("webhooks", "list_webhooks").parsed.results
    }


def test_it_changes_a_secret_for_a_token(client, manage):
    issued = manage("issue_key", "demo-partner", "--scope", "read", "--oauth")
    shown = {"client_id": issued["name"], "client_secret": issued["key"]}

    def ask(**said):
        form = {"grant_type": "client_credentials", **said}
        body = client.models.TokenRequest.from_dict(form)
        return client.ask("oauth", "get_token", known=False, body=body)

    good, refused = ask(**shown), ask(**shown, scope="score")

    assert (good.parsed.scope, good.parsed.expires_in) == ("read", 3600)
    assert (refused.status_code, refused.parsed.error) == (400, "invalid_scope")


def test_it_reads_what_a_refusal_says(client, decide):
    refused = decide(features__housing="castle")
    body = client.models.DecisionRequest.from_dict(factories.body())
    stranger = client.ask("decisions", "decide", known=False, body=body, idempotency_key="k-1")
    missing = client.ask("decisions", "read_decision", "01JDA4V9G4Q2M7Z8S0C5T3XW1K")

    assert (refused.status_code, refused.parsed.errors[0].code) == (400, "unknown_category")
    assert (stranger.status_code, missing.status_code) == (401, 404)
    assert stranger.parsed.type_ == "/api/v1/docs/problems/#unauthenticated"


def test_it_sees_whether_the_product_is_up(client):
    assert client.ask("health", "healthz", known=False).parsed.status == "ok"
    ready = client.ask("health", "readyz", known=False).parsed
    assert ready.parts.models["consumer-loan"] == "ok"
