"""Protected attributes: put in by those who are sent them, read only to measure fairness.

Plain SQL, for no model may make these rows easy to reach. Row ids are those of training frames:
`ingestion:ID:ROW` and `decision:ID`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from credit.actions import audit
from credit.models import AuditEvent, Product, Snapshot, User

Groups = dict[str, list[str | None]]  # by attribute, of each row


def store_each(groups: Iterable[tuple[str, str, str]], *, at: datetime) -> None:
    """Keep what a partner sent for many applications: (application id, attribute, group)."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY vault.applicant_attribute (application_id, attribute, value, recorded_at)"
            " FROM STDIN"
        ) as copy,
    ):
        for group in groups:
            copy.write_row((*group, at))


def store_ingested(ingestion_id: int, rows: Iterable[tuple[str, str, str]]) -> None:
    """Keep the groups of a file's rows: (row, attribute, group)."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY vault.ingested_attribute (ingestion_id, row_id, attribute, value) FROM STDIN"
        ) as copy,
    ):
        for row, attribute, group in rows:
            copy.write_row((ingestion_id, row, attribute, group))


@contextmanager
def reader(*, by: User | None = None, of: str = "vault") -> Iterator[None]:
    """Look into the vault inside one transaction; who did is audited, with the database's clock.

    PostgreSQL refuses it to a login that is no member of `evenhand_vault`, as the web server's.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT transaction_timestamp()")
            (at,) = cursor.fetchone()
        audit.record(AuditEvent.Type.VAULT_READ, target=of, by=by, at=at)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE evenhand_vault")
        yield
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def groups_of_ingested(
    ingestion_id: int, attribute: str, *, by: User | None = None
) -> dict[str, str]:
    """Find the group of each row of an ingested file, by row id."""
    with reader(by=by, of=f"ingestion:{ingestion_id}/{attribute}"):
        return _pairs(
            "SELECT 'ingestion:' || ingestion_id || ':' || row_id, value"
            " FROM vault.ingested_attribute WHERE ingestion_id = %s AND attribute = %s",
            [ingestion_id, attribute],
        )


def groups_of_decisions(
    product: Product, attribute: str, *, by: User | None = None
) -> dict[str, str]:
    """Find the group of each applicant of a product, as far as it was sent, by row id."""
    with reader(by=by, of=f"product:{product.slug}/{attribute}"):
        return _pairs(
            "SELECT 'decision:' || a.id, v.value FROM vault.applicant_attribute v"
            " JOIN credit_application a ON a.id = v.application_id"
            " WHERE a.product_id = %s AND v.attribute = %s",
            [product.pk, attribute],
        )


def groups_of_snapshot(snapshot: Snapshot, rows: list[str], *, by: User | None = None) -> Groups:
    """Find the group of each row of a snapshot by every attribute that can be assessed."""
    return {
        attribute.name: _of_attribute(snapshot, attribute.name, rows, by=by)
        for attribute in snapshot.contract.read().assessable
    }


def _of_attribute(
    snapshot: Snapshot, attribute: str, rows: list[str], *, by: User | None
) -> list[str | None]:
    known = groups_of_ingested(snapshot.ingestion_id, attribute, by=by)
    if any(row.startswith("decision:") for row in rows):
        known |= groups_of_decisions(snapshot.product, attribute, by=by)
    return [known.get(row) for row in rows]


def groups_of_ids(
    product: Product, attribute: str, *, low: str, below: str, by: User | None = None
) -> dict[str, str]:
    """Find the group of each applicant of a product between two application ids, by that id."""
    with reader(by=by, of=f"product:{product.slug}/{attribute}"):
        return _pairs(
            "SELECT a.id, v.value FROM vault.applicant_attribute v"
            " JOIN credit_application a ON a.id = v.application_id"
            " WHERE a.product_id = %s AND v.attribute = %s AND a.id >= %s AND a.id < %s"
            " AND v.application_id >= %s AND v.application_id < %s",
            [product.pk, attribute, low, below, low, below],
        )


def _pairs(query: str, parameters: list[int | str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return dict(cursor.fetchall())
