"""Files of applications: each row decided once, as it would have been alone."""

import json
from datetime import timedelta
from ipaddress import ip_network

import factories
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from credit import batch_chunks, tenancy, untrusted_rows, uploads, vault
from credit.actions import audit, batch_runs, batch_writing, batches, webhooks
from credit.actions.idempotency import IdempotencyConflict
from credit.models import (
    Application,
    AuditEvent,
    Batch,
    BatchRow,
    Decision,
    EventKind,
    WebhookEvent,
)
from credit.queries import audit as trail
from credit.queries import batches as queries
from credit.queries import replays
from credit.serving import UnknownProduct
from scoring.features import FieldProblem
from scoring.files.request_rows import Row

AT = factories.AT
DONE = AT + timedelta(minutes=5)
SAID = [factories.REFERRED, factories.APPROVED, factories.AUTOMATIC, factories.DECLINED]
OF_ONE = {"id", "decided_at"}  # what no two decisions share


def clock():
    return AT


def bodies():
    made = [factories.body(**said, reference=f"A-{i}") for i, said in enumerate(SAID, start=1)]
    made[0]["monitoring"] = {"age_group": "under_25"}
    return made


def results(batch):
    return queries.results(batch.pk, 0, partner=batch.partner, at=factories.AT)["results"]


def again(batch):
    batch.refresh_from_db()
    return batch


@pytest.fixture
def in_pairs(monkeypatch):
    monkeypatch.setattr(batch_chunks, "AT_ONCE", 2)


@pytest.fixture
def read_here(monkeypatch):
    """Give the rows that a test says, as if the child had read them; the last may be a refusal."""

    def say(*said):
        def rows(skip):
            for number, each in enumerate(said, start=1):
                if isinstance(each, Exception):
                    raise each
                if number > skip:
                    yield each if isinstance(each, Row) else Row(number, each)

        class Opened:
            def __init__(self, _file, *, skip, **_):
                self.total = len(said)
                self.rows = rows(skip)

            __enter__ = lambda self: self  # noqa: E731 - as a context
            __exit__ = lambda *_: None  # noqa: E731 - the same

        monkeypatch.setattr(untrusted_rows, "opened", Opened)

    return say


def test_where_rows_are_long_fewer_are_taken_at_once(monkeypatch):
    monkeypatch.setattr(batch_chunks, "MOST_BYTES", 100)
    rows = (Row(number, {}, bytes=60) for number in range(1, 6))

    taken = [[row.number for row in batch_chunks.take(rows).rows] for _ in range(4)]

    assert taken == [[1, 2], [3, 4], [5], []]


def test_each_row_ends_as_it_would_have_alone(champion, in_pairs):
    sent = bodies()
    wrong = factories.body(features__housing="castle", reference="A-5", surprise=1)
    batch = factories.batch(factories.ndjson(*sent[:2], wrong, *sent[2:]) + b"{oops\n")
    alone = [factories.decide(partner=batch.partner, **said).answer for said in SAID]

    batch_runs.work(clock=clock)

    told = results(batch)
    assert [each["row"] for each in told] == [1, 2, 3, 4, 5, 6]
    for answer, result in zip(alone, [*told[:2], *told[3:5]], strict=True):
        decided = result["decision"]
        expected = answer | {"reference": decided["reference"]}
        assert {k: v for k, v in decided.items() if k not in OF_ONE} == {
            k: v for k, v in expected.items() if k not in OF_ONE
        }
    assert [each["pointer"] for each in told[2]["errors"]] == ["/surprise", "/features/housing"]
    assert (told[5]["decision"], told[5]["errors"][0]["code"]) == (None, "not_json")
    assert again(batch).state == Batch.State.COMPLETED
    assert (batch.rows, batch.rows_decided, batch.rows_refused) == (6, 4, 2)


def test_its_end_is_owed_to_the_partners_webhooks_unless_the_partner_ended_it(
    champion, in_pairs, read_here, settings
):
    settings.EVENHAND_WEBHOOK_NETWORKS = (ip_network("127.0.0.0/8"),)
    read_here(*bodies())
    done, cancelled = factories.batch(b"1"), factories.batch(b"2")
    key = factories.api_key(done.partner.slug, "webhooks").api_key
    webhooks.register(url="http://127.0.0.1:9/", kinds=[EventKind.BATCH_COMPLETED], key=key, at=AT)
    batches.cancel(batch_id=cancelled.pk, key=key, at=AT)

    batch_runs.work(clock=clock)

    assert [event.payload for event in WebhookEvent.objects.all()] == [{"batch": done.pk}]


