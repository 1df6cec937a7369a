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
from credit.models import AuditEvent, ModelVersion
from credit.tenancy import rows_of
from monitoring import tasks
from monitoring.gaps import due as gaps_due
from monitoring.gaps import making as gaps_making
from monitoring.gaps import queries as gaps
from monitoring.gaps import trend as gaps_trend
from monitoring.models import GapReport

AT, OCTOBER = factories.AT, gaps_scene.OCTOBER


@pytest.fixture
def version(db, own_store, monkeypatch):
    gaps_scene.quick(monkeypatch)
    return gaps_scene.champion()


@pytest.fixture
def product(version):
    return version.product


@pytest.fixture
def live(product):
    gaps_scene.october()
    return gaps_scene.counted(product)


@pytest.fixture
def validated(version, compliance):
    return gaps_making.make_validation(version=version, by=compliance, at=AT)


@pytest.fixture
def month(live):
    return gaps_making.make_month(product=live, month=OCTOBER, by=None, at=AT)


@pytest.fixture
def command():
    def run(*arguments):
        out = StringIO()
        call_command("fairness_gaps", *arguments, stdout=out)
        return out.getvalue()

    return run


def group_of(attributes, value):
    (age,) = [each for each in attributes if each["name"] == "age_group"]
    return next(group for group in age["groups"] if group["value"] == value)


def test_a_versions_past_loans_are_parted_by_feature_to_rounding(validated):
    young = group_of(validated.report["attributes"], "under_25")
    gap = young["gap"]

    assert (young["n"], gap["n"], gap["reference_n"]) == (149, 149, 813)
    assert sum(part["points"] for part in gap["parts"]) == pytest.approx(gap["points"], abs=0.01)
    moved = {part["feature"] for part in gap["parts"] if part["points"]}
    assert moved == {"checking_status", "duration_months"}
    assert young["proxy"]["n"] == 962
    assert len(young["signs"]) == 17


def test_a_group_has_a_mean_of_all_its_people_and_reasons_of_those_not_approved(validated):
    (age,) = validated.report["attributes"]
    people = age["reasons"]["people"]

    assert group_of(validated.report["attributes"], "62_and_over")["n"] == 38
    assert people["25_to_61"] > people["under_25"] >= 30
    assert people["62_and_over"] is None  # fewer than thirty of them are not approved


def test_the_ratio_is_told_at_the_cut_off_in_force_and_along_it(validated):
    (age,) = validated.report["attributes"]
    young = age["along"]["groups"]["under_25"]["points"]

    assert age["along"]["now"] == 0.35
    assert [point["cut_off"] for point in young] == sorted(point["cut_off"] for point in young)
    assert all(point["air_low"] <= point["air"] <= point["air_high"] for point in young)
    assert age["along"]["everybody"][-1]["approved"] == 1.0


def test_only_aggregates_are_stored(validated, month):
    for stored in (validated, month):
        text = json.dumps(stored.report)
        assert "ingestion:" not in text
        assert "decision:" not in text


def test_every_look_into_the_vault_is_audited(validated, compliance):
    (event,) = AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ, user=compliance)

    assert event.target.endswith("/age_group")


def test_a_month_of_decisions_is_parted_by_the_reasons_stored_with_them(month):
    (version,) = month.report["versions"]
    young = group_of(version["attributes"], "under_25")

    assert (month.report["n"], version["number"]) == (115, 1)
    assert (young["gap"]["n"], young["gap"]["reference_n"]) == (32, 40)
    assert young["gap"]["points"] < 0
    assert young["gap"]["rounding"] == pytest.approx(0, abs=0.01)
    assert group_of(version["attributes"], "62_and_over") == {
        "value": "62_and_over",
        "label": "62 and over",
        "n": None,
        "gap": None,
    }


def test_a_month_tells_how_often_each_group_was_recommended_for_approval(month):
    ratios = {each["value"]: each for each in month.report["attributes"][0]["ratios"]}

    assert ratios["under_25"]["air"] == pytest.approx((12 / 32) / (30 / 40), abs=1e-6)
    assert ratios["62_and_over"]["air"] is None


