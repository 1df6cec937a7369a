"""One after the other, where the work takes longer than a row may be locked."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def alone(name: str) -> None:
    """Wait until nobody else works on what has this name, and keep it until the transaction ends.

    The lock of a product's or version's row would also hold up who rolls a model back meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


@contextmanager
def sole(job: int, of: int) -> Iterator[bool]:
    """Say whether nobody else is at a job; who is keeps it so, for as long as this process lives.

    `job` is the number of the job's own lock, `of` the key of what it is done to.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [job, of])
        (is_free,) = cursor.fetchone()
    try:
        yield bool(is_free)
    finally:
        if is_free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [job, of])
