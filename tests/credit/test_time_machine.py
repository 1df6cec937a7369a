"""A short run of the time machine from beginning to end, killed once, and what it refuses."""

import logging
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import factories
import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from time_machine_scene import FOLDER, contract_file

from credit.actions import snapshots
from credit.ids import first_id
from credit.models import (
    Alert,
    Application,
    AuditEvent,
    Decision,
    ModelVersion,
    OfficerDecision,
    Outcome,
    Product,
    Role,
)
from credit.queries import replays
from credit.simulating import journal, learning, running, standing
from credit.simulating.asked import Asked
from scoring.results.windows import months_after

START, END = date(2009, 7, 1), date(2010, 1, 31)


class Killed(BaseException):
    """The process is gone."""


def asked_of(folder, **changes):
    slug = changes.get("product", "small-business-loan")
    asked = Asked(
        product=slug,
        contract=contract_file(folder, slug=slug),
        loans=FOLDER / "loans.parquet",
        start=START,
        end=END,
        rows=12_000,
        seed=1,
        every=6,
    )
    return replace(asked, **changes)


def silence(what, share):
    """Tell nobody."""


@pytest.fixture(scope="module")
def database(database_for_commits, django_db_blocker, tmp_path_factory):
    from django.db import connections  # noqa: PLC0415

    def use(name):
        connections.close_all()
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = name

    original = connections["owner"].settings_dict["NAME"]
    var = tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock(), override_settings(EVENHAND_VAR=var):
        use(database_for_commits)
        yield var
        use(original)


@pytest.fixture(scope="module")
def asked(database):
    return asked_of(database)


@pytest.fixture(scope="module")
def report(asked):
    return running.run(asked, progress=silence)


@pytest.fixture(scope="module")
def product(report):
    return Product.objects.get(slug="small-business-loan")


@pytest.fixture(scope="module")
def truth():
    raw = pl.read_parquet(FOLDER / "loans.parquet")
    columns = raw.select("LoanNr_ChkDgt", "ApprovalDate", "ChgOffDate", "bad")
    return {f"SIM-{row[0]}": row[1:] for row in columns.iter_rows()}


def test_every_decision_is_of_its_day(product, truth):
    decisions = Decision.objects.filter(application__product=product).select_related("application")

    for decision in decisions:
        applied_on = truth[decision.application.reference][0]
        assert decision.decided_at == decision.application.received_at
        assert decision.decided_at.date() == applied_on
        assert first_id(decision.decided_at) <= decision.pk
        assert decision.pk < first_id(decision.decided_at + timedelta(milliseconds=1))
    assert min(each.decided_at.date() for each in decisions) >= START
    assert decisions.count() > 100


def test_officers_decide_within_days_and_events_are_of_that_moment(product):
    made = OfficerDecision.objects.filter(decision__application__product=product)

    for each in made.select_related("decision"):
        took = each.decided_at.date() - each.decision.decided_at.date()
        assert timedelta() <= took <= timedelta(days=4)
    events = AuditEvent.objects.filter(type="officer_decided")
    assert set(events.values_list("at", flat=True)) == set(
        made.values_list("decided_at", flat=True)
    )
    assert events.count() == made.count()


def test_no_outcome_is_known_before_its_day(product, truth):
    outcomes = Outcome.objects.filter(decision__application__product=product)

    for outcome in outcomes.select_related("decision__application", "decision__officer_decision"):
        _, failed_on, bad = truth[outcome.decision.application.reference]
        decided_on = outcome.decision.officer_decision.decided_at.date()
        assert outcome.reported_at.date() == outcome.observed_on <= END
        if outcome.is_bad:
            assert bad == 1
            assert outcome.observed_on == max(failed_on, decided_on)
        else:
            assert outcome.observed_on == outcome.matures_on == months_after(decided_on, 2)
    assert outcomes.filter(is_bad=False).count() > 30


def test_only_loans_that_were_approved_have_outcomes(product):
    outcomes = Outcome.objects.filter(decision__application__product=product)

    statuses = outcomes.values_list("decision__application__status", flat=True)

    assert set(statuses) == {"approved"}
    assert Application.objects.filter(product=product, status="declined").exists()


def test_no_label_inside_its_window_trains_and_none_of_a_later_day(product, truth):
    for snapshot in product.snapshots.all():
        today = snapshot.taken_at.date()
        frame = snapshots.read(snapshot)
        assert frame["applied_on"].dt.offset_by("2mo").max() <= today
        for row, bad in frame.select("row", "bad").iter_rows():
            if row.startswith("ingestion:") and bad:
                assert truth[f"SIM-{row.rpartition(':')[2]}"][1] <= today


def test_the_first_model_knows_nothing_of_the_days_to_come(product, truth):
    first = ModelVersion.objects.filter(product=product).earliest("number")

    rows = snapshots.read(first.snapshot)["row"].to_list()

    assert first.trained_at.date() == START
    assert all(truth[f"SIM-{row.rpartition(':')[2]}"][0] < START for row in rows)
    assert first.snapshot.label_sources["matured_outcome"] == 0


def test_who_trains_does_not_sign(product, report):
    for version in product.versions.exclude(promoted_at=None):
        assert version.promoted_by != version.trained_by
        assert version.promoted_by.has_role(Role.MODEL_VALIDATOR)
    refused = next(each for each in report["refusals"] if each["what"] == "own signature")
    assert "Only a model validator may sign" in refused["said"]


def test_its_people_cannot_sign_in_with_any_password_that_is_known(report):
    people = {each.decided_by for each in OfficerDecision.objects.select_related("decided_by")}

    assert {each.username for each in people} == {"sim-officer"}


