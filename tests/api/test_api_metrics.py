"""`/metrics`: who may read it, what it tells, and that it tells nothing of anybody."""

import re
from pathlib import Path

import api_lending
import factories
import pytest
from celery import current_app
from django.db import OperationalError
from django.test import Client
from kombu import Connection
from prometheus_client.parser import text_string_to_metric_families as families

from credit.actions import audit, batch_runs, service_stops
from credit.counting import REGISTRY
from credit.models import Alert
from credit.queries import standing

AT = factories.AT
CHECKOUT = Path(__file__).parents[2]
TOKEN = "a-token-of-the-monitoring"
SECONDS_OF_BROKER = {"socket_connect_timeout": 1}


@pytest.fixture(autouse=True)
def broker(monkeypatch):
    """Put kombu's own in-memory broker in, or one that does not answer."""

    def put(url):
        options = SECONDS_OF_BROKER if "redis" in url else {}
        monkeypatch.setattr(
            current_app,
            "connection_for_write",
            lambda: Connection(url, transport_options=options),
        )

    put("memory://")
    return put


def scraped(client=None, **headers):
    answer = (client or Client()).get("/metrics", **headers)
    assert answer.status_code == 200, answer.content
    return {
        (sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in families(answer.content.decode())
        for sample in family.samples
    }


def counted(name, *labels):
    """Give a count; none was told where nothing was counted yet."""
    return scraped().get((name, *labels), 0)


DECIDED = (
    *("evenhand_decisions_total", "product=consumer-loan", "recommendation=refer"),
    *("route=champion", "version=consumer-loan/1"),
)


def test_a_stored_decision_is_counted_once_however_often_it_is_asked_for(partner, application):
    before = counted(*DECIDED)

    for _ in range(2):
        partner.decide(application(**factories.REFERRED), idempotency_key="k-once")

    assert counted(*DECIDED) == before + 1


def test_requests_are_counted_by_pattern_method_and_class_of_status(partner, application):
    labels = ("method=POST", "route=api/v1/decisions", "status=2xx")
    refused = ("method=POST", "route=api/v1/decisions", "status=4xx")
    before = [counted("evenhand_request_seconds_count", *each) for each in (labels, refused)]

    partner.decide()
    partner.decide({"product": "consumer-loan"})

    after = [counted("evenhand_request_seconds_count", *each) for each in (labels, refused)]
    assert after == [count + 1 for count in before]


def test_what_is_asked_for_in_vain_or_in_an_odd_way_gets_no_label_of_its_own(db):
    unmatched = ("method=other", "route=unmatched", "status=4xx")
    before = counted("evenhand_request_seconds_count", *unmatched)

    Client().generic("BREW", "/no/such/page/anna-kestrel/")

    found = scraped()
    assert found[("evenhand_request_seconds_count", *unmatched)] == before + 1
    assert not [name for name in found if "kestrel" in str(name) or "BREW" in str(name)]


def test_a_model_that_cannot_score_is_counted_by_cause_and_route(
    partner, application, own_store, no_scorecard
):
    failed = ("evenhand_model_troubles_total", "cause=bundle_missing", "product=consumer-loan")
    nobody = (
        *("evenhand_decisions_total", "product=consumer-loan", "recommendation=refer"),
        *("route=none", "version=none"),
    )
    before = counted(*failed), counted(*nobody)

    partner.decide()

    assert (counted(*failed), counted(*nobody)) == (before[0] + 1, before[1] + 1)
    assert counted("evenhand_alerts_open", "cause=bundle_missing", "product=consumer-loan") == 1


def test_what_waits_is_told(champion):
    factories.decide(**factories.REFERRED)
    factories.decide(**factories.AUTOMATIC)
    factories.batch()

    found = scraped()

    assert found["evenhand_applications_awaiting_officer",] == 1
    assert found["evenhand_application_longest_wait_seconds",] > 0
    assert found["evenhand_audit_events_unsealed",] > 2
    assert found["evenhand_batches_unfinished", "state=queued"] == 1
    assert found["evenhand_batches_unfinished", "state=running"] == 0
    assert found["evenhand_webhooks_waiting", "state=due"] == 0
    assert found["evenhand_queue_messages", "queue=celery"] == 0
    assert found["evenhand_part_up", "part=database"] == 1
    version = ("product=consumer-loan", "stage=champion", "version=consumer-loan/1")
    assert found[("evenhand_model_in_service", *version)] == 1

    audit.seal(at=AT)
    assert counted("evenhand_audit_events_unsealed") == 0


def test_a_product_whose_models_are_stopped_is_told(champion, validator):
    stopped = ("evenhand_models_stopped", "product=consumer-loan")
    assert stopped not in scraped()

    service_stops.stop(product_id=champion.product_id, by=validator, at=AT, why="It looks wrong.")

    assert scraped()[stopped] == 1


def test_rows_of_batches_are_told_as_they_come(champion):
    decided = ("evenhand_batch_rows_total", "product=consumer-loan", "result=champion")
    refused = ("evenhand_batch_rows_total", "product=consumer-loan", "result=refused")
    before = counted(*decided), counted(*refused)
    batch = factories.batch(factories.ndjson(factories.body(), factories.body(), {"wrong": 1}))

    batch_runs.run(batch_id=batch.pk, clock=lambda: AT)

    assert (counted(*decided), counted(*refused)) == (before[0] + 2, before[1] + 1)
    assert counted("evenhand_batches_unfinished", "state=queued") == 0


def test_every_figure_of_the_database_is_told(champion):
    told = {name for name, *_ in scraped()}

    for measure in standing.MEASURES:
        name = f"{measure.name}_total" if measure.is_counter else measure.name
        assert name in told or measure.labels, name
    assert {"evenhand_database_connections", "evenhand_database_transactions_total"} <= told


def test_the_operators_guide_names_every_figure(db):
    guide = (CHECKOUT / "docs" / "operations.md").read_text()
    said = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in REGISTRY.collect()
    }
    said |= {f"{each.name}_total" if each.is_counter else each.name for each in standing.MEASURES}

    assert not [name for name in said if f"`{name}`" not in guide]


