"""The day, lived through once, and what the running product has written down of it."""

from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from a_day import BROKEN, MARK, Day, person, settings_of
from waiting import wait_until
from webhook_receiver import listening


@pytest.fixture(scope="module")
def day(stack, manage):
    """Give the day, with all that each process wrote meanwhile."""
    client = manage("issue_key", "demo-partner", "--scope", "read", "--oauth")
    log = Log(stack)
    with listening() as receiver, Day(stack) as day:
        receiver.status = 500
        webhook = day.registers(f"{receiver.url}/{MARK}")
        with _refusing(stack):
            made = day.decides()
            day.sends_what_is_wrong()
            day.breaks()
            day.reports(made["id"])
            day.asks_for_tokens(client)
            file = [person(), person(features__purpose=MARK), b"oops %s\n" % MARK.encode()]
            batch = day.sends_a_file(*file, person(reference=BROKEN))
            day.judges(made)
            day.strays()
            wait_until(lambda: log.holds("worker.log", "raised unexpected"))
        # Of the batch: an officer's decision is told when it is final.
        wait_until(lambda: receiver.came)
        receiver.status = 204
        day.metrics = day.partner.get("/metrics").text
        day.log, day.came, day.decision_id = log, receiver.came, made["id"]
        wait_until(lambda: _state(day, batch) == "completed")
        day.ask("no webhook", "DELETE", f"/api/v1/webhooks/{webhook}")
        yield day


class Log:
    """What every process of a stack has written since this was made."""

    def __init__(self, stack):
        self.folder = Path(stack["environment"]).parent / "log"
        self.begun = {file.name: file.stat().st_size for file in self.folder.iterdir()}

    def read(self):
        return {
            file.name: file.read_bytes()[self.begun.get(file.name, 0) :].decode(errors="replace")
            for file in sorted(self.folder.iterdir())
        }

    def holds(self, name, words):
        return words in self.read()[name]


@contextmanager
def _refusing(stack):
    """Let PostgreSQL refuse one reference, and quote the row to whoever asks why."""
    with psycopg.connect(settings_of(stack)["OWNER_DATABASE_URL"], autocommit=True) as owner:
        table, name = "credit_application", "nobody_of_this_name"
        owner.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (reference <> '{BROKEN}') NOT VALID"
        )
        with suppress(psycopg.errors.NotNullViolation):  # what an operator mistypes
            owner.execute(f"INSERT INTO credit_partner (slug) VALUES ('{MARK}')")  # noqa: S608
        try:
            yield
        finally:
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _state(day, batch):
    return day.ask("a batch", "GET", f"/api/v1/batches/{batch}").json()["state"]
