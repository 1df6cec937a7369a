"""Reports on gaps as they are made, stored and printed."""

import json
from io import StringIO

import factories
import gaps_scene
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from structlog.testing import capture_logs

from credit import store
from credit.models import ModelVersion
from credit.tenancy import rows_of
from monitoring import tasks
from monitoring.gaps import due as gaps_due
from monitoring.gaps import making as gaps_making
from monitoring.gaps import trend as gaps_trend
from monitoring.models import GapReport

AT, OCTOBER = factories.AT, gaps_scene.OCTOBER


@pytest.fixture
def command(compliance):
    def run(*arguments, by=("--by", compliance.username)):
        out = StringIO()
        call_command("fairness_gaps", *arguments, *by, stdout=out)
        return out.getvalue()

    return run


def test_what_is_made_twice_is_made_once(version, validated, live, month):
    assert gaps_making.make_validation(version=version, by=None, at=AT) is None
    assert gaps_making.make_month(product=live, month=OCTOBER, by=None, at=AT) is None
    assert gaps_due.months_due(live, at=AT) == []
    assert not gaps_due.versions_due().exists()


def test_a_month_is_looked_at_when_it_is_over(live):
    before = AT.replace(month=11, day=1, hour=12)

    assert gaps_due.months_due(live, at=before) == []
    assert gaps_making.make_month(product=live, month=OCTOBER, by=None, at=before) is None
    assert gaps_due.months_due(live, at=AT) == [OCTOBER]


def test_the_task_waits_for_the_fairness_reports_on_a_month(live, monkeypatch):
    monkeypatch.setattr(tasks.timezone, "now", lambda: AT)

    tasks.report_gaps()
    before = list(GapReport.objects.values_list("population", flat=True))
    tasks.report_fairness_of_months()
    tasks.report_gaps()

    assert before == ["validation"]
    assert GapReport.objects.filter(month=OCTOBER).exists()


def test_the_task_makes_what_is_missing_and_a_second_run_nothing(live, monkeypatch):
    monkeypatch.setattr(tasks.timezone, "now", lambda: AT)
    tasks.report_fairness_of_months()

    tasks.report_gaps()
    tasks.report_gaps()

    assert GapReport.objects.count() == 2


def test_a_lost_bundle_is_logged_and_leaves_the_months_theirs(live, version, monkeypatch):
    monkeypatch.setattr(tasks.timezone, "now", lambda: AT)
    tasks.report_fairness_of_months()
    path = store.path_of(version.validation_sha256, ".parquet")
    path.chmod(0o644)
    path.write_bytes(b"something else")

    with capture_logs() as logs:
        tasks.report_gaps()

    assert [each["event"] for each in logs] == ["gaps_not_reported"]
    assert GapReport.objects.get().population == "decisions"


@pytest.mark.parametrize(
    "change",
    ["UPDATE monitoring_gapreport SET format = 9", "DELETE FROM monitoring_gapreport"],
)
def test_a_stored_report_can_neither_be_changed_nor_removed(validated, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({}, "gap_report_once"),
        ({"month": OCTOBER}, "gap_report_of_a_version_or_a_month"),
        ({"model_version": None}, "gap_report_of_a_version_or_a_month"),
    ],
)
def test_there_is_one_report_of_a_version_or_of_a_month(validated, changes, constraint):
    fields = {
        "product": validated.product,
        "population": "validation",
        "model_version": validated.model_version,
        "format": validated.format,
        "report": {},
        "created_at": AT,
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        GapReport.objects.create(**fields | changes)


def test_a_partners_transaction_finds_no_report(validated):
    with transaction.atomic(), rows_of(factories.partner()):
        assert not GapReport.objects.exists()


def test_the_trend_follows_versions_and_months_with_promotions(validated, month, product):
    (by_version,) = [
        each for each in gaps_trend.by_version(product.slug) if each.value == "under_25"
    ]
    (by_month,) = [each for each in gaps_trend.by_month(product.slug) if each.value == "under_25"]

    assert [point.label for point in by_version.points] == ["consumer-loan/1"]
    assert by_version.points[0].air is not None
    assert [point.month for point in by_month.points] == [OCTOBER]
    assert by_month.points[0].points < 0
    (promotion,) = gaps_trend.promotions(product.slug)
    assert (promotion.version, promotion.on) == ("consumer-loan/1", factories.BEFORE.date())


def test_the_command_prints_where_gaps_come_from_and_stores_it(version, live, command, compliance):
    printed = command("consumer-loan")

    assert "gaps between groups, consumer-loan/1" in printed
    assert "Checking account" in printed
    assert "October 2026" in printed
    assert GapReport.objects.filter(created_by=compliance).count() == 2


def test_the_command_gives_json_and_may_leave_live_decisions_out(live, command):
    (found,) = json.loads(command("consumer-loan", "--json", "--no-live", "--version", "1"))

    assert found["population"] == "validation"
    assert not GapReport.objects.filter(population="decisions").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "no product nothing. There is: consumer-loan"),
        (("consumer-loan", "--version", "7"), "no consumer-loan/7"),
    ],
)
def test_the_command_refuses_what_does_not_exist(version, command, arguments, said):
    with pytest.raises(CommandError, match=said):
        command(*arguments)


@pytest.mark.parametrize(
    ("by", "said"), [((), "required: --by"), (("--by", "nobody"), "no user nobody")]
)
def test_the_command_makes_nothing_without_the_name_of_who_asks(version, command, by, said):
    with pytest.raises(CommandError, match=said):
        command("consumer-loan", by=by)

    assert not GapReport.objects.exists()


def test_the_command_refuses_a_product_without_champion_and_a_lost_file(version, command):
    store.path_of(version.validation_sha256, ".parquet").unlink()
    with pytest.raises(CommandError, match="consumer-loan/1"):
        command("consumer-loan")

    ModelVersion.objects.update(stage="candidate", promoted_by=None, promoted_at=None)
    with pytest.raises(CommandError, match="has no champion"):
        command("consumer-loan")


def test_a_login_that_may_not_read_the_vault_is_told_so(version, command, monkeypatch):
    def as_a_stranger(*_arguments, **_named):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE postgres")

    monkeypatch.setattr("credit.vault.groups_of_ingested", as_a_stranger)

    with pytest.raises(CommandError, match="PostgreSQL refuses this login the vault"):
        command("consumer-loan")


def test_a_report_that_another_worker_kept_meanwhile_is_not_kept_again(version, monkeypatch):
    measure = gaps_making.of_validation

    def slowly(contract, found):
        monkeypatch.setattr(gaps_making, "of_validation", measure)
        gaps_making.make_validation(version=version, by=None, at=AT)
        return measure(contract, found)

    monkeypatch.setattr(gaps_making, "of_validation", slowly)

    assert gaps_making.make_validation(version=version, by=None, at=AT) is None
    assert GapReport.objects.count() == 1
