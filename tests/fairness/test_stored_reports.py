"""Fairness reports as they are made, stored and shown."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from structlog.testing import capture_logs

from credit import store, vault
from credit.models import AuditEvent, ModelVersion, Role
from monitoring import tasks
from monitoring.fairness import queries, reports
from monitoring.models import FairnessReport

Population = FairnessReport.Population


@pytest.fixture
def fairness(compliance):
    def run(*arguments, by=compliance.username):
        out = StringIO()
        call_command("fairness", *arguments, "--by", by, stdout=out)
        return out.getvalue()

    return run


def group_of(view, value):
    (age,) = [each for each in view.attributes if each.name == "age_group"]
    return next(group for group in age.groups if group.value == value)


def test_a_validation_report_compares_the_age_groups_of_the_past_loans(version, compliance, at):
    reports.make(version=version, population=Population.VALIDATION, by=compliance, at=at)

    view = queries.latest_fairness(version.pk)
    assert (view.n, view.model_name) == (1000, "consumer-loan/1")
    assert "22 November 2026" in view.period
    assert "0.16" in view.approved_means
    middle, old = group_of(view, "25_to_61"), group_of(view, "62_and_over")
    assert middle.is_reference
    assert (middle.n, middle.tpr_n, middle.fpr_n) == (813, 581, 232)
    assert middle.approval_low < middle.approval_rate < middle.approval_high
    assert (old.n, old.fpr_n, old.fpr) == (38, None, None)  # of them 7 were bad
    assert old.tpr_n is None  # with the 38 it would say how many were bad
    assert group_of(view, "under_25").air_low < group_of(view, "under_25").air


def test_what_cannot_be_assessed_is_listed_with_its_reason(version, at):
    reports.make(version=version, population=Population.VALIDATION, by=None, at=at)

    listed = {each.name: each for each in queries.latest_fairness(version.pk).attributes}
    assert not listed["sex"].assessable
    assert "women and for single men alike" in listed["sex"].why_not


def test_live_decisions_count_recommendations_and_matured_outcomes_only(
    version, decide, compliance, at
):
    for number in range(80):
        approve = "approve" if number % 2 else "refer"
        decide("25_to_61", recommendation=approve, is_bad=number < 40)
        decide("under_25", recommendation="refer")
    early = at.date() + timedelta(days=1)
    for _ in range(20):
        decide("25_to_61", recommendation="decline", is_bad=True, matures_on=early)
    decide(None, recommendation="approve")

    reports.make(version=version, population=Population.DECISIONS, by=compliance, at=at)

    view = queries.latest_fairness(version.pk, population=Population.DECISIONS)
    middle, young = group_of(view, "25_to_61"), group_of(view, "under_25")
    assert view.n == 181
    assert view.attributes[0].n_missing == 1
    assert (middle.n, middle.approval_rate) == (100, 0.4)
    assert (middle.tpr_n, middle.tpr, middle.fpr_n, middle.fpr) == (40, 0.5, 40, 0.5)
    assert (young.air, young.verdict, young.tpr_n) == (0.0, "outside bounds", 0)
    assert view.verdict == "outside bounds"


def test_without_monitoring_data_there_is_no_report_on_live_decisions(version, decide, at):
    decide(None, recommendation="approve")

    assert reports.make(version=version, population=Population.DECISIONS, by=None, at=at) is None
    assert not FairnessReport.objects.exists()


def test_another_versions_decisions_are_not_reported(version, decide, developer, at):
    decide("under_25", recommendation="approve")
    other = ModelVersion.objects.get(pk=version.pk)
    other.pk, other.number = None, 2
    other.save()

    assert reports.make(version=other, population=Population.DECISIONS, by=None, at=at) is None


def test_every_look_into_the_vault_is_audited_with_who_looked(version, compliance, at):
    reports.make(version=version, population=Population.VALIDATION, by=compliance, at=at)

    (event,) = AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ)
    assert event.user == compliance
    assert event.target.endswith("/age_group")


def test_only_aggregates_are_stored(version, at):
    stored = reports.make(version=version, population=Population.VALIDATION, by=None, at=at)

    assert "ingestion:" not in json.dumps(stored.report)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE monitoring_fairnessreport SET population = 'x'",
        "DELETE FROM monitoring_fairnessreport",
    ],
)
def test_a_stored_report_can_neither_be_changed_nor_removed(version, at, change):
    reports.make(version=version, population=Population.VALIDATION, by=None, at=at)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_report_after_a_training_is_made_once_however_often_the_task_runs(version):
    tasks.report_fairness()
    tasks.report_fairness()

    (stored,) = FairnessReport.objects.all()
    assert (stored.population, stored.created_by) == ("validation", None)


def test_a_report_that_another_worker_just_made_is_not_made_again(version, at):
    reports.make(version=version, population=Population.VALIDATION, by=None, at=at)

    assert reports.make_once(version=version, at=at) is None


def test_an_altered_validation_file_is_logged_and_leaves_the_other_versions_theirs(
    version, own_store, at
):
    other = ModelVersion.objects.get(pk=version.pk)
    other.pk, other.number, other.validation_sha256 = None, 2, "0" * 64
    other.save()

    with capture_logs() as logs:
        tasks.report_fairness()

    (stored,) = FairnessReport.objects.all()
    assert stored.model_version == version
    assert [(each["event"], each["model"]) for each in logs] == [
        ("fairness_not_reported", "consumer-loan/2")
    ]


def test_nobody_reports_on_a_retired_version(version):
    ModelVersion.objects.filter(pk=version.pk).update(stage="retired")

    tasks.report_fairness()

    assert not FairnessReport.objects.exists()


def test_the_newest_report_of_each_champion_and_population_is_listed(in_use, decide, at):
    for hours in range(2):
        moment = at + timedelta(hours=hours)
        reports.make(version=in_use, population=Population.VALIDATION, by=None, at=moment)
    decide("under_25", recommendation="approve")
    reports.make(version=in_use, population=Population.DECISIONS, by=None, at=at)

    listed = queries.latest_by_champion()

    assert [view.population for view in listed] == ["validation", "decisions"]
    assert listed[0].created_at == at + timedelta(hours=1)
    assert len(queries.fairness_history("consumer-loan")) == 3
    assert len(queries.fairness_history("consumer-loan", population=Population.DECISIONS)) == 1


def test_a_version_without_a_report_has_none(version):
    assert queries.latest_fairness(version.pk) is None
    assert queries.fairness_history("consumer-loan") == []
    assert queries.latest_by_champion() == []


def test_the_command_prints_the_table_by_age_group_and_stores_it(in_use, fairness, compliance):
    printed = fairness("consumer-loan")

    assert "fairness of consumer-loan/1" in printed
    assert "n = 1,000" in printed
    assert "62 and over" in printed
    assert "insufficient evidence n=withheld" in printed
    assert "Not assessable: One code of the data" in printed
    stored = FairnessReport.objects.get()
    assert stored.created_by == compliance


def test_the_command_prints_live_decisions_of_months_that_are_over_beside_validation(
    in_use, fairness, decide, at, monkeypatch
):
    decide("under_25", recommendation="approve", on=at - timedelta(days=30))
    decide("under_25", recommendation="approve")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at + timedelta(hours=1))

    printed = fairness("consumer-loan")

    assert "Live decisions" in printed
    assert "n = 1; decided on 23 October 2026" in printed
    (live,) = FairnessReport.objects.filter(population=Population.DECISIONS)
    assert (live.since, live.until) == (None, datetime(2026, 11, 1, tzinfo=UTC))
    assert "under 25 has fewer than 30 people" in printed


def test_the_command_gives_json(in_use, fairness):
    (found,) = json.loads(fairness("consumer-loan", "--json"))

    assert found["population"] == "validation"
    assert found["attributes"][0]["groups"][1]["is_reference"] is True


def test_the_command_takes_the_number_of_a_version(version, fairness):
    assert "consumer-loan/1" in fairness("consumer-loan", "--version", "1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "no product nothing. There is: consumer-loan"),
        (("consumer-loan",), "has no champion"),
        (("consumer-loan", "--version", "7"), "no consumer-loan/7"),
    ],
)
def test_the_command_refuses_what_does_not_exist(version, fairness, arguments, said):
    with pytest.raises(CommandError, match=said):
        fairness(*arguments)

    assert not FairnessReport.objects.exists()


def test_the_command_asks_who_asks(version, fairness):
    with pytest.raises(CommandError, match="no user nobody"):
        fairness("consumer-loan", by="nobody")
    with pytest.raises(CommandError, match="required: --by"):
        call_command("fairness", "consumer-loan")

    assert not FairnessReport.objects.exists()


@pytest.mark.parametrize("role", sorted({*Role} - {Role.COMPLIANCE, Role.MODEL_VALIDATOR}))
@pytest.mark.parametrize("command", ["fairness", "fairness_gaps"])
def test_whoever_may_not_ask_on_the_page_may_not_at_a_prompt(version, command, role):
    asks = factories.user(role).username

    with pytest.raises(CommandError, match="may ask for a report on groups"):
        call_command(command, "consumer-loan", "--by", asks)

    assert not FairnessReport.objects.exists()
    assert not AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ).exists()


def test_the_command_names_an_altered_validation_file(in_use, fairness, own_store):
    path = store.path_of(in_use.validation_sha256, ".parquet")
    path.chmod(0o644)
    path.write_bytes(b"something else")

    with pytest.raises(CommandError, match="does not hold what its name says"):
        fairness("consumer-loan")


def test_a_login_that_may_not_read_the_vault_is_told_so(in_use, fairness, monkeypatch):
    def as_a_stranger(*_arguments, **_named):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE postgres")

    monkeypatch.setattr(vault, "groups_of_ingested", as_a_stranger)

    with pytest.raises(CommandError, match="PostgreSQL refuses this login the vault"):
        fairness("consumer-loan")

    assert not FairnessReport.objects.exists()