def test_its_decisions_are_proved_and_replayed_like_any(champion, in_pairs, read_here):
    read_here(*bodies())
    factories.batch()
    batch_runs.work(clock=clock)
    audit.seal(at=AT)

    replayed = list(replays.replay())

    assert len(replayed) == 4
    assert all(each.identical for each in replayed), replayed
    assert trail.verify().problems == []
    events = AuditEvent.objects.filter(type=AuditEvent.Type.BATCH_DECIDED).order_by("pk")
    assert [(each.details["first"], each.details["last"]) for each in events] == [(1, 2), (3, 4)]
    named = {pk for each in events for pk in each.details["decisions"]}
    assert named == set(Decision.objects.values_list("pk", flat=True))


def test_a_batched_decision_that_was_changed_is_found(champion, read_here):
    read_here(*bodies())
    factories.batch()
    batch_runs.work(clock=clock)
    changed = Application.objects.order_by("pk")[2]

    Application.objects.filter(pk=changed.pk).update(reference="another")

    replayed = {each.decision_id: each.identical for each in replays.replay()}
    assert [pk for pk, identical in replayed.items() if not identical] == [changed.pk]


def test_what_is_sent_for_monitoring_goes_to_the_vault_and_nowhere_else(champion, read_here):
    read_here(*bodies())
    factories.batch()

    batch_runs.work(clock=clock)

    assert not AuditEvent.objects.filter(details__icontains="under_25").exists()
    groups = vault.groups_of_decisions(champion.product, "age_group")
    first = BatchRow.objects.get(number=1).decision_id
    assert groups == {f"decision:{first}": "under_25"}


def test_after_a_lost_worker_the_next_one_goes_on(champion, in_pairs, read_here, monkeypatch):
    read_here(*bodies(), factories.body(reference="A-5"))
    batch = factories.batch()
    store = vault.store_each

    def lost(groups, *, at):
        if BatchRow.objects.count() > 2:
            raise MemoryError
        store(groups, at=at)

    with monkeypatch.context() as patched:
        patched.setattr(vault, "store_each", lost)
        with pytest.raises(MemoryError):
            batch_runs.work(clock=clock)
    kept = Decision.objects.count()

    batch_runs.work(clock=clock)

    assert kept == 2  # the two that were under way are not half there
    assert again(batch).rows_decided == Decision.objects.count() == BatchRow.objects.count() == 5
    assert (batch.attempts, batch.state) == (2, Batch.State.COMPLETED)


def test_a_worker_that_was_overtaken_stores_nothing_more(champion, in_pairs, read_here):
    read_here(*bodies())
    batch = factories.batch()
    run = batch_runs._start(batch_id=batch.pk, at=AT)
    Batch.objects.filter(pk=batch.pk).update(attempts=2)

    with pytest.raises(batch_writing.Overtaken):
        batch_runs._go_through(run, clock)
    assert not Decision.objects.exists()


def test_a_row_is_never_stored_twice(champion, read_here):
    read_here(factories.body())
    batch = factories.batch()
    batch_runs.work(clock=clock)
    row = BatchRow.objects.get()

    with pytest.raises(IntegrityError, match="pkey"), transaction.atomic():
        BatchRow.objects.create(batch=batch, number=row.number, problems=[{"code": "x"}])
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        BatchRow.objects.filter(number=1).update(problems=[{"code": "x"}])


def test_a_row_is_decided_or_refused(champion):
    batch = factories.batch()

    with pytest.raises(IntegrityError, match="batch_row_decided_or_refused"):
        BatchRow.objects.create(batch=batch, number=1)


def test_a_batch_that_is_over_says_when(champion):
    batch = factories.batch()

    with pytest.raises(IntegrityError, match="batch_finished_or_not"):
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.COMPLETED)


def test_cancelled_between_two_chunks_it_stops_and_keeps_what_was_decided(
    champion, in_pairs, read_here, monkeypatch
):
    read_here(*bodies())
    batch = factories.batch()
    key = factories.api_key("acme-broker", "batch").api_key
    write = batch_writing.write

    def cancelled_after(**chunk):
        write(**chunk)
        batches.cancel(batch_id=batch.pk, key=key, at=DONE)

    monkeypatch.setattr(batch_writing, "write", cancelled_after)
    batch_runs.work(clock=clock)

    assert (again(batch).state, batch.finished_at) == (Batch.State.CANCELLED, DONE)
    assert Decision.objects.count() == len(results(batch)) == batch.rows_done == 2
    assert queries.results(batch.pk, 0, partner=batch.partner, at=factories.AT)["next"] is None


def test_where_the_file_breaks_off_what_came_before_is_decided(champion, in_pairs, read_here):
    broken = untrusted_rows.RowsRefused(FieldProblem("", "unreadable", "The file is damaged."))
    read_here(*bodies()[:3], broken)
    batch = factories.batch()

    batch_runs.work(clock=clock)

    assert (again(batch).state, batch.rows_decided) == (Batch.State.FAILED, 3)
    assert batch.problems == [
        {"after_row": 3, "pointer": "", "code": "unreadable", "detail": "The file is damaged."}
    ]


