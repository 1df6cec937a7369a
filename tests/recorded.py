"""What tests begin with, built once a process: its rows and files are put back, not made again.

To bring a product live takes eighty statements, and thousands of tests begin with one. What it
wrote is kept as one text of SQL. Its rows keep their numbers: sequences take no part in a
transaction that is rolled back, so nobody else is ever given them. A copy of the database counts
on by itself, so nothing is recorded or put back there.
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


def once(build):
    """Let a builder that begins with an empty database build once for each of its arguments.

    It may only add rows, by the database and in the store, and gives models or what holds them.
    What a test has written before, as who signed in, is no part of the beginning.
    """
    kept = {}

    @wraps(build)
    def built(*asked, **named):
        is_copy = connection.settings_dict["NAME"].endswith("_commits")
        if is_copy or not connection.in_atomic_block or Product.objects.exists():
            return build(*asked, **named)  # what is committed, or added to, is made
        month = f"{datetime.now(UTC):%Y-%m}"  # which the numbers of its events begin with
        key = (asked, tuple(sorted(named.items())), month)
        if key not in kept:
            kept[key] = _recorded(lambda: build(*asked, **named))
            return _put_back(*kept[key], is_there=True)
        return _put_back(*kept[key])

    return built


def _recorded(build):
    with (
        tempfile.TemporaryDirectory() as folder,
        override_settings(EVENHAND_VAR=Path(folder)),
        transaction.atomic(),
    ):
        begun = _transaction()
        made = build()
        files = [(path.read_bytes(), path.suffix) for path in Path(folder).rglob("*.*")]
        rows = _rows_since(begun)
    return copy.deepcopy(made), rows, files


def _put_back(made, rows, files, *, is_there=False):
    for content, suffix in files:
        store.put(content, suffix)
    if not is_there:
        with connection.cursor() as cursor:
            cursor.execute(rows)
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
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        tables = [table for (table,) in cursor.fetchall()]
        return "\n".join(
            _PUT_BACK.format(table=table, rows=rows)
            for table in tables
            if (rows := _literal(cursor, table, begun))
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
