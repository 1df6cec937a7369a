"""Protected attributes go in by those who are sent them, and come out as aggregates only."""

import factories
import pytest
from django.db import ProgrammingError, connection

from credit import vault
from credit.models import Application, AuditEvent

TABLES = ("vault.applicant_attribute", "vault.ingested_attribute")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    ["SELECT count(*) FROM {}", "UPDATE {} SET value = 'x'", "DELETE FROM {}", "TRUNCATE {}"],
)
def test_the_serving_role_cannot_look_into_the_vault(db, table, statement):
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="denied"):
        cursor.execute(statement.format(table))


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
