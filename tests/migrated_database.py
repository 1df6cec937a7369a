"""The migrated test database, made once: other workers and later runs take a copy.

Migrating takes seconds of each run of a single file. What migrations are made of names the copy.
"""

import hashlib
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from django.core import management
from django.db import ProgrammingError

CHECKOUT = Path(__file__).parents[1]
MADE_OF = (
    "*/migrations/*.py",
    "*/models/*.py",
    "*/commands/migrate.py",
    "requirements.txt",
    "tests/migrated_database.py",
)
PREFIX = "migrated_"
TABLES = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
"""
LOCK = 1_733_733  # any number that nothing else on this server takes


@contextmanager
def copied_if_made(owner, *, anew=False):
    """Let `setup_databases` find the test database migrated; keep what it migrates itself.

    One process at a time: while the first migrates, the others wait for its copy.
    """
    kept, test = name_of_copy(), owner.creation._get_test_db_name()
    with owner._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # until this connection ends
        drop(cursor, test)
        if anew or kept not in _copies(cursor):
            yield
            _never_analyse(owner)
            owner.close()
            _keep(cursor, test, kept)
        else:
            cursor.execute(f'CREATE DATABASE "{test}" TEMPLATE "{kept}"')
            with patch.object(management, "call_command", _nothing_to_do):  # it is migrated
                yield


def drop(cursor, database):
    """Drop a database; FORCE may not end an autovacuum, but without it PostgreSQL cancels one."""
    try:
        cursor.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    except ProgrammingError:
        cursor.execute(f'DROP DATABASE IF EXISTS "{database}"')


def _never_analyse(owner):
    """Let no statistics come about while tests fill tables and empty them again.

    How pages are read before there are any is tested, and the server makes them when it pleases:
    it would hold a table for empty that a test has filled and taken back.
    """
    with owner.cursor() as migrated:
        migrated.execute(TABLES)
        for (table,) in migrated.fetchall():
            migrated.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")


def name_of_copy():
    """Name a database by all that says what it is like, and by the month: it has parts by month."""
    digest = hashlib.sha256(f"{datetime.now(UTC):%Y-%m}".encode())
    for path in sorted(path for pattern in MADE_OF for path in CHECKOUT.glob(pattern)):
        digest.update(path.read_bytes())
    return f"{PREFIX}{digest.hexdigest()[:16]}"


def _copies(cursor):
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    return [name for (name,) in cursor.fetchall()]


def _keep(cursor, test, kept):
    """Copy what was migrated, and drop copies of other days and other migrations."""
    for old in _copies(cursor):
        drop(cursor, old)
    cursor.execute(f'CREATE DATABASE "{kept}" TEMPLATE "{test}"')


def _nothing_to_do(*_command, **_options):
    """Stand in for `migrate`, and for `createcachetable`, as no cache is a table."""
