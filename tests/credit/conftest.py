"""People who type commands, the product that is live when they do, and keys looked up anew."""

import factories
import pytest
from django.db import connection

from credit import access


@pytest.fixture
def people(db):
    factories.user("model_developer", username="dana")
    factories.user("model_validator", username="vera")
    factories.user("officer", username="olga")
    return {"--by": "dana", "--approved-by": "vera"}


@pytest.fixture
def live(champion, people):
    return champion


@pytest.fixture
def always_look(monkeypatch):
    """Look at the stamp of keys each time; how long a look is good for has its own tests."""
    monkeypatch.setattr(access, "FRESH_FOR", 0)


@pytest.fixture
def tamper(as_owner):
    """Do what only the tables' owner can: switch a table's triggers off and write over its rows."""

    def run(table, sql, *parameters):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE credit_{table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE credit_{table} SET {sql}", parameters or None)  # noqa: S608
            cursor.execute(f"ALTER TABLE credit_{table} ENABLE TRIGGER USER")

    return run