def test_its_decisions_can_be_replayed(report):
    found = list(replays.replay(sample=20))

    assert len(found) == 20
    assert not [each for each in found if each.differences]


def test_an_alarm_leads_to_what_was_true_and_says_of_how_many(product, report):
    found = Alert.objects.filter(product=product, cause__startswith="drift_")

    assert {each["kind"] for each in report["alarms"]} == {
        each.cause.removeprefix("drift_") for each in found
    }
    assert {each.link for each in found} == {"/console/small-business-loan/time-machine/"}
    assert all(each.n and f"{each.n:,}" in each.message for each in found)


def test_the_report_compares_three_ways_with_intervals(report):
    names = [each["name"] for each in report["strategies"]]

    assert names == ["managed loop", "first model left alone", "retrained on immature labels"]
    for each in report["strategies"]:
        assert each["low"] <= each["profit"] <= each["high"]
        assert each["n"] == report["decisions"]["n"]
    assert report["looks"] == 6
    assert sum(each["n"] for each in report["vintages"]) == report["decisions"]["stand"]["approved"]


def test_the_shadow_calculation_registers_no_model(product, report):
    trained = [each for each in report["trainings"] if each["version"]]

    assert product.versions.count() == len(trained)
    assert len(report["immature_fits"]) == len(trained)


def test_a_run_that_has_ended_gives_its_report_and_changes_nothing(asked, report):
    before = AuditEvent.objects.count()

    again = running.run(asked, progress=silence)

    assert again["decisions"] == report["decisions"]
    assert AuditEvent.objects.count() == before


def test_other_settings_over_the_same_product_are_refused(asked, report):
    with pytest.raises(standing.AnotherRun, match="what differs: seed"):
        running.run(replace(asked, seed=2), progress=silence)


@pytest.mark.long
def test_a_killed_run_goes_on_and_ends_as_if_nothing_had_been(database, report, monkeypatch):
    asked = asked_of(database, product="loans-again")

    with pytest.raises(Killed):  # at the end of a month
        running.run(asked, progress=_kill_in_october)
    assert journal.read("loans-again").done_until == date(2009, 9, 30)
    with monkeypatch.context() as patch:
        patch.setattr(learning, "look_at", _kill)  # trained, and not yet signed
        with pytest.raises(Killed):
            running.run(asked, progress=silence)
    assert journal.read("loans-again").pending["on"] == "2010-01-01"
    again = running.run(asked, progress=silence)

    assert again["took"]["starts"] == 3
    for told in ("decisions", "vintages", "strategies", "alarms", "looks"):
        assert _unnamed(again[told]) == _unnamed(report[told])
    promoted = [each["is_promoted"] for each in report["trainings"]]
    assert [each["is_promoted"] for each in again["trainings"]] == promoted


def _kill_in_october(what, share):
    if what.startswith("October"):
        raise Killed


def _kill(version, champion):
    raise Killed


def _unnamed(told):
    """Leave out what names the product."""
    if isinstance(told, dict):
        return {name: _unnamed(each) for name, each in told.items() if name != "champion"}
    return [_unnamed(each) for each in told] if isinstance(told, list) else told


@pytest.mark.django_db
def test_a_product_with_real_decisions_in_these_days_is_refused(champion, tmp_path):
    factories.decide(partner=factories.partner())
    day = factories.AT.date()
    asked = replace(asked_of(tmp_path), product="consumer-loan", start=day, end=day)

    with pytest.raises(standing.RealDecisions, match="1 decision of others"):
        standing.stand(asked)


@pytest.mark.django_db
def test_a_product_that_is_live_by_other_means_is_refused(champion, tmp_path):
    with pytest.raises(standing.ProductInUse, match="know what came later"):
        standing.stand(replace(asked_of(tmp_path), product="consumer-loan"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (END, START, "is before"),
        (date(2020, 1, 1), date(2020, 2, 1), "There are no loans"),
    ],
)
def test_days_without_loans_are_refused(own_store, tmp_path, start, end, said):
    asked = asked_of(tmp_path, start=start, end=end)

    with pytest.raises(standing.NothingToReplay, match=said):
        running.run(asked, progress=silence)


@pytest.mark.django_db
def test_too_little_that_is_mature_makes_no_first_model(own_store, tmp_path):
    asked = asked_of(tmp_path, start=date(1990, 6, 1), end=date(1991, 1, 1), rows=3_000)

    with pytest.raises(running.FirstModelRefused, match="makes no model that may serve"):
        running.run(asked, progress=silence)

    assert not ModelVersion.objects.exists()


@pytest.mark.django_db
def test_the_command_names_what_is_wrong():
    with pytest.raises(CommandError, match="No contract of a product house-loan ships"):
        call_command("simulate", "house-loan", "--from", "2003-01-01", "--to", "2003-02-01")
    with pytest.raises(CommandError, match="2003-13-01 is no day"):
        call_command("simulate", "small-business-loan", "--from", "2003-13-01", "--to", "x")


@pytest.mark.django_db
def test_the_command_refuses_a_contract_without_days(own_store):
    with pytest.raises(CommandError, match="cannot be replayed"):
        call_command(
            *("simulate", "consumer-loan", "--from", "2003-01-01", "--to", "2003-02-01"),
            *("--data", str(FOLDER / "loans.parquet"), "--json"),
            stdout=StringIO(),
        )


@pytest.mark.django_db
def test_the_command_leaves_the_log_as_it_was(own_store):
    with pytest.raises(CommandError):
        call_command(
            *("simulate", "consumer-loan", "--from", "2003-01-01", "--to", "2003-02-01"),
            *("--data", str(FOLDER / "loans.parquet"), "--json"),
        )

    assert logging.getLogger("credit.batches").isEnabledFor(logging.INFO)