def test_a_scrape_is_bounded_however_much_waits(champion, monkeypatch):
    monkeypatch.setattr(standing, "_MOST", 1)
    for _ in range(3):
        factories.decide(**factories.REFERRED)

    assert counted("evenhand_applications_awaiting_officer") == 1
    assert counted("evenhand_audit_events_unsealed") == 1


def test_an_alert_that_is_resolved_is_no_longer_told(champion):
    alert = Alert.objects.create(cause="keys_expire", message="-", first_at=AT, last_at=AT)
    opened = ("evenhand_alerts_open", "cause=keys_expire", "product=")
    assert counted(*opened) == 1

    alert.resolved_at = AT
    alert.save()

    assert counted(*opened) == 0


def test_a_broker_that_is_away_is_told_of_and_hides_nothing_else(db, broker):
    broker("redis://127.0.0.1:1/0")

    found = scraped()

    assert found["evenhand_part_up", "part=broker"] == 0
    assert found["evenhand_part_up", "part=database"] == 1
    assert ("evenhand_queue_messages", "queue=celery") not in found


def test_a_database_that_is_away_is_told_of_and_hides_no_count(db, monkeypatch):
    def away(**_):
        raise OperationalError("the connection is closed")

    scraped()
    monkeypatch.setattr(standing, "read", away)

    found = scraped()

    assert found["evenhand_part_up", "part=database"] == 0
    assert [name for name in found if name[0] == "evenhand_request_seconds_count"]


def test_it_holds_nothing_of_an_applicant_or_a_partner(partner, application):
    sent = application(reference="Anna-Kestrel-77", monitoring={"age_group": "25_to_61"})
    partner.decide(sent, idempotency_key="a-kestrel-key")
    partner.get("/api/v1/decisions?reference=Anna-Kestrel-77")
    partner.decide({**sent, "product": "kestrel-product"})

    text = Client().get("/metrics").content.decode()

    assert not re.search("(?i)kestrel|25_to_61|acme", text)


def test_openmetrics_is_told_to_who_asks_for_it(db):
    answer = Client().get("/metrics", headers={"Accept": "application/openmetrics-text"})

    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert answer.content.endswith(b"# EOF\n")


@pytest.mark.parametrize("shown", ["", "Bearer wrong", f"Basic {TOKEN}", "Bearer ünlike"])
def test_with_a_token_set_nobody_reads_without_it(db, settings, shown):
    settings.EVENHAND_METRICS_TOKEN = TOKEN

    answer = Client().get("/metrics", headers={"Authorization": shown} if shown else {})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert b"evenhand" not in answer.content


def test_the_token_opens_it_from_anywhere(db, settings):
    settings.EVENHAND_METRICS_TOKEN = TOKEN

    assert scraped(Client(REMOTE_ADDR="192.0.2.7", headers={"Authorization": f"Bearer {TOKEN}"}))


def test_a_partners_key_opens_nothing_here(partner, settings):
    settings.EVENHAND_METRICS_TOKEN = TOKEN
    key = api_lending.key_of("bank-three").key

    assert Client(headers={"Authorization": f"Bearer {key}"}).get("/metrics").status_code == 401


@pytest.mark.parametrize(
    "comes",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
    ],
)
def test_without_a_token_only_this_machine_reads(db, comes):
    assert Client(**comes).get("/metrics").status_code == 403


def test_behind_a_proxy_there_is_no_reading_without_a_token(db, settings):
    settings.HTTPS = True

    assert Client().get("/metrics").status_code == 403


def test_it_is_read_and_nothing_else(db):
    assert Client().post("/metrics").status_code == 405
    assert "no-store" in Client().get("/metrics").headers["Cache-Control"]
