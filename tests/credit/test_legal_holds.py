"""What a complaint or an investigation needs stays past its retention, until the hold is lifted."""

import json
from datetime import UTC, date, datetime, time, timedelta

import factories
import pytest
from at_a_prompt import facts, run
from django.core.management import CommandError
from django.db import IntegrityError, ProgrammingError, connection, transaction

from credit import retention
from credit.actions import audit, holds, officer_decisions
from credit.actions import retention as actions
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, LegalHold
from credit.queries import holds as hold_queries
from scoring.results.windows import months_after

pytestmark = [
    pytest.mark.django_db(databases=["default", "owner"]),
    pytest.mark.usefixtures("as_owner"),
]
AT = factories.AT
AFTER = datetime.now(UTC) + timedelta(days=31 * 90)  # past both retentions
WHY = "A complaint about the decision."


@pytest.fixture
def this_month():
    """Say which month the database has, in which tests of today write."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('month', now())::date")
        return cursor.fetchone()[0]


@pytest.fixture
def decision(champion, officer, this_month):
    at = max(datetime.combine(this_month, time(1), tzinfo=UTC), factories.BEFORE)
    made = factories.decide(at=at, **factories.DECLINED).decision_id
    officer_decisions.record(decision_id=made, verdict="decline", by=officer, at=at)
    return made


@pytest.fixture
def drop(administrator, compliance, this_month):
    def run(kind=retention.DECISIONS):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        month = f"{this_month:%Y%m}"
        return actions.drop(
            kind=kind, month=month, by=administrator, approved_by=compliance, at=AFTER
        )

    return run


def held(decision, by, **changes):
    return holds.place(**{"decision_id": decision, "why": WHY, "by": by, "at": AT} | changes)


def held_months(product, by, **changes):
    asked = {"since": date(2020, 1, 1), "until": None, "why": WHY, "by": by, "at": AT}
    return holds.place_on_months(product_id=product.pk, **asked | changes)


def lift(hold, by, **changes):
    return holds.lift(**{"hold_id": hold.pk, "why": "Answered.", "by": by, "at": AT} | changes)


def test_a_month_that_holds_a_held_decision_stays_until_it_is_lifted(decision, drop, compliance):
    hold = held(decision, compliance)

    with pytest.raises(
        actions.MonthMustStay, match=f"hold {hold.pk} keeps its decision {decision}"
    ):
        drop()

    lift(hold, compliance)
    assert drop().rows == 1


def test_of_another_decision_it_keeps_nothing(decision, drop, compliance):
    LegalHold.objects.create(
        product=factories.contract_version().product,
        decision_id="01AAAAAAAAAAAAAAAAAAAAAAAA",
        since=date(2016, 1, 1),
        why=WHY,
        placed_by=compliance,
        placed_at=AT,
    )

    assert drop().rows == 1


def test_a_products_months_stay(champion, decision, drop, compliance, this_month):
    following = months_after(this_month, 1)
    hold = held_months(champion.product, compliance, since=this_month, until=following)

    with pytest.raises(
        actions.MonthMustStay, match=f"hold {hold.pk} keeps its records of consumer"
    ):
        drop()


@pytest.mark.parametrize("months", [(-2, 0), (1, None)], ids=["before", "after"])
def test_other_months_of_it_do_not(champion, decision, drop, compliance, this_month, months):
    since, until = (None if by is None else months_after(this_month, by) for by in months)
    held_months(champion.product, compliance, since=since, until=until)

    assert drop().rows == 1


def test_what_happened_since_stays_in_the_trail(decision, drop, compliance):
    held(decision, compliance)
    audit.seal(at=AT)

    with pytest.raises(actions.MonthMustStay, match=r"hold \d+ keeps what happened since"):
        drop(retention.AUDIT)


def test_the_trail_says_who_held_and_lifted_and_binds_the_words(decision, compliance):
    hold = held(decision, compliance)
    lift(hold, compliance)

    placed, lifted = AuditEvent.objects.filter(type__startswith="hold_").order_by("pk")
    assert (placed.type, lifted.type) == ("hold_placed", "hold_lifted")
    assert {placed.target, lifted.target} == {f"decision:{decision}"}
    assert {placed.user, lifted.user} == {compliance}
    assert WHY not in json.dumps(placed.details)
    assert "Answered" not in json.dumps(lifted.details)


def test_only_compliance_holds_and_lifts(decision, compliance, administrator):
    with pytest.raises(NotAllowed):
        held(decision, administrator)
    hold = held(decision, compliance)
    with pytest.raises(NotAllowed):
        lift(hold, administrator)


def test_what_is_not_there_is_not_held(champion, compliance):
    with pytest.raises(holds.NothingToHold, match="no decision 01NONE"):
        held("01NONE", compliance)


def test_a_decision_is_held_once(decision, compliance):
    hold = held(decision, compliance)

    with pytest.raises(holds.HeldAlready, match=decision):
        held(decision, compliance)

    lift(hold, compliance)
    assert held(decision, compliance).pk != hold.pk
    with pytest.raises(holds.LiftedAlready, match="lifted already"):
        lift(hold, compliance)


def test_holding_and_lifting_are_told_in_words(decision, champion, compliance):
    with pytest.raises(holds.WhyMissing):
        held(decision, compliance, why=" ")
    with pytest.raises(holds.WhyMissing):
        held_months(champion.product, compliance, why="")
    with pytest.raises(holds.WhyMissing):
        lift(held(decision, compliance), compliance, why=" ")


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2026, 1, 2), None),
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 3, 1), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 2, 2)),
    ],
)
def test_a_product_is_held_by_whole_months(champion, compliance, since, until):
    with pytest.raises(holds.NoSuchPeriod, match="whole months"):
        held_months(champion.product, compliance, since=since, until=until)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"why": ""}, "legal_hold_says_why"),
        ({"why_lifted": "Answered."}, "legal_hold_lifted_with_words"),
        ({"lifted_at": AT}, "legal_hold_lifted_with_words"),
        ({"until": date(2020, 1, 1)}, "legal_hold_has_a_period"),
        ({"decision_id": "01", "until": date(2021, 1, 1)}, "legal_hold_has_a_period"),
    ],
)
def test_the_database_refuses_a_hold_that_says_too_little(champion, compliance, change, constraint):
    fields = {"since": date(2020, 1, 1), "why": WHY, "placed_by": compliance, "placed_at": AT}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LegalHold.objects.create(product=champion.product, **fields | change)


def test_the_database_refuses_a_second_hold_of_a_decision(decision, champion, compliance):
    held(decision, compliance)
    fields = {"since": date(2020, 1, 1), "why": WHY, "placed_by": compliance, "placed_at": AT}

    with pytest.raises(IntegrityError, match="one_of_a_decision"), transaction.atomic():
        LegalHold.objects.create(product=champion.product, decision_id=decision, **fields)


def test_nobody_deletes_a_hold(decision, compliance):
    held(decision, compliance)

    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute("SET LOCAL ROLE evenhand_app; DELETE FROM credit_legalhold")


# --- at a prompt


def test_at_a_prompt_a_decision_is_held_listed_and_lifted(decision, people):
    factories.user("compliance", username="carla")
    assert run("hold")[0] == "Nothing is held.\n"

    said = facts("hold", "--decision", decision, "--by", "carla", "--why", WHY)
    assert not said["is_lifted"]
    assert f"{said['hold']}: {decision}: {WHY} (carla)" in run("hold")[0]

    assert facts("hold", "--lift", said["hold"], "--by", "carla", "--why", "Over.")["is_lifted"]
    assert "Lifted by carla." in run("hold")[0]


def test_at_a_prompt_months_are_held(champion, people):
    factories.user("compliance", username="carla")
    months = ("--since", "2026-01", "--until", "2026-03")

    run("hold", "--product", "consumer-loan", *months, "--by", "carla", "--why", WHY)

    (hold,) = hold_queries.holds()
    assert (hold.first, hold.last) == (date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--decision", "01"), "Say who says so with --by"),
        (("--lift", "77", "--by", "carla", "--why", "W."), "no hold 77"),
        (("--product", "consumer-loan", "--by", "carla", "--why", "W."), "with --since"),
        (("--product", "consumer-loan", "--since", "soon"), "no month"),
    ],
)
def test_at_a_prompt_what_is_missing_is_named(champion, asked, says):
    factories.user("compliance", username="carla")

    with pytest.raises(CommandError, match=says):
        run("hold", *asked)
