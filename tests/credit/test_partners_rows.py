"""A partner sees its own rows only: by PostgreSQL, even where a query forgets to ask."""

import factories
import pytest
from django.db import DatabaseError, connection

from credit import tenancy
from credit.actions import outcomes, partner_feedback
from credit.models import Application, Decision, IdempotencyRecord
from credit.queries import decisions

TABLES = (
    "application",
    "applicant",
    "score",
    "decision",
    "idempotencyrecord",
    "outcome",
    "partnerfeedback",
)


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM credit_{table}")  # noqa: S608 - our own words
        return cursor.fetchone()[0]


@pytest.fixture
def theirs(champion):
    key = factories.api_key().api_key
    once = factories.idempotency()
    said = {**factories.AUTOMATIC, "applicant": {"name": "Ada Lovelace"}}
    made = factories.decide(partner=key.partner, idempotency=once, **said)
    outcomes.report(
        decision_id=made.decision_id,
        is_bad=False,
        observed_on=factories.AT.date(),
        key=key,
        at=factories.AT,
    )
    partner_feedback.give(
        decision_id=made.decision_id, kind="unhelpful", text="Why?", key=key, at=factories.AT
    )
    return made


@pytest.mark.parametrize("table", TABLES)
def test_another_partners_rows_are_invisible_to_raw_sql(theirs, table):
    assert rows(table) == 1

    with tenancy.rows_of(factories.partner("bank-two")):
        assert rows(table) == 0
    with tenancy.rows_of(factories.partner()):
        assert rows(table) == 1


def test_staff_see_all_again_afterwards(theirs):
    with tenancy.rows_of(factories.partner("bank-two")):
        pass

    assert rows("application") == 1


def test_after_a_refusal_nobodys_rows_are_hidden_either(theirs):
    with (
        pytest.raises(Decision.DoesNotExist),
        tenancy.rows_of(factories.partner("bank-two")),
    ):
        Decision.objects.get(pk=theirs.decision_id)

    assert rows("application") == 1


def test_nobody_writes_a_row_for_another_partner(theirs):
    application = Application.objects.get()
    application.pk = "0" * 26

    with (
        pytest.raises(DatabaseError, match="row-level security"),
        tenancy.rows_of(factories.partner("bank-two")),
    ):
        application.save(force_insert=True)


def test_another_partners_decision_does_not_exist(theirs):
    with pytest.raises(Decision.DoesNotExist):
        decisions.answer(theirs.decision_id, partner=factories.partner("bank-two"), at=factories.AT)

    assert decisions.listing(factories.partner("bank-two"), at=factories.AT)["results"] == []
    answer = decisions.answer(theirs.decision_id, partner=factories.partner(), at=factories.AT)
    assert answer | {"outcomes": []} == theirs.answer


def test_a_key_of_one_partner_finds_no_record_of_another(theirs):
    with tenancy.rows_of(factories.partner("bank-two")):
        assert not IdempotencyRecord.objects.exists()
