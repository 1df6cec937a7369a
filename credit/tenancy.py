"""Whose rows this transaction may see; row security holds it (decision record 0004)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from credit.models import Partner


@contextmanager
def rows_of(partner: Partner | None) -> Iterator[None]:
    """Run one transaction in which other partners' rows do not exist; staff (None) see all."""
    with transaction.atomic():
        if partner is not None:
            _say(str(partner.pk))
        yield
    if partner is not None and connection.in_atomic_block:
        _say("")  # inside an outer transaction the setting would outlive this one


def _say(partner: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.partner', %s, true)", [partner])
