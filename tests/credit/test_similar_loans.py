"""Officers see how past loans like this one turned out; the worker works the table out."""

from datetime import timedelta

import factories
import pytest

from credit import store, tasks
from credit.actions import officer_decisions, outcomes, past_loans
from credit.models import Decision, PastLoans
from credit.queries import similar
from scoring.similar import Neighbours

AT = factories.AT


@pytest.fixture
def table(champion):
    return past_loans.make(version_id=champion.pk, at=AT)


def score_of(decided):
    decision = Decision.objects.select_related("application__score__contract").get(
        pk=decided.decision_id
    )
    return decision.application.score


def test_the_nearest_are_those_to_whom_the_model_gives_the_same_points(table):
    found = similar.similar(score_of(factories.decide(**factories.REFERRED)))

    assert (found.n, found.rows, found.rows_before) == (50, 1000, 1000)
    assert len(found.nearest) == 5
    assert found.labels[:2] == ["Checking account", "Term of the loan"]
    assert found.own[:2] == ["0 to 200 DM", "12 months"]
    assert all(row.details[:2] == ["0 to 200 DM", "12 months"] for row in found.nearest)
    assert found.low < found.bad / found.n < found.high


def test_it_says_so_while_there_is_no_table(champion):
    assert similar.similar(score_of(factories.decide(**factories.REFERRED))) is None


def test_without_a_models_score_there_is_nothing_to_compare(champion, own_store, no_scorecard):
    assert similar.similar(score_of(factories.decide(**factories.REFERRED))) is None


@pytest.mark.parametrize("broken", [b"", b"something else"])
def test_a_table_that_is_gone_or_altered_is_not_there(table, broken):
    path = store.path_of(table.sha256, ".npz")
    path.unlink()
    if broken:
        path.write_bytes(broken)
    similar._table.cache_clear()

    assert similar.similar(score_of(factories.decide(**factories.REFERRED))) is None
    path.unlink(missing_ok=True)  # the store is all tests'


def test_own_decisions_join_once_their_outcomes_have_matured(champion, officer):
    key = factories.api_key().api_key
    made = factories.decide(partner=key.partner, **factories.REFERRED)
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)
    final = AT + timedelta(hours=1)
    outcomes.report(
        decision_id=made.decision_id, is_bad=True, observed_on=AT.date(), key=key, at=final
    )

    young = past_loans.make(version_id=champion.pk, at=final)
    mature = past_loans.make(version_id=champion.pk, at=AT.replace(year=2027))

    assert (young.rows, mature.rows) == (1000, 1001)
    held = Neighbours.from_bytes(store.get(mature.sha256, ".npz"), contract=factories.CONTRACT)
    assert held.decisions.tolist().count(made.decision_id.encode()) == 1
    own = similar.similar(score_of(made))
    assert made.decision_id not in {row.decision_id for row in own.nearest}
    other = similar.similar(score_of(factories.decide(**factories.REFERRED)))
    assert other.n == 50


def test_the_worker_makes_what_is_missing_and_remakes_what_is_old(champion):
    assert past_loans.due(at=AT) == [champion.pk]

    past_loans.make(version_id=champion.pk, at=AT)

    assert past_loans.due(at=AT + timedelta(days=6)) == []
    assert past_loans.due(at=AT + timedelta(days=8)) == [champion.pk]


def test_the_task_does_what_is_due_and_then_nothing(champion):
    tasks.make_past_loans()
    tasks.make_past_loans()

    assert PastLoans.objects.get().version == champion


def test_a_version_whose_bundle_is_gone_gets_no_table(champion, own_store):
    assert past_loans.make(version_id=champion.pk, at=AT) is None


def test_too_many_loans_are_drawn_from(champion, monkeypatch):
    monkeypatch.setattr(past_loans, "MOST_ROWS", 100)

    made = past_loans.make(version_id=champion.pk, at=AT)

    assert (made.rows, made.rows_before) == (100, 1000)


def test_no_protected_attribute_is_in_the_table(table):
    held = Neighbours.from_bytes(store.get(table.sha256, ".npz"), contract=factories.CONTRACT)

    assert held.values.shape == (1000, len(factories.CONTRACT.features))
    assert not {item.source for item in factories.CONTRACT.protected} & {
        feature.source for feature in factories.CONTRACT.features
    }
