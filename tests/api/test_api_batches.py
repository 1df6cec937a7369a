"""Files of applications, as a partner sees them."""

import io

import factories
import pytest
from api_document import holds, schema_of

from credit import untrusted_rows, uploads
from credit.actions import batch_runs, batch_writing
from credit.models import Batch, Decision
from scoring.files.request_rows import Row

FILE = factories.ndjson(factories.body())
CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
BYTES = "application/octet-stream"
UNKNOWN = "/api/v1/batches/01JDA4V9G4Q2M7Z8S0C5T3XW1K"


@pytest.fixture
def work(monkeypatch):
    """Let the worker do its work, on rows read by no child."""

    def until_done(*bodies):
        class Opened:
            def __init__(self, *_, **__):
                self.total = len(bodies)
                self.rows = (Row(number, body) for number, body in enumerate(bodies, start=1))

            __enter__ = lambda self: self  # noqa: E731 - as a context
            __exit__ = lambda *_: None  # noqa: E731 - the same

        monkeypatch.setattr(untrusted_rows, "opened", Opened)
        batch_runs.work(clock=lambda: factories.AT)

    return until_done


def path_of(answer):
    return f"/api/v1/batches/{answer.json()['id']}"


def assert_problem(answer, status, name):
    told = answer.json()
    assert (answer.status_code, told["type"]) == (status, f"/api/v1/docs/problems/#{name}")
    return told


def test_a_batch_is_sent_worked_and_read(partner, work):
    sent = partner.send(FILE)
    path = sent.headers["Location"]
    waiting, nothing = partner.get(path).json(), partner.get(f"{path}/results").json()

    work(factories.body(), factories.body(features__housing="castle"))

    over, results = partner.get(path).json(), partner.get(f"{path}/results").json()
    assert sent.status_code == 202
    assert sent.json() == waiting
    assert (waiting["state"], waiting["bytes"]) == ("queued", len(FILE))
    assert nothing == {"results": [], "next": "0"}
    assert (over["state"], over["rows"], over["rows_done"]) == ("completed", 2, 2)
    first, second = results["results"]
    assert first["decision"] == partner.get(f"/api/v1/decisions/{first['decision']['id']}").json()
    assert [each["pointer"] for each in second["errors"]] == ["/features/housing"]
    assert results["next"] is None


def test_a_result_tells_the_decision_as_it_stands_now_with_its_outcome(partner, work):
    path = path_of(partner.send(FILE))
    work(factories.body(**factories.AUTOMATIC))
    (before,) = partner.get(f"{path}/results").json()["results"]
    decision = f"/api/v1/decisions/{before['decision']['id']}"
    day = factories.AT.date().isoformat()

    reported = partner.post(f"{decision}/outcomes", {"outcome": "bad", "observed_on": day})

    (now,) = partner.get(f"{path}/results").json()["results"]
    assert reported.status_code == 201
    assert [each["outcome"] for each in now["decision"]["outcomes"]] == ["bad"]
    assert now["decision"] == partner.get(decision).json()


def test_its_answers_fit_the_document(partner, work):
    sent = partner.send(FILE)
    path = path_of(sent)
    work(factories.body(), factories.body(features__housing="castle"))

    where = "/api/v1/batches/{batch_id}"
    for answer, written, method in (
        (sent, "/api/v1/batches", "post"),
        (partner.get("/api/v1/batches"), "/api/v1/batches", "get"),
        (partner.get(path), where, "get"),
        (partner.get(f"{path}/results"), f"{where}/results", "get"),
        (partner.send(FILE, query=""), "/api/v1/batches", "post"),
        (partner.client.get(path), where, "get"),
    ):
        holds(answer.json(), schema_of(written, method, answer.status_code))


@pytest.mark.parametrize(
    ("kind", "form"),
    [(CSV, "csv"), ("text/csv; charset=UTF-8", "csv"), (PARQUET, "parquet")],
)
def test_a_file_may_be_of_each_kind_and_is_kept_as_it_came(partner, kind, form):
    content = bytes(range(256)) * 10

    sent = partner.send(content, kind)

    assert sent.json()["format"] == form
    assert uploads.path_of(sent.json()["id"]).read_bytes() == content


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
def test_bytes_of_no_stated_kind_are_what_the_query_says(partner, form):
    query = f"?product=consumer-loan&format={form}"

    sent = partner.send(FILE, BYTES, query=query)

    assert sent.json()["format"] == form
    assert partner.send(FILE, query="?product=consumer-loan&format=ndjson").status_code == 202


def test_results_come_in_pages_in_the_order_of_the_file(partner, work, monkeypatch):
    monkeypatch.setattr("credit.queries.batches.RESULTS_PAGE", 2)
    path = path_of(partner.send(FILE))
    work(*[factories.body(reference=f"A-{i}") for i in range(1, 6)])

    rows, cursor = [], "0"
    while cursor is not None:
        page = partner.get(f"{path}/results?cursor={cursor}").json()
        rows += [(each["row"], each["decision"]["reference"]) for each in page["results"]]
        cursor = page["next"]

    assert rows == [(i, f"A-{i}") for i in range(1, 6)]


def test_results_and_progress_are_told_while_it_runs(partner, work, monkeypatch):
    monkeypatch.setattr("credit.batch_chunks.AT_ONCE", 2)
    path = path_of(partner.send(FILE))
    write, seen = batch_writing.write, []

    def looked_at(**chunk):
        write(**chunk)
        told, page = partner.get(path).json(), partner.get(f"{path}/results").json()
        rows = [each["row"] for each in page["results"]]
        seen.append((told["state"], told["rows"], told["rows_done"], rows, page["next"]))

    monkeypatch.setattr(batch_writing, "write", looked_at)
    work(*[factories.body(reference=f"A-{i}") for i in range(1, 6)])

    assert seen == [
        ("running", 5, 2, [1, 2], "2"),
        ("running", 5, 4, [1, 2, 3, 4], "4"),
        ("running", 5, 5, [1, 2, 3, 4, 5], "5"),
    ]
    assert partner.get(f"{path}/results?cursor=5").json() == {"results": [], "next": None}


