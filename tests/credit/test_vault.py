"""Protected attributes go in by those who are sent them, and come out as aggregates only."""

import factories
import pytest
from django.db import ProgrammingError, connection, transaction

from credit import vault
from credit.models import Application, AuditEvent

TABLES = ("vault.applicant_attribute", "vault.ingested_attribute")
LOOKS = (
    "SELECT count(*) FROM {}",
    "SELECT 1 FROM {} LIMIT 1",
    "UPDATE {} SET value = 'x'",
    "DELETE FROM {}",
    "TRUNCATE {}",
    "COPY {} TO STDOUT",
    "COPY (SELECT * FROM {}) TO STDOUT",
    "LOCK TABLE {} IN SHARE MODE",
    "CREATE VIEW peep AS SELECT * FROM {}",
    "CREATE TEMPORARY TABLE peep AS SELECT * FROM {}",
    "ANALYZE (VERBOSE) {}; SELECT count(*) FROM {}",
)
# Of the owner's functions, those that touch the vault; the serving role may call none by itself.
TOUCH_THE_VAULT = {"credit_groups_follow"}
PUT = "INSERT INTO vault.applicant_attribute VALUES (%s, 'sex', 'x', now()) "
RELATIONS = """
    SELECT c.oid::regclass::text, c.oid FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (c.relnamespace = 'vault'::regnamespace OR c.oid IN (
        WITH RECURSIVE part(oid) AS (
            SELECT inhrelid FROM pg_inherits WHERE inhparent IN (
                SELECT oid FROM pg_class WHERE relnamespace = 'vault'::regnamespace)
            UNION SELECT i.inhrelid FROM pg_inherits i JOIN part p ON i.inhparent = p.oid
        ) SELECT oid FROM part))
"""


def asked(query, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", LOOKS)
def test_the_serving_role_cannot_look_into_the_vault(db, table, statement):
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="denied"):
        cursor.execute(statement.format(table, table))


def test_the_serving_role_may_read_no_column_of_any_table_that_belongs_to_the_vault(db):
    relations = dict(asked(RELATIONS))

    assert set(TABLES) <= set(relations)
    assert len(relations) > len(TABLES)  # the months of a divided table are looked at too
    for name, oid in relations.items():
        ((may,),) = asked(
            "SELECT has_any_column_privilege('evenhand_app', %s::oid, 'SELECT')", [oid]
        )
        assert not may, name


def test_the_months_of_the_vault_cannot_be_read_past_their_table(champion):
    factories.decide(monitoring={"age_group": "under_25"})
    months = [name for name, _ in asked(RELATIONS) if name not in TABLES]

    for name in months:
        with (
            pytest.raises(ProgrammingError, match="denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"TABLE {name}")


def test_what_was_put_in_is_not_given_back(champion):
    decided = factories.decide(monitoring={"age_group": "under_25"})

    for insert in (
        PUT + "RETURNING value",
        PUT + "ON CONFLICT (application_id, attribute) DO NOTHING",
    ):
        with (
            pytest.raises(ProgrammingError, match="denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(insert, [decided.decision_id])


def test_the_planners_statistics_do_not_give_values_away(champion):
    """PostgreSQL keeps the most common values of every column; it shows them to readers only."""
    factories.decide(monitoring={"age_group": "under_25"})

    shown = "SELECT * FROM pg_stats WHERE schemaname IN ('vault', 'months')"
    assert [row for row in asked(shown) if "attribute" in row[1]] == []
    with (
        pytest.raises(ProgrammingError, match="denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM pg_statistic LIMIT 1")


def test_no_view_shows_anything_of_the_vault(db):
    views = asked(
        """
        SELECT DISTINCT r.ev_class::regclass::text FROM pg_depend d
        JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
        JOIN pg_class of_vault ON of_vault.oid = d.refobjid
        WHERE of_vault.relnamespace = 'vault'::regnamespace
        """
    )

    assert views == []


def test_no_function_that_the_serving_role_may_call_reads_the_vault_as_its_owner(db):
    owners = asked(
        """
        SELECT p.proname, p.prorettype = 'trigger'::regtype FROM pg_proc p
        WHERE p.prosecdef AND p.prosrc ILIKE '%%vault%%'
          AND has_function_privilege('evenhand_app', p.oid, 'EXECUTE')
        """
    )

    assert {name for name, _ in owners} <= TOUCH_THE_VAULT
    assert all(is_trigger for _, is_trigger in owners)  # which only PostgreSQL itself calls


def test_the_serving_role_is_no_member_of_the_vaults(db):
    for way in ("MEMBER", "USAGE", "SET"):
        ((may,),) = asked("SELECT pg_has_role('evenhand_app', 'evenhand_vault', %s)", [way])
        assert not may, way


def test_nobody_else_was_let_in(db):
    """Whoever else holds a right on the vault would be a way in that no test looks at."""
    holders = asked(
        """
        SELECT DISTINCT coalesce(r.rolname, 'PUBLIC')
        FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.relnamespace = 'vault'::regnamespace AND a.privilege_type = 'SELECT'
          AND a.grantee <> c.relowner
        """
    )

    assert holders == [("evenhand_vault",)]


def test_the_vaults_role_reads_and_never_writes(db):
    for table in TABLES:
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            ((may,),) = asked(
                "SELECT has_table_privilege('evenhand_vault', %s, %s)", [table, right]
            )
            assert not may, (table, right)


def test_what_a_partner_sends_for_monitoring_goes_to_the_vault_and_nowhere_else(champion):
    decided = factories.decide(monitoring={"age_group": "under_25"})

    row = Application.objects.filter(pk=decided.decision_id).values().get()
    assert "under_25" not in str(row) + str(decided.answer)
    assert not AuditEvent.objects.filter(details__icontains="under_25").exists()
    groups = vault.groups_of_decisions(champion.product, "age_group")
    assert groups == {f"decision:{decided.decision_id}": "under_25"}


def test_groups_of_past_loans_are_found_by_row(champion):
    ingestion = champion.snapshot.ingestion

    groups = vault.groups_of_ingested(ingestion.pk, "age_group")

    assert len(groups) == 1000
    assert set(groups.values()) == {"under_25", "25_to_61", "62_and_over"}
    assert f"ingestion:{ingestion.pk}:1" in groups


def test_every_look_is_audited(champion, compliance):
    vault.groups_of_decisions(champion.product, "age_group", by=compliance)

    event = AuditEvent.objects.get(type=AuditEvent.Type.VAULT_READ)
    assert event.user == compliance
    assert event.target == "product:consumer-loan/age_group"


def test_the_vaults_role_sees_nothing_but_the_vault(champion):
    factories.decide()

    with pytest.raises(ProgrammingError), vault.reader(), connection.cursor() as cursor:
        cursor.execute("SELECT features FROM credit_application")


def test_after_a_look_the_product_is_the_serving_role_again(db):
    with vault.reader(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("evenhand_vault",)

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("evenhand_app",)
