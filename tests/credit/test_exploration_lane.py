"""The exploration lane: off by default, drawn by chance, within a budget, and a person decides."""

from datetime import timedelta
from decimal import Decimal

import factories
import pytest
from django.db import IntegrityError, connection, transaction

from credit.actions import decisions, officer_decisions, outcomes
from credit.models import AuditEvent, Decision, Exploration, ExplorationMonth
from credit.queries import explorations, replays
from scoring import exploration
from scoring.records import EXPLORED

AT = factories.AT
LANE = """
[policy.exploration]
share = 0.1
loss_budget = "{budget}"
pd_at_most = 0.95
amount_at_most = "5000"
"""


@pytest.fixture
def live(db):
    """Bring the product live with a lane."""

    def make(budget="100000"):
        source = factories.SOURCE + LANE.format(budget=budget).encode()
        contract = factories.contract_version(source=source)
        factories.policy(contract)
        content = factories.toy_bundle(contract.read())
        return factories.promoted(factories.model_version(content, contract=contract))

    return make


@pytest.fixture
def always(monkeypatch):
    """Let chance draw everybody who can be drawn."""
    monkeypatch.setattr(exploration, "is_drawn", lambda *_, **__: True)


def stored(decided):
    return Decision.objects.select_related("application__score").get(pk=decided.decision_id)


def test_who_is_drawn_is_recommended_for_approval_and_waits_for_a_person(live, always):
    live()

    decided = factories.decide(**factories.DECLINED)

    found = stored(decided)
    assert (found.recommendation, found.automatic) == ("approve", "")
    assert found.application.status == "awaiting_officer"
    assert EXPLORED in found.application.score.warnings
    assert EXPLORED in decided.answer["warnings"]
    assert decided.answer["status"] == "awaiting_officer"


def test_the_chance_and_the_expected_loss_are_written_down(live, always):
    live()

    decided = factories.decide(**factories.DECLINED)

    row = Exploration.objects.get(decision=decided.decision_id)
    pd = stored(decided).application.score.pd
    loss_given_default = factories.CONTRACT.economics.loss_given_default
    assert row.propensity == 0.1
    assert float(row.expected_loss) == pytest.approx(4200 * pd * loss_given_default, abs=0.01)
    assert ExplorationMonth.objects.get().expected_loss == row.expected_loss
    event = AuditEvent.objects.get(type=AuditEvent.Type.APPLICATION_EXPLORED)
    assert event.target == f"decision:{decided.decision_id}"


def test_without_a_lane_nobody_is_drawn_and_nothing_is_asked(
    champion, always, django_assert_num_queries
):
    factories.decide(**factories.DECLINED)

    with django_assert_num_queries(0):  # the one statement goes beneath Django, prepared
        decided = factories.decide(**factories.DECLINED)

    assert stored(decided).recommendation == "decline"
    assert not Exploration.objects.exists()


@pytest.mark.parametrize("said", [factories.REFERRED, factories.APPROVED, factories.AUTOMATIC])
def test_what_policy_does_not_decline_is_left_as_it_is(live, always, said):
    live()

    decided = factories.decide(**said)

    assert EXPLORED not in decided.answer["warnings"]
    assert not Exploration.objects.exists()


def test_a_months_budget_is_never_exceeded_and_the_next_month_begins_anew(live, always):
    live(budget="3000")
    drawn = [factories.decide(**factories.DECLINED) for _ in range(4)]
    later = factories.decide(at=AT + timedelta(days=10), **factories.DECLINED)

    spent = ExplorationMonth.objects.order_by("begins_on").values_list("expected_loss", flat=True)
    assert all(each <= Decimal(3000) for each in spent)
    assert 0 < sum(EXPLORED in each.answer["warnings"] for each in drawn) < 4
    assert EXPLORED in later.answer["warnings"]
    assert len(spent) == 2