def test_batches_are_listed_the_newest_first(partner, monkeypatch):
    monkeypatch.setattr("credit.queries.batches.PAGE", 2)
    sent = [partner.send(FILE).json()["id"] for _ in range(3)]

    first = partner.get("/api/v1/batches").json()
    second = partner.get(f"/api/v1/batches?cursor={first['next']}").json()

    told = [each["id"] for page in (first, second) for each in page["results"]]
    assert told == sorted(sent, reverse=True)
    assert second["next"] is None


def test_the_same_key_and_file_are_one_batch(partner):
    key = {"Idempotency-Key": "k-1"}
    first, again = partner.send(FILE, **key), partner.send(FILE, **key)
    other = partner.send(FILE + FILE, **key)
    otherwise = partner.send(FILE, CSV, **key)

    assert again.json() == first.json()
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (202, "true")
    assert again.headers["Location"] == first.headers["Location"]
    assert_problem(other, 409, "idempotency-conflict")
    assert_problem(otherwise, 409, "idempotency-conflict")
    assert Batch.objects.count() == 1


def test_a_batch_is_cancelled_once_and_for_all(partner, work):
    path = path_of(partner.send(FILE))

    first = partner.post(f"{path}/cancellation", b"")
    again = partner.post(f"{path}/cancellation", b"")
    work(factories.body())

    assert (first.status_code, first.json()["state"]) == (200, "cancelled")
    assert again.json() == first.json()
    holds(first.json(), schema_of("/api/v1/batches/{batch_id}/cancellation", "post", 200))
    assert not Decision.objects.exists()


def test_what_is_over_cannot_be_cancelled(partner, work):
    path = path_of(partner.send(FILE))
    work(factories.body())

    told = assert_problem(partner.post(f"{path}/cancellation", b""), 409, "conflict")

    assert told["detail"] == "The batch is over: every row has its result."


def test_another_partners_batch_does_not_exist(partner, other_partner):
    path = path_of(partner.send(FILE))

    for answer in (
        other_partner.get(path),
        other_partner.get(f"{path}/results"),
        other_partner.post(f"{path}/cancellation", b""),
        partner.get(UNKNOWN),
    ):
        assert_problem(answer, 404, "not-found")
    assert other_partner.get("/api/v1/batches").json()["results"] == []


OF_LOANS, MALFORMED = "?product=consumer-loan", (400, "malformed-request")
REFUSED = {
    "no product": ({"query": ""}, *MALFORMED),
    "an unknown product": ({"query": "?product=boat"}, 400, "validation"),
    "an unknown option": ({"query": f"{OF_LOANS}&x=1"}, *MALFORMED),
    "another kind than the query's": ({"query": f"{OF_LOANS}&format=csv"}, *MALFORMED),
    "an unknown format": ({"query": f"{OF_LOANS}&format=xlsx", "kind": BYTES}, *MALFORMED),
    "bytes of no format": ({"kind": BYTES}, *MALFORMED),
    "no key": ({"Idempotency-Key": ""}, 400, "idempotency-key"),
    "JSON": ({"kind": "application/json"}, 415, "unsupported-media-type"),
    "another encoding": ({"kind": "text/csv; charset=latin1"}, 415, "unsupported-media-type"),
    "a compressed file": ({"Content-Encoding": "gzip"}, 415, "unsupported-media-type"),
}


@pytest.mark.parametrize(("sent", "status", "name"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_batch_is_refused_and_nothing_kept(own_store, partner, sent, status, name):
    assert_problem(partner.send(**{"content": FILE, **sent}), status, name)

    assert not Batch.objects.exists()
    folder = uploads.path_of("x").parent
    assert not folder.exists() or not list(folder.iterdir())


@pytest.mark.parametrize(
    ("length", "status", "name"),
    [
        (1024**3 + 1, 413, "too-large"),
        (len(FILE) + 1, 400, "malformed-request"),
        (0, 400, "malformed-request"),
    ],
)
def test_a_file_of_another_length_than_stated_is_refused(own_store, partner, length, status, name):
    answer = partner.client.generic(
        "POST",
        "/api/v1/batches?product=consumer-loan",
        FILE,
        "text/csv",
        **{"CONTENT_LENGTH": str(length), "wsgi.input": io.BytesIO(FILE)},
        headers={"Authorization": f"Bearer {partner.key}", "Idempotency-Key": "k-1"},
    )

    assert_problem(answer, status, name)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("path", ["?cursor=1", "/x/results", f"/{UNKNOWN[-26:]}/results?cursor=-1"])
def test_a_cursor_or_a_path_that_is_none_is_refused(partner, path):
    assert partner.get(f"/api/v1/batches{path}").status_code in {400, 404}


def test_a_cancellation_takes_no_body(partner):
    path = path_of(partner.send(FILE))

    assert_problem(partner.post(f"{path}/cancellation", {"sure": True}), 400, "malformed-request")


def test_there_are_only_so_many_unfinished_ones(partner, monkeypatch):
    monkeypatch.setattr("credit.actions.batches.MOST_UNFINISHED", 1)
    partner.send(FILE)

    told = assert_problem(partner.send(FILE), 409, "conflict")

    assert "cancel one" in told["detail"]
