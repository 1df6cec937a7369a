"""A serving process makes decisions of several requests at once; nothing else changes."""

import api_lending
import factories
import pytest
from django.db import DatabaseError, connections, transaction
from waiting import wait_until

from credit.actions import decided, decision_rows, decisions_together
from credit.models import Alert, Application, IdempotencyRecord, Partner

MANY = 5


class Busy:
    """Has the first wait until `all` have come; knows how many were made at once."""

    def __init__(self, writer):
        self.writer, self.together, self.came, self.all = writer, writer._together, [], 0
        self.write, self.together._write = self.together._write, self._counted

    def _counted(self, rows):
        wait_until(lambda: self.came or len(rows) + len(self.together._waiting) >= self.all)
        self.came.append(len(rows))
        return self.write(rows)


@pytest.fixture
def busy(committed_partner):
    """Decide as a serving process does."""
    decisions_together.begin()
    yield Busy(decisions_together._writer)
    decisions_together.end()


def deciding(partner, number, *, key=None, **changes):
    body = factories.body(reference=f"A-{number}", **changes)
    return lambda: api_lending.Partner(partner.key).decide(
        body, idempotency_key=key or f"k-{number}"
    )


def all_at_once(at_once, *requests):
    return at_once(lambda request: request(), requests)


def said_by(answer):
    names = ("recommendation", "status", "pd", "score", "band", "reasons", "policy", "uncertainty")
    return {name: answer.json()[name] for name in (*names, "warnings", "model")}


def each(number):
    return dict.fromkeys(("applications", "scores", "decisions", "keys", "events"), number)


def test_requests_at_once_are_one_statement_and_each_gets_its_own_answer(
    committed_partner, busy, at_once
):
    busy.all = MANY

    answers = all_at_once(at_once, *[deciding(committed_partner, n) for n in range(MANY)])

    assert sum(busy.came) == MANY
    assert len(busy.came) < MANY
    assert [answer.status_code for answer in answers] == [201] * MANY
    assert [answer.json()["reference"] for answer in answers] == [f"A-{n}" for n in range(MANY)]
    for answer in answers:
        kept = IdempotencyRecord.objects.get(answer__contains=answer.json()["id"])
        assert kept.answer.encode() == answer.content
    assert api_lending.rows_of(committed_partner) == each(MANY)


def test_what_is_decided_at_once_is_what_each_would_get_alone(committed_partner, busy, at_once):
    kinds = (factories.REFERRED, factories.APPROVED, factories.AUTOMATIC, factories.DECLINED)
    decisions_together.end()
    alone = [
        deciding(committed_partner, n, key=f"alone-{n}", **its)() for n, its in enumerate(kinds)
    ]
    decisions_together.begin()
    busy = Busy(decisions_together._writer)
    busy.all = len(kinds)

    answers = all_at_once(
        at_once, *[deciding(committed_partner, n, **its) for n, its in enumerate(kinds)]
    )

    assert max(busy.came) > 1
    assert [said_by(answer) for answer in answers] == [said_by(answer) for answer in alone]


def test_who_is_refused_is_told_why_and_the_others_are_decided(committed_partner, busy, at_once):
    busy.all = MANY
    changes = {2: {"features__housing": "castle"}, 3: {"product": "no-such-loan"}}

    answers = all_at_once(
        at_once, *[deciding(committed_partner, n, **changes.get(n, {})) for n in range(MANY)]
    )

    assert [answer.status_code for answer in answers] == [201, 201, 400, 400, 201]
    assert answers[2].json()["errors"][0]["pointer"] == "/features/housing"
    assert answers[3].json()["errors"][0]["pointer"] == "/product"
    assert api_lending.rows_of(committed_partner) == each(MANY - 2)