def test_of_draws_at_once_none_goes_beyond_the_budget(committed, at_once, monkeypatch):
    monkeypatch.setattr(exploration, "is_drawn", lambda *_, **__: True)
    source = factories.SOURCE + LANE.format(budget="4000").encode()
    contract = factories.contract_version(source=source)
    factories.policy(contract)
    content = factories.toy_bundle(contract.read())
    factories.promoted(factories.model_version(content, contract=contract))

    at_once(lambda _: factories.decide(**factories.DECLINED), range(6))

    spent = ExplorationMonth.objects.get().expected_loss
    assert spent <= Decimal(4000)
    assert spent == sum(Exploration.objects.values_list("expected_loss", flat=True))


def test_what_is_typed_in_and_what_comes_in_files_is_not_drawn(live, always):
    live()

    decided = decisions.decide_typed(
        product="consumer-loan", partner=None, body=factories.body(**factories.DECLINED), at=AT
    )

    assert stored(decided).recommendation == "decline"


def test_an_explored_decision_is_replayed_to_the_bit(live, always):
    live()
    decided = factories.decide(**factories.DECLINED)

    (replayed,) = replays.replay([decided.decision_id])

    assert replayed.identical, replayed.differences


def test_a_favour_that_chance_did_not_draw_is_found_by_the_replay(live, monkeypatch):
    live()
    monkeypatch.setattr(exploration, "is_drawn", lambda *_, **__: True)
    decided = factories.decide(**factories.DECLINED)
    monkeypatch.setattr(exploration, "is_drawn", lambda *_, **__: False)

    (replayed,) = replays.replay([decided.decision_id])

    assert any("would not have drawn it" in each for each in replayed.differences)


def test_the_same_key_gives_the_same_answer_and_draws_once(live, always):
    live()
    partner, once = factories.partner(), factories.idempotency()

    first = factories.decide(partner=partner, idempotency=once, **factories.DECLINED)
    again = factories.decide(partner=partner, idempotency=once, **factories.DECLINED)

    assert again.text == first.text
    assert Exploration.objects.count() == 1


def test_what_came_of_the_drawn_is_held_against_what_was_predicted(live, always, officer):
    product = live().product
    drawn = [factories.decide(**factories.DECLINED) for _ in range(2)]
    for each in drawn:
        officer_decisions.record(decision_id=each.decision_id, verdict="approve", by=officer, at=AT)
    outcomes.report(
        decision_id=drawn[0].decision_id, is_bad=True, observed_on=AT.date(), by=officer, at=AT
    )

    young = explorations.explored(product, at=AT)
    found = explorations.explored(product, at=AT + timedelta(days=400))

    assert (young.drawn, young.approved, young.matured, young.share_bad) == (2, 2, 0, None)
    assert (found.matured, found.bads, found.share_bad) == (1, 1, 1.0)
    assert found.predicted == drawn[0].answer["pd"]
    assert 0 < found.interval.low < 1
    assert (young.spent > 0, found.spent) == (True, 0)


@pytest.mark.parametrize("propensity", [0, 1.1])
def test_a_propensity_is_a_chance(champion, propensity):
    decided = factories.decide()

    with pytest.raises(IntegrityError, match="had_a_chance"), transaction.atomic():
        Exploration.objects.create(
            decision_id=decided.decision_id, propensity=propensity, expected_loss=1, drawn_at=AT
        )


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET propensity = 1", "DELETE FROM {}"])
def test_not_even_the_owner_changes_what_was_drawn(as_owner, statement):
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="is append-only"):
        cursor.execute(statement.format("credit_exploration"))


def test_a_month_is_counted_once(live, always):
    product = live().product
    row = {"product": product, "begins_on": AT.date().replace(day=1), "expected_loss": 1}
    ExplorationMonth.objects.create(**row)

    with pytest.raises(IntegrityError, match="exploration_month_once"), transaction.atomic():
        ExplorationMonth.objects.create(**row)
