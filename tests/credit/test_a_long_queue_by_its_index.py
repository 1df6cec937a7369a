"""A page of a long queue is read by its index, and who may see it is asked once."""

import re

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.actions import queue_items
from credit.models import Application, QueueItem, Role
from credit.queries import queue
from credit.queue_filters import Wanted

AT = factories.AT
pytestmark = pytest.mark.django_db
MANY = """
INSERT INTO credit_queueitem (decision_id, status, product_id, reference, amount, currency,
    recommendation, route, band, pd, risk, received_at, due_at, due_on, claim_minutes,
    is_referred_up)
SELECT lpad(i::text, 26, '0'), 'awaiting_officer', %(product)s, 'L-' || i, 1000, 'EUR', 'refer',
    'champion', 'B', (i %% 97) / 97.0, (i %% 97) / 97.0, %(at)s, %(at)s::timestamptz + '5 days',
    (%(at)s::timestamptz + i * interval '1 minute')::date, 30, false
FROM generate_series(1, 5000) AS i
"""


@pytest.fixture
def long_queue(champion):
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"product": champion.product.pk, "at": AT})


def plans_of(read):
    with CaptureQueriesContext(connection) as asked:
        read()
    with connection.cursor() as cursor:
        for each in asked.captured_queries:
            cursor.execute(f"EXPLAIN {each['sql']}")
            yield "\n".join(line for (line,) in cursor.fetchall())


def test_a_page_is_read_in_the_order_of_its_index_before_the_table_is_analysed(long_queue):
    officer = factories.user(Role.OFFICER)

    plan, *_ = plans_of(lambda: queue.page(Wanted(), viewer=officer, at=AT))

    assert "Index Scan using queue_item_in_order" in plan, plan
    assert "Sort" not in plan, plan


def test_who_may_see_the_queue_is_asked_once_and_not_of_each_row(long_queue):
    officer = factories.user(Role.OFFICER)

    plans = list(plans_of(lambda: queue.standing(viewer=officer, at=AT)))
    plans += plans_of(lambda: queue.page(Wanted(band="B"), viewer=officer, at=AT))

    assert len(plans) == 3  # what stands, the page, how many are like it
    for plan in plans:
        (condition,) = re.findall(r"on credit_queueitem .*\n\s+Filter: (.*)", plan)
        assert "InitPlan" in condition, plan
        assert "current_setting" not in condition, plan


@pytest.mark.parametrize(
    ("status", "needs_officer"),
    [
        ("awaiting_officer", True),
        ("awaiting_signature", True),
        ("awaiting_information", False),
        ("counter_offered", False),
    ],
)
def test_an_item_says_whether_an_officer_has_to_do_something(status, needs_officer, champion):
    made = factories.decide(**factories.REFERRED).decision_id
    Application.objects.filter(pk=made).update(status=status)
    queue_items.gather(at=AT)

    assert QueueItem.objects.get(pk=made).needs_officer is needs_officer
