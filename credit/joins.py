"""How PostgreSQL joins what is counted by the month."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper


@contextmanager
def hashed() -> Iterator[CursorWrapper]:
    """Give a cursor whose statements never join by a loop within a loop: they read whole months.

    Of what row security leaves of a table PostgreSQL expects one row in a hundred, and so of three
    tables one decision a month: for each of the many that there are it went through all outcomes.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on")
