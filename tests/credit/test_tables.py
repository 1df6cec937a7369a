"""Tables are built for years: the indexes that queries use, and no other."""

import pytest
from django.db import connection

# Each decision writes to every one of these. A new one needs a query that cannot do without it.
INDEXES = {
    "application": {
        *("id", "received_at, id", "partner_id, reference", "partner_id, id"),
        "product_id, received_at, id",  # of what owes a notice only: of a decline by policy
    },
    "score": {"application_id", "model_version_id"},
    "decision": {"id"},
    "auditevent": {"id", "target"},
    "auditleaf": {"event_id"},  # and within a month "seal_id, position"
    "idempotencyrecord": {"id", "partner_id, endpoint, key", "created_at"},
}


@pytest.mark.parametrize("table", INDEXES)
def test_a_decision_pays_for_no_index_that_nothing_uses(db, table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(attname, ', ' ORDER BY place)"
            "   FROM unnest(indkey::int[]) WITH ORDINALITY AS k (number, place)"
            "   JOIN pg_attribute ON attrelid = indrelid AND attnum = number)"
            " FROM pg_index WHERE indrelid = %s::regclass",
            [f"credit_{table}"],
        )
        found = [columns for (columns,) in cursor.fetchall()]

    assert sorted(found) == sorted(INDEXES[table])