ENDED_ONCE = """
import json, os, pathlib, signal, sys
skip = int(sys.argv[3])
rows = pathlib.Path(sys.argv[1]).read_text().splitlines()
print(json.dumps(["total", len(rows)]))
for number, body in enumerate(rows, start=1):
    if number == 3 and skip < 2:
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGTERM)
    if number > skip:
        print(json.dumps([number, json.loads(body)]))
"""


def test_where_somebody_ended_what_reads_the_file_it_is_read_on(
    champion, in_pairs, tmp_path, monkeypatch
):
    (tmp_path / "ended_once.py").write_text(ENDED_ONCE)
    monkeypatch.setattr(untrusted_rows, "PROGRAM", "ended_once")
    monkeypatch.setattr(untrusted_rows.settings, "BASE_DIR", tmp_path)
    batch = factories.batch(factories.ndjson(*bodies()))

    batch_runs.work(clock=clock)

    assert (again(batch).state, batch.attempts) == (Batch.State.COMPLETED, 2)
    assert [row["row"] for row in results(batch)] == [1, 2, 3, 4]
    assert Decision.objects.count() == batch.rows_decided == 4


def test_a_file_that_kills_workers_at_the_same_row_fails(champion, read_here, monkeypatch):
    read_here(*bodies())
    batch = factories.batch()
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.RUNNING, stalls=5)

    batch_runs.work(clock=clock)

    assert again(batch).state == Batch.State.FAILED
    assert batch.problems[0]["code"] == "worker_lost"


def test_batches_are_worked_in_the_order_in_which_they_came(champion, read_here):
    read_here(factories.body())
    later = factories.batch(at=AT + timedelta(seconds=1))
    first = factories.batch(slug="bank-two")

    batch_runs.work(clock=clock)

    ended = AuditEvent.objects.filter(type=AuditEvent.Type.BATCH_ENDED).order_by("pk")
    assert [each.target for each in ended] == [f"batch:{first.pk}", f"batch:{later.pk}"]


def test_a_product_that_is_withdrawn_ends_its_batches(champion, read_here, monkeypatch):
    read_here(factories.body())
    batch = factories.batch()

    def gone(slug, *, at):
        raise UnknownProduct(slug)

    monkeypatch.setattr("credit.serving.terms", gone)
    batch_runs.work(clock=clock)

    assert (again(batch).state, batch.problems[0]["pointer"]) == (Batch.State.FAILED, "/product")


@pytest.mark.parametrize("table", ["batch", "batchrow"])
def test_another_partners_batches_are_invisible_to_raw_sql(champion, read_here, table):
    read_here(factories.body())
    batch = factories.batch()
    batch_runs.work(clock=clock)

    def rows(partner):
        with tenancy.rows_of(partner), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM credit_{table}")  # noqa: S608 - our own words
            return cursor.fetchone()[0]

    assert [rows(each) for each in (None, batch.partner, factories.partner("bank-two"))] == [
        *(1, 1, 0)
    ]


def test_the_same_key_is_one_batch(own_store, champion):
    once = factories.idempotency()
    first = factories.batch(once=once)

    second = factories.batch(once=once)
    with pytest.raises(IdempotencyConflict):
        factories.batch(once=factories.idempotency(content={"another": 1}))

    assert first == second
    assert Batch.objects.count() == 1
    assert [file.name for file in uploads.path_of(first.pk).parent.iterdir()] == [first.pk]


def test_a_partner_has_so_many_unfinished_batches_and_no_more(champion, own_store, monkeypatch):
    monkeypatch.setattr(batches, "MOST_UNFINISHED", 1)
    factories.batch()

    factories.batch(slug="bank-two")
    with pytest.raises(batches.TooManyUnfinished, match="There are 1 unfinished"):
        factories.batch()


def test_what_was_kept_long_enough_is_forgotten_and_its_decisions_stay(
    champion, read_here, django_capture_on_commit_callbacks
):
    read_here(factories.body())
    with django_capture_on_commit_callbacks(execute=True):
        old = factories.batch()
        batch_runs.work(clock=clock)
    waiting = factories.batch()
    orphan = uploads.path_of("0" * 26)
    orphan.write_bytes(b"left by a killed process")
    now = AT + batches.KEPT_FOR

    kept, forgotten = batches.purge(at=now), batches.purge(at=now + timedelta(days=400))

    assert (kept, forgotten) == (0, 1)
    assert list(Batch.objects.all()) == [waiting]
    assert not BatchRow.objects.exists()
    assert Decision.objects.count() == 1
    assert not uploads.path_of(old.pk).exists()
    assert uploads.path_of(waiting.pk).exists()
    assert not orphan.exists()


def test_the_log_and_the_audit_trail_name_nobody(champion, read_here, caplog):
    read_here(factories.body(reference="Zaphod-4711"))
    factories.batch()

    batch_runs.work(clock=clock)

    assert "batch_rows_decided" in caplog.text
    assert "Zaphod" not in caplog.text
    details = AuditEvent.objects.values_list("details", flat=True)
    assert "Zaphod" not in json.dumps(list(details))
