"""The bench of the tables fills them with rows that are read like real ones."""

import json
from datetime import timedelta

import factories
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import Cursor

from credit import considering, tenancy
from credit.actions import queue_items
from credit.management.table_rows import ONE_IN, WAITING, Span, public_id, write
from credit.models import AuditEvent
from credit.queries import decisions
from monitoring.management.commands import bench_monitoring
from monitoring.models import Figures

UNTIL = factories.AT + timedelta(days=60)


@pytest.mark.django_db(databases=["default", "owner"])
def test_made_up_rows_are_told_like_real_ones(as_owner, champion):
    partners = (factories.partner(), factories.partner("bank-two"))
    made = considering.consider(
        product="consumer-loan", partner=partners[0], body=factories.body(), at=factories.AT
    )
    span = Span(
        rows=60,
        first=0,
        since=factories.AT,
        until=UNTIL,
        partners=tuple(partner.pk for partner in partners),
    )

    with Cursor(connection.connection) as cursor:
        assert sum(write(cursor, made, span)) == 60

    with tenancy.rows_of(partners[1]):
        page = decisions.listing(partners[1], at=UNTIL)
    assert [told["reference"] for told in page["results"]] == [
        f"B-{number}" for number in range(59, 0, -2)
    ]
    assert queue_items.gather(at=UNTIL) == min(60 // ONE_IN, WAITING)
    newest = page["results"][0]["id"]
    assert AuditEvent.objects.filter(target=f"decision:{newest}").count() == 1


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_pages_on_monitoring_show_what_the_jobs_counted_of_made_up_rows(
    as_owner, champion, monkeypatch, capsys
):
    monkeypatch.setattr(bench_monitoring, "TIMES", 2)
    made = considering.consider(
        product="consumer-loan", partner=factories.partner(), body=factories.body(), at=factories.AT
    )
    with Cursor(connection.connection) as cursor:
        span = {"since": factories.AT, "until": UNTIL, "partners": (factories.partner("b").pk,)}
        list(write(cursor, made, Span(rows=60, first=0, **span)))

    call_command("bench_monitoring", "--json")

    found = json.loads(capsys.readouterr().out)
    counted = Figures.objects.filter(kind="drift", segment="")
    assert sum(each.figures["n"] for each in counted) == 60
    assert found["pages"].keys() == bench_monitoring.PAGES.keys()
    assert all(figures["p95_us"] > 0 for figures in found["pages"].values())


def test_made_up_ids_are_in_the_order_of_time():
    made = [public_id(factories.AT + timedelta(hours=hour), 9 - hour) for hour in range(3)]

    assert made == sorted(made)
    assert {len(each) for each in made} == {26}


def test_where_there_are_real_decisions_nothing_is_made_up(champion, tmp_path):
    factories.decide()

    with pytest.raises(CommandError, match="needs a database of its own"):
        call_command("bench_tables", str(tmp_path / "example.json"), "--rows", "5")
    with pytest.raises(CommandError, match="needs a database of its own"):
        call_command("bench_monitoring")


def test_without_decisions_no_page_is_measured(champion):
    with pytest.raises(CommandError, match="There are no decisions here"):
        call_command("bench_monitoring")
