"""The queue's narrow table is what the applications say, whoever changes them and however."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import factories
import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from credit import queue_filters, tenancy
from credit.actions import assignments, officer_decisions, queue_items
from credit.models import Application, ClockStop, QueueItem, Role
from credit.queries import queue
from credit.queue_filters import Wanted

AT = factories.AT
pytestmark = pytest.mark.django_db


@pytest.fixture
def apply(champion):
    def make(at=AT, *, partner="acme-broker", **said):
        said = {**factories.REFERRED, **said}
        return factories.decide(at=at, partner=factories.partner(partner), **said).decision_id

    return make


def gathered(at=AT):
    queue_items.gather(at=at)
    return {item.pk for item in QueueItem.objects.all()}


def test_what_waits_is_gathered_once(apply):
    ids = {apply(), apply()}
    apply(**factories.AUTOMATIC)

    assert queue_items.gather(at=AT) == 2
    assert queue_items.gather(at=AT) == 0
    assert gathered() == ids


def test_a_look_gathers_the_oldest_and_the_worker_all(champion, monkeypatch):
    monkeypatch.setattr(queue_items, "MOST_AT_ONCE", 2)
    for day in (3, 1, 5, 2, 4):
        factories.decide(at=AT + timedelta(days=day), **factories.REFERRED)
    later = AT + timedelta(days=9)

    assert queue_items.gather(at=later) == 2
    days = QueueItem.objects.order_by("received_at").values_list("received_at", flat=True)
    assert [(each - AT).days for each in days] == [1, 2]

    assert queue_items.gather_all(at=later) == 3
    assert QueueItem.objects.count() == 5


def test_a_file_whose_rows_came_at_one_moment_is_gathered_whole(apply, monkeypatch):
    monkeypatch.setattr(queue_items, "MOST_AT_ONCE", 2)
    ids = {apply() for _ in range(5)}

    assert queue_items.gather_all(at=AT) == 5
    assert {item.pk for item in QueueItem.objects.all()} == ids


def test_what_comes_later_is_not_there_yet(apply):
    apply(at=AT + timedelta(minutes=1))

    assert gathered() == set()


def test_an_item_says_what_the_application_says(apply):
    made = apply(**factories.DECLINED)
    queue_items.gather(at=AT)

    item = QueueItem.objects.get(pk=made)
    application = Application.objects.select_related("score").get()
    assert (item.reference, item.amount, item.currency) == ("A-2291", Decimal(4200), "DEM")
    assert item.risk == item.pd == application.score.pd
    assert item.due_at == application.received_at + timedelta(days=5)
    assert item.due_on == item.due_at.date()
    assert item.claim_minutes == 30


def test_what_no_model_scored_is_looked_at_as_the_riskiest(apply, own_store, no_scorecard):
    made = apply()
    queue_items.gather(at=AT)

    item = QueueItem.objects.get(pk=made)
    assert (item.pd, item.risk, item.band) == (None, 1.0, "")


@pytest.mark.parametrize("status", ["awaiting_information", "counter_offered"])
def test_the_clock_stands_still_while_the_applicant_is_waited_for(status, apply):
    made = apply()
    Application.objects.update(status=status)

    queue_items.gather(at=AT)
    stop = ClockStop.objects.get()
    assert (stop.decision_id, stop.resumed_at) == (made, None)
    assert QueueItem.objects.get().clock_stopped_at == stop.stopped_at

    Application.objects.update(status="awaiting_officer")
    assert ClockStop.objects.get().resumed_at is not None


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_clock_goes_on_where_it_stood(as_owner, apply):
    made = apply()
    for day in (1, 10):
        began = AT + timedelta(days=day)
        ClockStop.objects.create(
            decision_id=made, stopped_at=began, resumed_at=began + timedelta(days=3)
        )

    queue_items.gather(at=AT)

    item = QueueItem.objects.get()
    assert item.due_at == AT + timedelta(days=5 + 6)
    assert (item.due_on, item.clock_stopped_at) == (item.due_at.date(), None)


def test_nobody_but_the_database_stops_a_clock(apply):
    made = apply()

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ClockStop.objects.create(decision_id=made, stopped_at=AT)


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize(
    ("resumed_at", "constraint"), [(AT - timedelta(1), "ends_after"), (None, "one_at_a_time")]
)
def test_a_clock_stops_once_and_then_goes_on(as_owner, apply, resumed_at, constraint):
    made = apply()
    ClockStop.objects.create(decision_id=made, stopped_at=AT)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ClockStop.objects.create(decision_id=made, stopped_at=AT, resumed_at=resumed_at)


@pytest.mark.parametrize("status", ["approved", "declined"])
def test_whatever_changes_the_status_takes_it_out(status, apply):
    made = apply()
    assert gathered() == {made}

    Application.objects.update(status=status)

    assert gathered() == set()


def test_what_waits_again_stands_in_the_queue_again(apply, officer):
    made = apply()
    assignments.take(decision_id=made, by=officer, at=AT)

    Application.objects.update(status="approved")
    Application.objects.update(status="awaiting_officer")

    assert gathered() == {made}
    assert QueueItem.objects.get().held_by is None


def test_a_change_by_a_partners_transaction_takes_it_out_too(apply):
    apply()
    queue_items.gather(at=AT)

    with tenancy.rows_of(factories.partner()):
        assert not QueueItem.objects.exists()
        Application.objects.update(status="declined")

    assert not QueueItem.objects.exists()


def test_a_rolled_back_decision_leaves_it_where_it_was(apply, officer):
    made = apply()
    queue_items.gather(at=AT)

    with pytest.raises(officer_decisions.NoSuchVerdict):
        officer_decisions.record(decision_id=made, verdict="maybe", by=officer, at=AT)

    assert gathered() == {made}


@pytest.fixture
def four(apply, officer):
    """Give four applications that differ in everything that the queue is filtered by."""
    made = {
        "small": apply(requested__amount="1000.00", features__amount=1000, reference="SMALL-1"),
        "old": apply(at=AT - timedelta(days=6), reference="OLD-1"),
        "other": apply(partner="bank-two", reference="OTHER-1"),
        "mine": apply(**factories.DECLINED, reference="MINE-1"),
    }
    queue_items.gather(at=AT)
    assignments.take(decision_id=made["mine"], by=officer, at=AT)
    return made


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {"small", "old", "other", "mine"}),
        ({"product": "consumer-loan"}, {"small", "old", "other", "mine"}),
        ({"product": "mortgage"}, set()),
        ({"partner": "bank-two"}, {"other"}),
        ({"amount_from": Decimal(2000)}, {"old", "other", "mine"}),
        ({"amount_to": Decimal(2000)}, {"small"}),
        ({"older_than": 3}, {"old"}),
        ({"due": "late"}, {"old"}),
        ({"due": "today"}, {"old"}),
        ({"due": "week"}, {"small", "old", "other", "mine"}),
        ({"holder": "mine"}, {"mine"}),
        ({"holder": "free"}, {"small", "old", "other"}),
        ({"holder": "team"}, set()),
        ({"state": "referred_up"}, set()),
        ({"state": "signature"}, set()),
        ({"state": "applicant"}, set()),
        ({"q": "small"}, {"small"}),
        ({"q": "-1", "partner": "bank-two"}, {"other"}),
        ({"q": "%"}, set()),
    ],
)
def test_filters_find(four, officer, wanted, found):
    names = {decision_id: name for name, decision_id in four.items()}

    items = queue_filters.apply(Wanted(**wanted), viewer=officer, at=AT)

    assert {names[item.pk] for item in items} == found


def test_an_id_is_found_by_its_beginning(four, officer):
    found = queue_filters.apply(Wanted(q=four["old"][:12].lower()), viewer=officer, at=AT)

    assert [item.pk for item in found] == [four["old"]]


def test_a_band_is_found(four, officer):
    item = QueueItem.objects.get(pk=four["mine"])

    found = queue_filters.apply(Wanted(band=item.band), viewer=officer, at=AT)

    assert item in found
    assert {each.band for each in found} == {item.band}


def test_what_is_mine_is_a_colleagues_for_another(four):
    other = factories.user(Role.OFFICER)

    found = queue_filters.apply(Wanted(holder="team"), viewer=other, at=AT)

    assert [item.pk for item in found] == [four["mine"]]


def test_pages_follow_one_another_without_gap_or_repetition(apply, officer, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 3)
    for number in range(8):
        apply(at=AT - timedelta(hours=9 * number), reference=f"P-{number}")
    apply(**factories.DECLINED)
    queue_items.gather(at=AT)

    pages, after = [], ""
    while after is not None:
        page = queue.page(Wanted(), viewer=officer, at=AT, after=after)
        pages.append([row.decision_id for row in page.rows])
        after = page.after

    in_order = [item.pk for item in QueueItem.objects.in_order()]
    assert [len(page) for page in pages] == [3, 3, 3]
    assert [pk for page in pages for pk in page] == in_order
    assert page.matching == 9


@pytest.mark.parametrize("risk", [0.1 + 0.2, 5e-05, 1.0, 0.0, 0.00012345678901234567])
def test_a_cursor_holds_its_risk_to_the_bit(risk, apply, officer, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 1)
    apply()
    apply()
    queue_items.gather(at=AT)
    QueueItem.objects.update(risk=risk)

    first = queue.page(Wanted(), viewer=officer, at=AT)
    second = queue.page(Wanted(), viewer=officer, at=AT, after=first.after)

    assert [row.decision_id for row in first.rows] != [row.decision_id for row in second.rows]


@pytest.mark.parametrize("cursor", ["x", "2026-13-01_0.5_" + "0" * 26, "2026-11-22_0.5_x", "\x00"])
def test_what_is_no_cursor_begins_at_the_beginning(cursor, apply, officer):
    apply()
    queue_items.gather(at=AT)

    assert len(queue.page(Wanted(), viewer=officer, at=AT, after=cursor).rows) == 1


def test_counts_say_what_an_officer_asks_first(four, officer):
    standing = queue.standing(viewer=officer, at=AT)

    assert (standing.counts.awaiting, standing.counts.late, standing.counts.mine) == (4, 1, 1)
    assert standing.choices.products == [("consumer-loan", "Consumer loan")]
    assert [slug for slug, _ in standing.choices.partners] == ["acme-broker", "bank-two"]


def test_what_is_stated_of_filters_is_what_filters():
    wanted = Wanted(product="consumer-loan", amount_from=Decimal("10.50"), older_than=3)

    assert wanted.stated == {"product": "consumer-loan", "amount_from": "10.50", "older_than": "3"}
    assert replace(wanted, product="", amount_from=None, older_than=None).is_everything
