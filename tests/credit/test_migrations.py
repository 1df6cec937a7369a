"""Migrating makes fewer of Django's classes anew than Django does, and the same database."""

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections

pytestmark = pytest.mark.long  # Django's own way takes minutes, which is why ours is another

# What of the catalogue says how a database is, in words that do not depend on when it was made.
HOW_IT_IS = {
    "columns": """
        SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull,
            pg_get_expr(adbin, adrelid)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid >= 16384 AND attnum > 0 AND NOT attisdropped
            AND attrelid::regclass::text NOT LIKE 'pg_toast.%'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid >= 16384""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname <> 'pg_catalog'""",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "policies": "SELECT tablename, policyname, roles::text, cmd, qual, with_check FROM pg_policies",
    "rights": """
        SELECT oid::regclass::text, relacl::text FROM pg_class
        WHERE oid >= 16384 AND relkind NOT IN ('i', 'I', 't')
            AND relnamespace::regnamespace::text <> 'pg_toast'""",
}


@pytest.fixture
def databases(django_db_setup, django_db_blocker):
    """Give how the test database is, and how one is that Django's own command made."""
    with django_db_blocker.unblock():
        original = connections["owner"].settings_dict["NAME"]
        by_django = f"{original}_by_django"
        ours = _what_is_there()
        _run(f'DROP DATABASE IF EXISTS "{by_django}"', f'CREATE DATABASE "{by_django}"')
        _use(by_django)
        call_command(migrate.Command(), database="owner", verbosity=0, interactive=False)
        theirs = _what_is_there()
        _use(original)
        _run(f'DROP DATABASE "{by_django}"')
    return ours, theirs


def _use(database):
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = database


def _run(*statements):
    with connections["owner"]._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _what_is_there():
    with connections["owner"].cursor() as cursor:
        found = {}
        for what, query in HOW_IT_IS.items():
            cursor.execute(query)
            found[what] = sorted(map(repr, cursor.fetchall()))
    return found


def test_a_database_is_the_one_that_django_would_make(databases):
    ours, theirs = databases

    assert all(theirs.values())
    for what, found in theirs.items():
        assert ours[what] == found, what