def test_a_fault_of_ours_at_one_harms_nobody_else(committed_partner, busy, at_once, monkeypatch):
    busy.all = MANY
    event_of = decided.event_of

    def broken(made):
        if made.application.reference == "A-2":
            raise ZeroDivisionError
        return event_of(made)

    monkeypatch.setattr(decided, "event_of", broken)
    monkeypatch.setattr("credit.actions.decisions.event_of", broken)
    answers = all_at_once(at_once, *[deciding(committed_partner, n) for n in range(MANY)])

    assert [answer.status_code for answer in answers] == [201, 201, 500, 201, 201]
    assert api_lending.rows_of(committed_partner) == each(MANY - 1)


def test_without_the_model_each_goes_down_the_ladder(committed_partner, busy, at_once, own_store):
    busy.all = MANY

    answers = all_at_once(at_once, *[deciding(committed_partner, n) for n in range(MANY)])

    assert {answer.json()["model"]["route"] for answer in answers} == {"scorecard"}
    assert api_lending.rows_of(committed_partner) == each(MANY)
    assert Alert.objects.get(cause="bundle_missing").times == MANY


def test_one_that_the_database_refuses_harms_nobody_else(committed_partner, busy, at_once):
    busy.all = MANY
    insert = decision_rows._values

    def broken(made):
        values = insert(made)
        return values | {"band": "x" * 50} if made.application.reference == "A-2" else values

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("credit.actions.decision_rows._values", broken)
        answers = all_at_once(at_once, *[deciding(committed_partner, n) for n in range(MANY)])

    assert [answer.status_code for answer in answers] == [201, 201, 500, 201, 201]
    assert api_lending.rows_of(committed_partner) == each(MANY - 1)


def test_one_key_at_once_is_one_row_and_one_answer(committed_partner, busy, at_once):
    busy.all = MANY
    same = deciding(committed_partner, 0, key="k-1")

    answers = all_at_once(at_once, *[same] * MANY)

    assert {answer.content for answer in answers} == {answers[0].content}
    assert sum("Idempotent-Replay" in answer.headers for answer in answers) == MANY - 1
    assert max(busy.came) == 1
    assert api_lending.rows_of(committed_partner) == each(1)


def test_a_key_that_was_taken_is_answered_as_it_was_among_new_ones(
    committed_partner, busy, at_once
):
    first = deciding(committed_partner, 1)()
    busy.came.clear()
    busy.all = 3

    answers = all_at_once(at_once, *[deciding(committed_partner, n) for n in range(3)])

    assert sum(busy.came) == 3
    assert answers[1].content == first.content
    assert ["Idempotent-Replay" in answer.headers for answer in answers] == [False, True, False]
    assert api_lending.rows_of(committed_partner) == each(3)


def test_a_connection_that_is_gone_costs_no_decision(committed_partner, busy):
    assert deciding(committed_partner, 1)().status_code == 201
    pid = busy.writer._connection.connection.info.backend_pid
    with connections["default"].cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    answers = [deciding(committed_partner, n)() for n in (2, 3)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert busy.writer._connection.connection.info.backend_pid != pid
    assert api_lending.rows_of(committed_partner) == each(3)


def test_who_applies_is_written_with_the_decision(committed_partner, busy, at_once):
    busy.all = 3
    named = {1: {"applicant": {"name": "Ada L.", "address": ""}}}

    answers = all_at_once(
        at_once, *[deciding(committed_partner, n, **named.get(n, {})) for n in range(3)]
    )

    assert [answer.status_code for answer in answers] == [201] * 3
    assert Application.objects.get(pk=answers[1].json()["id"]).applicant.name == "Ada L."
    assert api_lending.rows_of(committed_partner) == each(3)


def test_in_a_transaction_it_goes_with_that(committed_partner, busy):
    partner = Partner.objects.get(keys__prefix=committed_partner.key.split("_")[1])

    def undone():
        with transaction.atomic():
            factories.decide(partner=partner, idempotency=factories.idempotency())
            raise DatabaseError

    with pytest.raises(DatabaseError):
        undone()

    assert busy.came == []
    assert api_lending.rows_of(committed_partner) == each(0)
