"""The bench of the tables fills them with rows that are read like real ones."""

import json
from datetime import timedelta

import factories
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q
from psycopg import Cursor

from credit import tenancy
from credit.actions import queue_items
from credit.management.made_up import tables
from credit.management.made_up.scenes import scene
from credit.management.made_up.spans import ONE_IN, WAITING, Span, public_id
from credit.models import (
    Application,
    AuditEvent,
    Correction,
    ModelVersion,
    Notice,
    OfferAnswer,
    OfficerDecision,
    Outcome,
    Score,
    Withdrawal,
)
from credit.queries import decisions
from monitoring.management.commands import bench_monitoring
from monitoring.models import Figures
from services import bench_contract

UNTIL = factories.AT + timedelta(days=60)
TWO_YEARS = factories.AT + timedelta(days=720)


@pytest.fixture
def filled(as_owner, champion):
    """Fill the tables with foreign keys on, and look at each as soon as it is filled."""

    def fill(rows, *partners, until=UNTIL, waiting=WAITING):
        span = Span(rows=rows, first=0, since=factories.AT, until=until, waiting=waiting)
        made_up = scene("consumer-loan", partners, span, at=factories.AT, n=200)
        with Cursor(connection.connection) as cursor:
            written = sum(tables.write(cursor, made_up))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert written == rows
        return made_up

    return fill


pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_made_up_rows_are_told_like_real_ones(filled):
    partners = (factories.partner(), factories.partner("bank-two"))

    filled(60, *partners)

    with tenancy.rows_of(partners[1]):
        page = decisions.listing(partners[1], at=UNTIL)
    assert [told["reference"] for told in page["results"]] == [
        f"B-{number}" for number in range(59, 0, -2)
    ]
    assert queue_items.gather(at=UNTIL) == min(60 // ONE_IN, WAITING)
    newest = page["results"][0]["id"]
    assert AuditEvent.objects.filter(target=f"decision:{newest}", type="application_decided")


def test_made_up_rows_are_as_various_as_those_of_a_bank(filled):
    filled(2_000, factories.partner(), until=TWO_YEARS, waiting=50)

    champions = ModelVersion.objects.annotate(n=Count("score")).order_by("number")
    assert [each.n for each in champions] == [500] * 4
    assert [each.stage for each in champions] == ["retired"] * 3 + ["champion"]
    assert Score.objects.values("pd").distinct().count() > 20
    assert Application.objects.values("features").distinct().count() > 100
    made = OfficerDecision.objects.all()
    assert made.values("decided_by").distinct().count() == 40
    assert made.filter(is_override=True).exclude(reason_code="").count() > 20
    fits = {each.code: each.fits for each in factories.CONTRACT.officer_reasons}
    reasoned = made.exclude(reason_code="").values_list("reason_code", "verdict")
    assert all(fits[code](verdict) for code, verdict in reasoned)
    assert 0 < made.exclude(signed_by=None).count() < made.count() / 2
    assert {*OfferAnswer.objects.values_list("answer", flat=True)} == {"accepted", "refused"}
    assert Withdrawal.objects.exists()
    statuses = dict(Application.objects.values_list("status").annotate(n=Count("pk")).order_by())
    assert statuses["awaiting_officer"] == 50
    assert statuses["superseded"] == Correction.objects.count() == 4
    told = Application.objects.filter(status="declined").exclude(told="").count()
    assert told == Notice.objects.filter(kind="adverse_action").count()
    assert statuses["declined"] == told + 50


def test_outcomes_are_known_when_they_could_be(filled):
    filled(2_000, factories.partner(), until=TWO_YEARS, waiting=50)

    known = Outcome.objects.filter(number=1)
    assert known.filter(is_bad=True).count() > 50
    assert known.filter(is_bad=False).count() > 200
    assert not known.filter(
        Q(reported_at__gt=TWO_YEARS) | Q(observed_on__gt=F("matures_on"))
    ).exists()
    assert not known.exclude(decision__application__status="approved").exists()
    assert Outcome.objects.filter(number=2).exclude(reason="").exists()
    reported = AuditEvent.objects.filter(type="outcome_reported")
    assert reported.count() == known.count()


def test_an_event_is_numbered_within_the_month_that_it_tells_of(filled):
    filled(500, factories.partner(), until=TWO_YEARS)

    for event in AuditEvent.objects.filter(target__startswith="decision:"):
        assert str(event.pk).startswith(f"{event.at:%Y%m}")


def test_the_pages_on_monitoring_show_what_the_jobs_counted_of_made_up_rows(
    filled, monkeypatch, capsys
):
    monkeypatch.setattr(bench_monitoring, "TIMES", 2)
    filled(300, factories.partner("b"), waiting=20)

    call_command("bench_monitoring", "--json")

    found = json.loads(capsys.readouterr().out)
    counted = Figures.objects.filter(kind="drift", segment="")
    assert sum(each.figures["n"] for each in counted) == 300
    asked = bench_monitoring.PAGES | bench_monitoring.OFFICERS_PAGES
    assert found["pages"].keys() == asked.keys()
    assert all(figures["p95_us"] > 0 for figures in found["pages"].values())


def test_the_bench_has_a_contract_with_several_groups_to_assess():
    shipped = (factories.PRODUCT / "contract.toml").read_text()

    contract = factories.Contract.parse(bench_contract.changed(shipped).encode())

    groups = {each.name: len(each.groups) for each in contract.assessable}
    assert groups == {"age_group": 3, "civil_status": 4, "foreign_worker": 2}
    assert contract.policy.automatic.decline_pd_at_least == 0.45
    with pytest.raises(bench_contract.Trouble, match="no longer has what the bench changes"):
        bench_contract.changed(shipped.replace("[policy.automatic]", "[policy.other]"))


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
