"""What only real transactions show: duplicates at once, and a database that goes away."""

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from threading import Barrier

import api_lending
import factories
import pytest
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection, connections
from django.test import Client
from waiting import wait_until
from webhook_receiver import listening

from credit.actions import outbox, webhook_deliveries, webhooks
from credit.models import ApiKey, Batch, EventKind
from credit.webhooks.addresses import networks

THREADS = 6


def at_once(*requests):
    """Send requests from as many threads at the same moment."""
    ready = Barrier(len(requests))

    def send(request):
        ready.wait()
        try:
            return request()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


ONE_OF_EACH = dict.fromkeys(("applications", "scores", "decisions", "keys", "events"), 1)
NOTHING = dict.fromkeys(ONE_OF_EACH, 0)


def test_duplicates_at_once_are_one_row_and_one_answer(committed_partner):
    def request():
        return api_lending.Partner(committed_partner.key).decide(idempotency_key="k-1")

    answers = at_once(*[request] * THREADS)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert all(answer.json() == answers[0].json() for answer in answers)
    replayed = Counter("Idempotent-Replay" in answer.headers for answer in answers)
    assert replayed == {True: THREADS - 1, False: 1}
    assert api_lending.rows_of(committed_partner) == ONE_OF_EACH


def test_two_bodies_at_once_under_one_key_are_one_row_and_one_conflict(committed_partner):
    def request(reference):
        body = factories.body(reference=reference)
        return lambda: api_lending.Partner(committed_partner.key).decide(
            body, idempotency_key="k-1"
        )

    answers = at_once(request("A-1"), request("A-2"))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert api_lending.rows_of(committed_partner) == ONE_OF_EACH


@pytest.fixture
def other_connection(committed):
    """Give a connection that others work on."""
    made = connections.create_connection("default")
    made.inc_thread_sharing()
    yield made
    made.close()


