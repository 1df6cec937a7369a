"""Months of applications, counted by the worker so that a page reads no application."""

from datetime import UTC, date, datetime, timedelta

import factories
import pytest
from django.db import ProgrammingError
from psycopg.errors import InsufficientPrivilege

from credit import serving, vault
from credit.actions import outcomes, policy_proposals, populations
from credit.models import AuditEvent, CountedGroups, CountedMonth, Decision
from credit.queries import cockpit
from scoring.groups.cells import SMALLEST
from scoring.results.through_the_door import OUTCOMES, cell_of, from_json

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
IN_OCTOBER = datetime(2026, 10, 25, 9, tzinfo=UTC)  # two days after the product went live
AFTERWARDS = IN_OCTOBER + timedelta(minutes=30)
AT = factories.AT
OVER = datetime(2026, 11, 3, tzinfo=UTC)
MINIMUM = factories.CONTRACT.fairness.minimum_group
APPROVED, DECLINED, REFERRED = factories.APPROVED, factories.DECLINED, factories.REFERRED


@pytest.fixture
def product(champion):
    return champion.product


@pytest.fixture
def applied(champion):
    """Let applications come in a minute apart, with their groups."""

    def run(said, *, times=1, group=None, at=IN_OCTOBER, **changes):
        monitoring = {"monitoring": {"age_group": group}} if group else {}
        return [
            factories.decide(at=at + timedelta(minutes=n), **said, **monitoring, **changes)
            for n in range(times)
        ]

    return run


def counted(product, month=OCTOBER, at=AT):
    return from_json(populations.count_month(product_id=product.pk, month=month, at=at).tally)


def pds():
    return list(Decision.objects.order_by("pk").values_list("application__score__pd", flat=True))


def test_each_application_stands_in_the_cell_of_its_pd(product, applied):
    applied(APPROVED, times=2)
    applied(REFERRED, at=IN_OCTOBER + timedelta(days=1))

    tally = counted(product)

    assert (tally.n, tally.days, tally.unscored) == (3, 2, 0)
    for pd in pds():
        assert tally.passing[0, 0, cell_of(pd)] >= 1
    assert tally.passing[:, 1].sum() == pytest.approx(sum(pds()))
    assert tally.passing[:, 2].sum() == pytest.approx(3 * 4200)
    assert tally.passing[:, 3].sum() == pytest.approx(4200 * sum(pds()))
    assert tally.passing[:, 4].sum() == pytest.approx(3 * 4200**2)


def test_rules_are_taken_as_the_stored_policy_took_them(product, applied, validator):
    applied(factories.term(60) | factories.AMOUNT)  # above 48 months a person looks
    declining = {"policy.rules.max_term.otherwise": "decline"}
    asked = factories.proposal(product, declining, at=AFTERWARDS)
    policy_proposals.approve(proposal_id=asked.pk, by=validator, at=AFTERWARDS)
    serving.forget_what_is_in_force()
    applied(factories.term(60) | factories.AMOUNT, at=IN_OCTOBER + timedelta(hours=1))

    tally = counted(product)

    assert (tally.refers.sum(), tally.declines.sum(), tally.passing[:, 0].sum()) == (1, 1, 0)


def test_what_no_model_scored_is_counted_apart(product, applied, own_store, no_scorecard):
    applied(APPROVED)

    assert (counted(product).unscored, counted(product).n) == (1, 1)


