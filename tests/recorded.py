"""What tests begin with, built once a process: its rows and files are put back, not made again.

To bring a product live takes eighty statements, and thousands of tests begin with one. What it
wrote is kept as one text of SQL. Its rows keep their numbers: sequences take no part in a
transaction that is rolled back, so nobody else is ever given them. A copy of the database counts
on by itself, so nothing is recorded or put back there.

A thousand loans' groups in the vault were most of what was written, and few tests look at them:
these are put back when one asks.
"""

import copy
import tempfile
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path

from django.db import connection, transaction
from django.test import override_settings

from credit import serving, store
from credit.models import Product

_WRITTEN = """
SELECT DISTINCT coalesce(pg_partition_root(relid), relid)::regclass::text
FROM pg_stat_xact_user_tables WHERE n_tup_ins > 0 ORDER BY 1
"""
# The rows of a table that this transaction wrote since a moment, as a literal.
_ROWS = "SELECT quote_literal(array_agg(t)::text) FROM {table} t WHERE xmin::text::bigint >= %s"
_MARK = """
INSERT INTO django_session VALUES ('beginning', '', now()) RETURNING xmin::text::bigint
"""
_PUT_BACK = "INSERT INTO {table} SELECT (r).* FROM unnest({rows}::{table}[]) r;"
# Nothing is there twice, nor without its file: what another test began with is no longer there.
_GROUPS_PUT_BACK = """
INSERT INTO {table} SELECT (r).* FROM unnest({rows}::{table}[]) r
JOIN credit_ingestion file ON file.id = r.ingestion_id ON CONFLICT DO NOTHING
"""
_WHEN_ASKED = "vault.ingested_attribute"
_may_be_asked: list[str] = []


def once(build):
    """Let a builder that begins with an empty database build once for each of its arguments.

    It may only add rows, by the database and in the store, and gives models or what holds them.
    What a test has written before, as who signed in, is no part of the beginning.
    """
    kept = {}

    @wraps(build)
    def built(*asked, **named):
        if _is_copy() or not connection.in_atomic_block or Product.objects.exists():
            return build(*asked, **named)  # what is committed, or added to, is made
        month = f"{datetime.now(UTC):%Y-%m}"  # which the numbers of its events begin with
        key = (asked, tuple(sorted(named.items())), month)
        if key not in kept:
            kept[key] = _recorded(lambda: build(*asked, **named))
            return _put_back(*kept[key], is_there=True)
        return _put_back(*kept[key])

    return built


def _is_copy():
    return connection.settings_dict["NAME"].endswith("_commits")


def with_groups(read):
    """Let a reader of past loans' groups find those of the beginning that was put back."""

    @wraps(read)
    def groups(*asked, **named):
        for rows in () if _is_copy() else _may_be_asked:
            with connection.cursor() as cursor:
                cursor.execute(rows)
        return read(*asked, **named)

    return groups


def _recorded(build):
    with (
        tempfile.TemporaryDirectory() as folder,
        override_settings(EVENHAND_VAR=Path(folder)),
        transaction.atomic(),
    ):
        begun = _transaction()
        _may_be_asked.clear()
        made = build()
        files = [(path.read_bytes(), path.suffix) for path in Path(folder).rglob("*.*")]
        rows, groups = _rows_since(begun)
    # A beginning that begins with another owes what that one does.
    return copy.deepcopy(made), rows, [*_may_be_asked, *groups], files


def _put_back(made, rows, groups, files, *, is_there=False):
    for content, suffix in files:
        store.put(content, suffix)
    if not is_there:
        with connection.cursor() as cursor:
            cursor.execute(rows)
        _may_be_asked[:] = groups
        serving.forget_what_is_in_force()
    return copy.deepcopy(made)


def _transaction():
    """Give the number of this savepoint, which what is written inside has or exceeds.

    PostgreSQL tells only that of the outermost transaction, so a row has to be written for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        (number,) = cursor.fetchone()
        cursor.execute("DELETE FROM django_session WHERE session_key = 'beginning'")
        return number


def _rows_since(begun):
    """Give what puts the rows back: all but the groups, and the groups."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        tables = [table for (table,) in cursor.fetchall()]
        written = {
            table: rows for table in tables if (rows := _literal(cursor, table, begun)) is not None
        }
    groups = written.pop(_WHEN_ASKED, None)
    return (
        "\n".join(_PUT_BACK.format(table=table, rows=rows) for table, rows in written.items()),
        [_GROUPS_PUT_BACK.format(table=_WHEN_ASKED, rows=groups)] if groups else [],
    )


def _literal(cursor, table, begun):
    is_in_vault = table.startswith("vault.")
    if is_in_vault:
        cursor.execute("SET LOCAL ROLE evenhand_vault")
    cursor.execute(_ROWS.format(table=table), [begun])
    (rows,) = cursor.fetchone()
    if is_in_vault:
        cursor.execute("RESET ROLE")
    return rows
