"""How things stand right now, for `/metrics`: what waits, what is open, what the database does.

No statement counts further than `_MOST` rows, so that a scrape costs the same on a bad day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

_MOST: Final = 100_000
_NEAR: Final = 10_000  # events below the newest sealed one that may have committed late
Sample = tuple[tuple[str, ...], float]  # the labels' values, and the figure

_COUNT_OF: Final = "SELECT count(*) FROM (SELECT FROM {} LIMIT %(most)s) counted"
_AGE_OF: Final = "SELECT coalesce(extract(epoch FROM %(at)s - min(received_at)), 0) FROM {}"
# In the queue, or not put in yet: each has an index, all applications together have none for it.
_WAITING: Final = """(
    SELECT received_at FROM credit_queueitem WHERE status = 'awaiting_officer'
    UNION ALL
    SELECT received_at FROM credit_application WHERE status = 'awaiting_officer' AND NOT queued
) waiting"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure, and the statement that finds it: label columns first, the figure last."""

    name: str
    says: str
    sql: str
    labels: tuple[str, ...] = ()
    is_counter: bool = False


MEASURES: Final = (
    Measure(
        name="evenhand_applications_awaiting_officer",
        says="Applications that wait for an officer; 100000 says that or more.",
        sql=_COUNT_OF.format(_WAITING),
    ),
    Measure(
        name="evenhand_application_longest_wait_seconds",
        says="How long the first in the officers' queue has waited.",
        sql=_AGE_OF.format(_WAITING),
    ),
    Measure(
        name="evenhand_audit_events_unsealed",
        says="Audit events that no seal covers yet; 100000 says that or more.",
        sql="""SELECT count(*) FROM (SELECT FROM credit_auditevent event
            WHERE id > (SELECT coalesce(max(event_id), 0) - %(near)s FROM credit_auditleaf)
            AND NOT EXISTS (SELECT FROM credit_auditleaf WHERE event_id = event.id AND event_id >
                (SELECT coalesce(max(event_id), 0) - %(near)s FROM credit_auditleaf))
            LIMIT %(most)s) unsealed""",
    ),
    Measure(
        name="evenhand_audit_last_seal_age_seconds",
        says="How long ago the last seal was made; it grows while nothing happens, too.",
        sql="""SELECT coalesce(extract(epoch FROM %(at)s - max(sealed_at)), 0)
            FROM (SELECT sealed_at FROM credit_auditseal ORDER BY number DESC LIMIT 1) seal""",
    ),
    Measure(
        name="evenhand_webhooks_waiting",
        says="Deliveries in the outbox: due, to be tried later, or held by a paused endpoint.",
        labels=("state",),
        sql="""SELECT state.name, count(waiting.name)
            FROM (VALUES ('due'), ('later'), ('held')) state (name)
            LEFT JOIN (
                SELECT CASE WHEN endpoint.state <> 'active' THEN 'held'
                    WHEN next_try_at <= %(at)s THEN 'due' ELSE 'later' END AS name
                FROM credit_webhookdelivery delivery
                JOIN credit_webhookendpoint endpoint ON endpoint.id = endpoint_id
                WHERE delivery.state = 'pending' LIMIT %(most)s
            ) waiting USING (name) GROUP BY 1""",
    ),
    Measure(
        name="evenhand_webhook_longest_due_seconds",
        says="For how long a delivery to an active endpoint has been due.",
        sql="""SELECT coalesce(extract(epoch FROM %(at)s - min(next_try_at)), 0)
            FROM credit_webhookdelivery delivery
            JOIN credit_webhookendpoint endpoint ON endpoint.id = endpoint_id
            WHERE delivery.state = 'pending' AND endpoint.state = 'active'
            AND next_try_at <= %(at)s""",
    ),
    Measure(
        name="evenhand_batches_unfinished",
        says="Batches that wait or are worked.",
        labels=("state",),
        sql="""SELECT state.name, count(batch.id)
            FROM (VALUES ('queued'), ('running')) state (name)
            LEFT JOIN credit_batch batch ON batch.state = state.name
                AND batch.state IN ('queued', 'running') GROUP BY 1""",
    ),
    Measure(
        name="evenhand_batch_rows_unfinished",
        says="Rows of unfinished batches: done, or still to do where the file has been counted.",
        labels=("state",),
        sql="""SELECT state.name, coalesce(sum(CASE state.name
                WHEN 'done' THEN rows_decided + rows_refused
                ELSE greatest(rows - rows_decided - rows_refused, 0) END), 0)
            FROM (VALUES ('done'), ('to_do')) state (name)
            LEFT JOIN credit_batch batch ON batch.state IN ('queued', 'running') GROUP BY 1""",
    ),
    Measure(
        name="evenhand_batch_longest_wait_seconds",
        says="How long ago the oldest unfinished batch was received.",
        sql="""SELECT coalesce(extract(epoch FROM %(at)s - min(received_at)), 0)
            FROM credit_batch WHERE state IN ('queued', 'running')""",
    ),
    Measure(
        name="evenhand_trainings_unfinished",
        says="Trainings that wait or run.",
        labels=("state",),
        sql="""SELECT state.name, count(run.id)
            FROM (VALUES ('queued'), ('running')) state (name)
            LEFT JOIN credit_trainingrun run ON run.state = state.name GROUP BY 1""",
    ),
    Measure(
        name="evenhand_alerts_open",
        says="Alerts that nobody has resolved: 1 for each cause, product and segment.",
        labels=("cause", "product"),
        sql="""SELECT cause, coalesce(slug, ''), count(*) FROM credit_alert alert
            LEFT JOIN credit_product product ON product.id = product_id
            WHERE resolved_at IS NULL GROUP BY 1, 2""",
    ),
    Measure(
        name="evenhand_model_in_service",
        says="1 for each model version that serves.",
        labels=("product", "version", "stage"),
        sql="""SELECT slug, slug || '/' || number, stage, 1 FROM credit_modelversion version
            JOIN credit_product product ON product.id = product_id
            WHERE stage NOT IN ('candidate', 'retired')""",
    ),
    Measure(
        name="evenhand_models_stopped",
        says="1 for each product whose models a person has stopped.",
        labels=("product",),
        sql="""SELECT slug, 1 FROM credit_servicestop stop
            JOIN credit_product product ON product.id = product_id
            WHERE resumed_at IS NULL""",
    ),
    Measure(
        name="evenhand_database_connections",
        says="Connections to this database, by login: each thread keeps one, there is no pool.",
        labels=("login",),
        sql="""SELECT coalesce(usename, 'server'), count(*) FROM pg_stat_activity
            WHERE datname = current_database() GROUP BY 1""",
    ),
    Measure(
        name="evenhand_database_connections_limit",
        says="How many connections the server takes, for all databases.",
        sql="SELECT current_setting('max_connections')::int",
    ),
    Measure(
        name="evenhand_database_lock_waits",
        says="Sessions that wait for a lock.",
        sql="SELECT count(*) FROM pg_locks WHERE NOT granted",
    ),
    Measure(
        name="evenhand_database_statement_seconds",
        says="Time spent in statements of this database, by all sessions.",
        is_counter=True,
        sql="""SELECT active_time / 1000 FROM pg_stat_database
            WHERE datname = current_database()""",
    ),
    Measure(
        name="evenhand_database_transactions",
        says="Transactions of this database.",
        labels=("end",),
        is_counter=True,
        sql="""SELECT ended.name, times FROM pg_stat_database, LATERAL (VALUES
                ('commit', xact_commit), ('rollback', xact_rollback)) ended (name, times)
            WHERE datname = current_database()""",
    ),
)


def read(*, at: datetime) -> Iterator[tuple[Measure, list[Sample]]]:
    """Ask for every figure, each with its labels."""
    asked: dict[str, datetime | int] = {"at": at, "most": _MOST, "near": _NEAR}
    with connection.cursor() as cursor:
        for measure in MEASURES:
            cursor.execute(measure.sql, asked)
            yield measure, [(tuple(row[:-1]), float(row[-1])) for row in cursor.fetchall()]