def test_only_the_month_and_the_product_that_are_asked_for_count(product, applied):
    applied(APPROVED)
    applied(APPROVED, at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    applied(APPROVED, at=datetime(2026, 11, 1, tzinfo=UTC))

    assert (counted(product).n, counted(product, NOVEMBER).n) == (2, 1)


def test_outcomes_count_once_they_have_matured(product, applied, officer):
    decided = applied(factories.AUTOMATIC, times=3)
    for made, is_bad in zip(decided, (True, False), strict=False):
        outcomes.report(
            decision_id=made.decision_id,
            is_bad=is_bad,
            observed_on=AT.date(),
            by=officer,
            at=AT,
        )

    def by_outcome(at):
        return dict(zip(OUTCOMES, counted(product, at=at).passing[:, 0].sum(axis=1), strict=True))

    matured = AT + timedelta(days=400)
    assert by_outcome(AT)["good"] == 0
    assert by_outcome(matured) == {"unknown": 1, "good": 1, "bad": 1}


def test_counting_again_replaces_and_never_adds(product, applied):
    applied(APPROVED)
    counted(product)
    applied(APPROVED, at=IN_OCTOBER + timedelta(hours=1))
    counted(product)

    assert CountedMonth.objects.get().n == 2


# --- when


def test_what_is_due_is_counted_and_the_rest_left_alone(product, applied):
    applied(APPROVED)

    assert populations.count_due(at=OVER) == 2  # October and November
    assert populations.count_due(at=OVER + timedelta(minutes=1)) == 0
    assert populations.count_due(at=OVER + timedelta(minutes=6)) == 1  # November goes on


def test_a_month_that_is_over_is_counted_again_when_an_outcome_came(product, applied, officer):
    (made,) = applied(factories.AUTOMATIC)
    populations.count_due(at=OVER)
    first = product.counted_months.get(month=OCTOBER).counted_at
    outcomes.report(
        decision_id=made.decision_id,
        is_bad=True,
        observed_on=IN_OCTOBER.date() + timedelta(days=5),
        by=officer,
        at=OVER + timedelta(minutes=30),
    )

    populations.count_due(at=OVER + timedelta(hours=2))
    populations.count_due(at=OVER + timedelta(days=400))

    october = product.counted_months.get(month=OCTOBER)
    assert october.counted_at > first
    assert from_json(october.tally).passing[2, 0].sum() == 1


def test_without_an_application_there_is_nothing_to_count(product):
    assert populations.count_due(at=AT) == 0


# --- groups


@pytest.fixture
def october(product, applied):
    """Two groups of more people than the contract's smallest has, and one of a third group."""
    applied(APPROVED, times=30, group="25_to_61")
    applied(DECLINED, times=4, group="25_to_61", at=IN_OCTOBER + timedelta(days=1))
    applied(APPROVED, times=30, group="under_25", at=IN_OCTOBER + timedelta(days=2))
    applied(DECLINED, times=1, group="62_and_over", at=IN_OCTOBER + timedelta(days=3))

    def count(at=OVER):
        return populations.count_groups(product_id=product.pk, month=OCTOBER, at=at)

    return count


def test_no_cell_names_fewer_people_than_the_contracts_smallest_group_has(october):
    (made,) = october()

    numbers = [number for row in made.cells["groups"].values() for number in row]
    assert made.attribute == "age_group"
    assert numbers
    assert min(numbers) >= MINIMUM
    assert "62_and_over" not in made.cells["groups"]


def test_of_a_contract_that_asks_for_fewer_ten_are_the_fewest(product, applied):
    applied(APPROVED, times=12, group="25_to_61")
    applied(APPROVED, times=SMALLEST - 1, group="under_25", at=IN_OCTOBER + timedelta(days=1))
    applied(APPROVED, times=SMALLEST, at=IN_OCTOBER + timedelta(days=2))
    source = factories.SOURCE.replace(f"minimum_group = {MINIMUM}".encode(), b"minimum_group = 3")
    contract = factories.contract_version(source=source)
    factories.policy(contract)
    factories.promoted(
        factories.model_version(factories.toy_bundle(contract.read()), contract=contract)
    )

    (made,) = populations.count_groups(product_id=product.pk, month=OCTOBER, at=OVER)

    assert made.cells["groups"] == {"25_to_61": [12]}


def test_the_small_group_cannot_be_worked_out_from_the_others(october, product):
    (made,) = october()

    told = sum(sum(row) for row in made.cells["groups"].values())
    assert counted(product).n - told >= MINIMUM


def test_groups_of_a_month_are_counted_once_and_only_when_it_is_over(october):
    assert october(at=datetime(2026, 11, 1, 12, tzinfo=UTC)) == []
    assert october()
    assert october(at=AT) == []
    assert CountedGroups.objects.count() == 1


def test_the_look_into_the_vault_is_audited(october):
    october()

    assert AuditEvent.objects.filter(type="vault_read").count() == 1
    event = AuditEvent.objects.get(type="population_counted")
    assert event.details == {"month": "2026-10", "attributes": ["age_group"]}


def test_the_worker_counts_groups_as_months_end(october, product):
    populations.count_due(at=OVER)
    populations.count_due(at=OVER + timedelta(days=1))

    assert list(product.counted_groups.values_list("month", flat=True)) == [OCTOBER]


def test_without_the_vaults_role_no_group_is_counted(october, monkeypatch):
    def refused(*arguments, **named):
        raise ProgrammingError("denied") from InsufficientPrivilege()

    monkeypatch.setattr(vault, "groups_of_ids", refused)

    with pytest.raises(ProgrammingError):
        october()
    assert not CountedGroups.objects.exists()


def test_the_page_reads_what_was_counted(product, october, champion):
    october()
    counted(product)
    contract = champion.contract.read()
    period = cockpit.Period(since=OCTOBER, until=OCTOBER)
    found = cockpit.counted(product.pk, period)

    tried = cockpit.tried(found, contract, approve=0.35, decline=0.6)

    assert (tried.n, tried.approved, tried.declined) == (65, 60, 5)
    assert cockpit.months(product.pk) == [OCTOBER]
    (attribute,) = cockpit.by_group(product.pk, found, contract, approve=0.35, now=0.35)
    assert all(group.tried.air is None for group in attribute.groups)  # one alone is told
