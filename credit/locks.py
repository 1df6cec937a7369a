"""One after the other, where the work takes longer than a row may be locked."""

from django.db import connection


def alone(name: str) -> None:
    """Wait until nobody else works on what has this name, and keep it until the transaction ends.

    The lock of a product's or version's row would also hold up who rolls a model back meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
