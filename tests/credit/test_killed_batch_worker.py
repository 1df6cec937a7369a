"""A worker killed in the middle of a batch: no row is lost, none doubled."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import factories
from django.conf import settings
from django.db import connection
from django.utils import timezone
from waiting import wait_until

from credit.actions import batch_runs, batches
from credit.models import AuditEvent, Batch, BatchRow, Decision
from credit.queries import audit as trail

CHECKOUT = Path(__file__).parents[2]
ROWS = 100
WORKER = """
import django
django.setup()
from django.conf import settings
from django.db import connections
from django.utils import timezone
import sys
for alias in ("default", "owner"):
    connections[alias].settings_dict["NAME"] = sys.argv[1]
import time
from itertools import count
from credit import batch_chunks, vault
from credit.actions import batch_runs
batch_chunks.AT_ONCE = 10
chunks = count(1)

def store_each(*_, **__):
    if next(chunks) == 4:
        print("there", flush=True)
        time.sleep(600)  # it dies in a transaction

vault.store_each = store_each
batch_runs.work(clock=timezone.now)
"""


def started():
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "credit.settings",
            "EVENHAND_VAR": str(settings.EVENHAND_VAR),
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_worker_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing(committed, toy_bundle):
    factories.live_product(toy_bundle)
    sent = [factories.body(reference=f"A-{number}") for number in range(1, ROWS + 1)]
    batch = factories.batch(factories.ndjson(*sent), at=timezone.now())

    with started() as worker:
        came = any(line == "there\n" for line in worker.stdout)
        os.kill(worker.pid, signal.SIGKILL)
    kept = BatchRow.objects.count()
    wait_until(lambda: batch_runs.work(clock=timezone.now) or Batch.objects.get().finished_at)

    batch.refresh_from_db()
    assert (came, kept) == (True, 30)
    assert (batch.state, batch.attempts) == (Batch.State.COMPLETED, 2)
    rows = list(BatchRow.objects.values_list("number", "decision__application__reference"))
    assert rows == [(number, f"A-{number}") for number in range(1, ROWS + 1)]
    assert Decision.objects.count() == batch.rows_decided == ROWS
    events = AuditEvent.objects.filter(type=AuditEvent.Type.BATCH_DECIDED)
    assert sum(len(each.details["decisions"]) for each in events) == ROWS
    assert trail.verify().problems == []
    assert not batches.uploads.path_of(batch.pk).exists()
