"""Pages of notices follow one another without gap or repetition, whatever happens in between."""

from datetime import timedelta

import factories
import pytest
from notices_scene import declined, issued

from credit.models import Application, Notice, Product
from credit.queries import notices, notices_left

AT = factories.AT
pytestmark = pytest.mark.usefixtures("champion")


@pytest.fixture
def olga(db):
    return factories.user("officer", username="olga")


@pytest.fixture
def owed(olga):
    """Seven applications, of two products in turns, the first of each received last."""
    other = Product.objects.create(slug="car-loan", name="Car loan", created_at=AT)
    ids = [declined(olga, reference=f"N-{number}").pk for number in range(7)]
    for number, pk in enumerate(ids):
        received = {"received_at": AT - timedelta(days=number // 2)}
        of_other = {"product": other} if number % 2 else {}
        Application.objects.filter(pk=pk).update(**received, **of_other)
    return ids


def walked(**asked):
    pages, after = [], ""
    while after is not None:
        page = notices.due_page(at=AT, after=after, limit=2, **asked)
        pages.append([row.decision_id for row in page.rows])
        after = page.after
    return pages


def test_pages_of_what_is_owed_follow_one_another_over_products(owed):
    in_order = [row.decision_id for row in notices.due(at=AT)]

    pages = walked()

    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert sorted(pk for page in pages for pk in page) == sorted(owed)
    assert [pk for page in pages for pk in page] == in_order


def test_pages_of_one_product_have_only_its_own(owed):
    assert sorted(pk for page in walked(product="car-loan") for pk in page) == sorted(owed[1::2])


def test_what_came_at_one_moment_is_on_one_page_or_the_next(owed):
    Application.objects.update(received_at=AT)

    assert sorted(pk for page in walked() for pk in page) == sorted(owed)


def test_what_left_between_two_looks_moves_nothing_over_the_end_of_a_page(owed, olga):
    first = notices.due_page(at=AT, limit=2)
    Application.objects.filter(pk__in=[row.decision_id for row in first.rows]).update(
        told="declined"
    )

    second = notices.due_page(at=AT, limit=2, after=first.after)

    rest = [row.decision_id for row in notices.due(at=AT)]
    assert [row.decision_id for row in second.rows] == rest[:2]


@pytest.mark.parametrize("after", ["x", "0" * 26, f"{'0' * 26}.x", "\x00"])
def test_what_is_no_end_of_a_page_begins_at_the_beginning(after, owed):
    assert len(notices.due_page(at=AT, after=after).rows) == len(owed)


def test_pages_of_what_left_follow_one_another_newest_first(olga):
    decision = declined(olga)
    issued(decision, olga)
    for number in range(4):
        issued(decision, olga, why_again=f"It came back {number} times.")

    pages, after = [], None
    while True:
        page = notices_left.left(after=after, limit=2)
        pages.append([row.notice_id for row in page.rows])
        if page.after is None:
            break
        after = int(page.after)

    assert [len(page) for page in pages] == [2, 2, 1]
    newest_first = Notice.objects.order_by("-issued_at", "-pk").values_list("pk", flat=True)
    assert [pk for page in pages for pk in page] == list(newest_first)
    assert notices_left.left(after=2**60).rows  # one that is not there ends no page
