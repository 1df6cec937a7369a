"""How the service stands, over hours or days, from what the worker counted."""

from datetime import timedelta

import factories
import levels_scene
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from page_words import words_of

from credit.models import Role
from monitoring.models import Figures, Pulse

NOW = factories.AT + timedelta(hours=2)


@pytest.fixture
def hours(db):
    """Let so many hours have been counted, the last one running."""
    return levels_scene.counted


def page(client, **query):
    answer = client.get("/monitoring/service/", query)
    assert answer.status_code == 200
    return words_of(answer)


def test_it_says_what_was_promised_and_what_came_of_it(as_auditor, hours):
    hours(3)

    words = page(as_auditor)

    assert "The scheduled worker is at work" in words
    assert "and 2 machines counted" in words
    assert "5 of 20,000" in words
    assert "20.0 may" in words
    assert "75%" in words
    assert "Burn rate, 1 h (at most 14.4)" in words


def test_the_budget_that_is_worst_stands_first(as_auditor, hours):
    kept = levels_scene.LEVELS["objectives"][0]
    burning = {"name": "pages_answered", "windows": [kept["windows"][0] | {"burns": True}]}
    levels = {**levels_scene.LEVELS, "objectives": [kept, kept | burning]}
    hours(2, levels=levels)

    words = page(as_auditor)

    assert words.index("Pages of officers answered") < words.index("Decisions answered")


def test_routes_are_told_with_times_between_bounds(as_auditor, hours):
    hours(2)

    words = page(as_auditor)

    assert "POST api/v1/decisions 802 2 0 5 to 10 ms 25 to 50 ms" in words
    assert "GET 4 0 4" in words


def test_shares_tasks_and_cost_are_told_with_their_n(as_auditor, hours):
    hours(2)

    words = page(as_auditor)

    assert "97.5% 780 of 800" in words
    assert "credit.seal_audit 200 20 0.10" in words
    # 2 hours of 36 + 18 + 18 s at 0.05 an hour, over 800 decisions.
    assert "0.0025 EUR" in words
    assert "800 decisions and rows of files" in words


def test_charts_are_drawn_and_said_in_words(as_auditor, hours):
    hours(5)

    html = as_auditor.get("/monitoring/service/").content.decode()

    assert html.count('class="drawing"') == 4
    assert "How long decisions took: from" in html
    assert "Applications that waited for an officer: from 3.0 to 3.0 applications" in html


def test_a_line_of_one_period_is_a_dot(as_auditor, hours):
    hours(2)
    quiet = Figures.objects.order_by("starts_at").first()
    quiet.figures["counts"]["requests"] = {}
    quiet.save()

    html = as_auditor.get("/monitoring/service/").content.decode()

    assert html.count('class="dot"') == 3  # half, 95 and 99 of 100 decisions


def test_days_are_shown_to_who_asks_for_them(as_auditor, hours):
    hours(4, kind="service_day", length=timedelta(days=1))

    assert "1,604" in page(as_auditor, span="days")
    assert "No hour has been counted yet" in page(as_auditor)


def test_a_span_that_is_not_there_is_not_found(as_auditor):
    assert as_auditor.get("/monitoring/service/?span=years").status_code == 404


def test_before_anything_was_counted_it_says_so(as_auditor):
    words = page(as_auditor)

    assert "No worker has given a sign of life yet" in words
    assert "No hour has been counted yet" in words


def test_a_silent_worker_is_the_first_thing_said(as_auditor, db):
    Pulse.objects.create(
        minute=NOW - timedelta(minutes=9),
        beaten_at=NOW - timedelta(minutes=9),
        standing={},
        levels=None,
    )

    assert "The scheduled worker is silent: its last sign of life is 9 min old" in page(as_auditor)


def test_it_reads_a_few_rows_however_much_was_decided(signed_in, hours):
    hours(48)
    client = signed_in(Role.ADMINISTRATOR)
    client.get("/monitoring/service/")

    with CaptureQueriesContext(connection) as found:
        client.get("/monitoring/service/")

    assert len(found) <= 7, [query["sql"] for query in found]