def numbers_told(said):
    """Give every number of people that a part of a report tells."""
    if isinstance(said, dict):
        for name, value in said.items():
            if name in {"n", "reference_n", "people"}:
                yield from value.values() if isinstance(value, dict) else [value]
            yield from numbers_told(value)
    elif isinstance(said, list):
        for each in said:
            yield from numbers_told(each)


def left_over(report, least):
    """List what taking any of the groups' numbers off everybody leaves, where it is small."""
    told = {n for n in numbers_told(report["attributes"]) if n}
    told |= {n for each in report.get("versions", ()) for n in numbers_told(each) if n}
    sums = {report["n"]}
    for n in told:
        sums |= {each - n for each in sums}
    return sorted(each for each in sums if 0 < each < least)


def test_the_size_of_a_small_group_is_no_subtraction_of_what_a_month_tells(product):
    """Of 40, 32 and 3, all known: with 75, 40 and 32 told the 3 were what is left."""
    for group, times in (("25_to_61", 40), ("under_25", 32), ("62_and_over", 3)):
        gaps_scene.applied(factories.APPROVED, group=group, times=times)
    gaps_scene.counted(product)

    made = gaps_making.make_month(product=product, month=OCTOBER, by=None, at=AT)

    assert made.report["n"] == 75
    assert 40 in set(numbers_told(made.report["versions"]))
    assert 32 not in set(numbers_told(made.report))
    assert left_over(made.report, 30) == []
    contract = factories.CONTRACT
    assert gaps.live_along(product.pk, contract, contract.assessable[0], until=OCTOBER) == {}


def test_the_size_of_a_small_group_is_no_subtraction_of_what_past_loans_tell(
    db, own_store, monkeypatch, compliance
):
    """Of 813, 149 and 38, where 40 are needed, the 149 go with the 38, on all parts of the page."""
    gaps_scene.quick(monkeypatch)
    source = factories.SOURCE.replace(b"minimum_group = 30", b"minimum_group = 40")
    version = gaps_scene.champion(source)

    made = gaps_making.make_validation(version=version, by=compliance, at=AT)

    (age,) = made.report["attributes"]
    assert (made.report["n"], age["reference_n"]) == (1_000, 813)
    assert [each["n"] for each in (*age["groups"], *age["ratios"])] == [None] * 4
    assert {each["air"] for each in age["ratios"]} == {None}
    assert age["along"]["groups"] == {}
    assert {name for name, n in age["reasons"]["people"].items() if n is not None} == {"25_to_61"}
    assert left_over(made.report, 40) == []


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


def test_a_month_in_which_nobodys_group_is_known_is_kept_without_figures(product):
    gaps_scene.applied(factories.APPROVED, group=None, times=2)
    gaps_scene.counted(product)

    made = gaps_making.make_month(product=product, month=OCTOBER, by=None, at=AT)

    assert (made.report["n"], made.report["versions"]) == (2, [])


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


def test_live_decisions_lie_along_the_cut_off(live):
    contract = factories.CONTRACT

    found = gaps.live_along(live.pk, contract, contract.assessable[0], until=OCTOBER)

    young = found["under_25"]
    assert (young.months, young.n) == (1, 72)
    (now,) = [point for point in young.points if point.cut_off == 0.35]
    assert now.air == pytest.approx((12 / 32) / (30 / 40))


def test_where_cells_are_too_coarse_nothing_is_drawn_rather_than_a_ratio_near_one(product):
    for group in ("25_to_61", "under_25"):
        gaps_scene.applied(factories.APPROVED, group=group, times=32)
        gaps_scene.applied(factories.REFERRED, group=group, times=4)
    gaps_scene.counted(product)
    contract = factories.CONTRACT

    found = gaps.live_along(product.pk, contract, contract.assessable[0], until=OCTOBER)

    assert 0.35 not in {point.cut_off for each in found.values() for point in each.points}


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
    printed = command("consumer-loan", "--by", compliance.username)

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
        (("consumer-loan", "--by", "nobody"), "no user nobody"),
    ],
)
def test_the_command_refuses_what_does_not_exist(version, command, arguments, said):
    with pytest.raises(CommandError, match=said):
        command(*arguments)


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