def is_waited_for(transaction):
    """Say whether a session waits for a transaction to end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid = %s::xid)",
            [transaction],
        )
        return cursor.fetchone()[0]


@pytest.fixture
def in_deadlock(committed_partner, other_connection):
    """Send a batch into a deadlock; None where PostgreSQL ended the other who was in it.

    The request claims its key and wants its partner; the other has that and wants the key. Who has
    waited for a second looks whether there is a deadlock, and gives way: on a busy machine either.
    """
    partner = ApiKey.objects.get(prefix=committed_partner.key.split("_")[1]).partner_id

    def send(key):
        try:
            return committed_partner.send(b"{}", **{"Idempotency-Key": key})
        finally:
            connections.close_all()

    def met(key):
        with ThreadPoolExecutor(1) as pool, other_connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "SELECT 1 FROM credit_partner WHERE id = %s FOR NO KEY UPDATE", [partner]
            )
            cursor.execute("SELECT pg_current_xact_id()::xid::text")
            (transaction,) = cursor.fetchone()
            asked = pool.submit(send, key)
            wait_until(lambda: asked.done() or is_waited_for(transaction))
            try:
                cursor.execute(
                    "INSERT INTO credit_idempotencyrecord"
                    " (partner_id, endpoint, key, body_sha256, status, answer, created_at)"
                    " VALUES (%s, 'batches', %s, 'x', 202, '{}', now())",
                    [partner, key],
                )
            except OperationalError:
                return None
            finally:
                cursor.execute("ROLLBACK")
            return asked.result()

    return met


def test_a_deadlock_is_told_as_what_it_is_and_the_same_request_again_is_done(
    committed_partner, in_deadlock
):
    keys = (f"k-{number}" for number in count(1))
    key, ended = next((key, told) for key in keys if (told := in_deadlock(key)) is not None)

    assert_is_unavailable(ended)
    assert ended.headers["Retry-After"] == "1"
    assert "was changing the same records" in ended.json()["detail"]
    assert "does not answer" not in ended.json()["detail"]
    before = Batch.objects.count()
    assert committed_partner.send(b"{}", **{"Idempotency-Key": key}).status_code == 202
    assert Batch.objects.count() == before + 1


def test_no_request_leaves_its_partner_behind(committed_partner):
    committed_partner.decide()
    committed_partner.get("/api/v1/decisions")

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.partner', true)")
        assert cursor.fetchone()[0] in {None, ""}


def test_two_sweeps_of_the_outbox_at_once_send_nothing_twice(committed, settings):
    settings.EVENHAND_WEBHOOK_NETWORKS = networks("127.0.0.0/8")
    key = api_lending.key_of("bank-of-sweeps", ["webhooks"]).api_key
    now = datetime.now(UTC)
    with listening() as receiver:
        webhooks.register(url=receiver.url, kinds=["batch.completed"], key=key, at=now)
        for number in range(10):
            outbox.put(
                kind=EventKind.BATCH_COMPLETED,
                partner=key.partner,
                payload={"batch": f"01JDA6B1S9GZ5N4QW8Y2E0HJ{number:02}"},
                at=now,
            )

        at_once(*[lambda: webhook_deliveries.sweep(at=now, clock=lambda: now)] * 3)

        ids = [headers["webhook-id"] for headers, _ in receiver.came]
    assert len(ids) == len(set(ids)) == 10


@pytest.fixture
def database_away():
    """Let the database be nowhere until it is brought back."""
    there = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"

    def back():
        connection.close()
        connection.settings_dict["HOST"] = there

    yield back
    back()


def assert_is_unavailable(answer):
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/api/v1/docs/problems/#unavailable"
    assert int(answer.headers["Retry-After"]) > 0


def test_without_a_database_the_answer_is_503_and_a_retry_helps(committed_partner, database_away):
    away = committed_partner.decide(idempotency_key="k-1")
    read = committed_partner.get("/api/v1/decisions")
    database_away()
    again = committed_partner.decide(idempotency_key="k-1")

    assert_is_unavailable(away)
    assert_is_unavailable(read)
    assert (again.status_code, "Idempotent-Replay" in again.headers) == (201, False)
    assert api_lending.rows_of(committed_partner) == ONE_OF_EACH


def test_without_a_database_a_page_is_a_plain_503(committed_partner, database_away):
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32

    page = client.get("/")

    assert page.status_code == 503
    assert page.headers["Content-Type"].startswith("text/html")
    assert int(page.headers["Retry-After"]) > 0
    assert "Traceback" not in page.content.decode()


def test_without_a_database_the_process_is_up_and_not_ready(committed_partner, database_away):
    client = Client(raise_request_exception=False)

    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["parts"]["database"] == "away"


def _killed(*_, **__):
    """End our own connection from its server's side, as a crash of PostgreSQL would."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")  # only a session's own login may end it
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


STEPS = {
    "before the rows": "credit.actions.decision_rows.insert",
    "after the commit": "credit.api.decisions.answered",
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_connection_killed_on_the_way_leaves_nothing_half_written(
    committed_partner, monkeypatch, step
):
    with monkeypatch.context() as patched:
        patched.setattr(step, _killed)
        answer = committed_partner.decide(idempotency_key="k-1")
    close_old_connections()  # as a server does between two requests; the test client does not
    kept = api_lending.rows_of(committed_partner)

    again = committed_partner.decide(idempotency_key="k-1")

    assert_is_unavailable(answer)
    assert kept in (NOTHING, ONE_OF_EACH)
    assert again.status_code == 201
    assert api_lending.rows_of(committed_partner) == ONE_OF_EACH


@pytest.mark.parametrize("fresh_for", [math.inf, 0.0], ids=["keys just looked at", "look due"])
def test_a_connection_whose_server_went_away_is_replaced_and_writes_once(
    committed_partner, monkeypatch, fresh_for
):
    committed_partner.decide(idempotency_key="k-0")
    monkeypatch.setattr("credit.access.FRESH_FOR", fresh_for)
    beside = connection.copy()
    with beside.cursor() as cursor:
        cursor.execute("SET ROLE NONE")  # only a session's own login may end it
        cursor.execute(
            "SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid]
        )
    beside.close()

    close_old_connections()  # as a server does before a request; the test client does not
    answer = committed_partner.decide(idempotency_key="k-1")
    again = committed_partner.decide(idempotency_key="k-1")

    assert answer.status_code == again.status_code == 201
    assert again.headers["Idempotent-Replay"] == "true"
    assert answer.json() == again.json()
