"""What the worker makes of its own: every month, twice; and what people ask for."""

from datetime import UTC, date, datetime, timedelta

import factories
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from credit.actions import fairness_reports
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, ModelVersion, PolicyVersion, StageChange
from monitoring import tasks
from monitoring.fairness import findings as fairness_findings
from monitoring.fairness import months, populations
from monitoring.fairness import schedule as fairness_schedule
from monitoring.models import FairnessReport

Stage = FairnessReport.Stage
DECEMBER = datetime(2026, 12, 5, tzinfo=UTC)
DECIDED = datetime(2026, 12, 21, tzinfo=UTC)  # 5 days to decide, 14 to answer, and one
MATURED = datetime(2027, 12, 21, tzinfo=UTC)  # twelve months on
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
MIDDLE, YOUNG = "25_to_61", "under_25"


@pytest.fixture
def told(monkeypatch):
    found = []

    def tell(findings, *, at):
        found.extend(findings)

    monkeypatch.setattr(fairness_findings, "tell", tell)
    return found


@pytest.fixture
def busy_month(in_use, decide):
    """Recommend to approve everybody of one group, and few of the other."""
    for number in range(40):
        decide(MIDDLE, recommendation="approve", status="approved")
        decide(YOUNG, recommendation="approve" if number < 10 else "decline")
    return in_use


@pytest.fixture
def ask(in_use, compliance, at):
    def request(**changes):
        asked = {
            "product_id": in_use.product_id,
            "stages": ["recommendation"],
            "since": date(2026, 11, 1),
            "until": date(2026, 12, 1),
            "by": compliance,
            "at": DECEMBER,
        }
        return fairness_reports.request(**{**asked, **changes})

    return request


def another(version):
    other = ModelVersion.objects.filter(number=2).first()
    if other is None:
        other = ModelVersion.objects.get(pk=version.pk)
        other.pk, other.number, other.stage = None, 2, "retired"
        other.save()
    return other


def told_by(at):
    fairness_findings.tell_of_newest(at=at)


def test_a_month_that_is_over_is_reported_on_once_however_often_the_task_runs(busy_month):
    made = fairness_schedule.report_months(at=DECIDED)

    assert made
    assert fairness_schedule.report_months(at=DECIDED) == 0
    assert fairness_schedule.report_months(at=DECIDED + timedelta(days=9)) == 0
    (recommended,) = FairnessReport.objects.filter(stage=Stage.RECOMMENDATION)
    assert (recommended.since, recommended.until) == (NOVEMBER, DECEMBER.replace(day=1))
    assert recommended.report["period"] == "decided 1 November 2026 to 30 November 2026"


def test_a_months_people_and_their_groups_are_read_once_for_all_stages(busy_month, monkeypatch):
    read, plain = [], populations.decided
    monkeypatch.setattr(
        populations, "decided", lambda *of, **at: read.append(of) or plain(*of, **at)
    )

    fairness_schedule.report_months(at=DECIDED)

    assert FairnessReport.objects.count() > 1
    assert len(read) == 1
    looks = AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ)
    assert looks.count() == len(busy_month.contract.read().assessable)


def test_a_month_that_is_not_over_is_not_reported_on(busy_month, at):
    assert fairness_schedule.report_months(at=at) == 0


def test_a_month_waits_until_the_slowest_should_have_been_decided(busy_month):
    assert not months.is_any_due(at=DECIDED - timedelta(seconds=1))
    assert months.is_any_due(at=DECIDED)


def test_the_clocks_of_the_policy_in_force_say_how_long_a_month_waits(busy_month):
    contract = busy_month.contract
    slower = contract.text.replace("decide_within_days = 5", "decide_within_days = 12")
    PolicyVersion.objects.create(
        product=busy_month.product,
        number=2,
        contract=contract,
        text=slower,
        hash="sha256:" + "1" * 64,
        in_force_from=DECEMBER,
        requested_by=factories.user("administrator"),
        approved_by=factories.user("compliance"),
    )

    assert not months.is_any_due(at=DECIDED)
    assert months.is_any_due(at=DECIDED + timedelta(days=7))


def test_who_was_decided_in_the_second_week_after_is_in_the_final_report(busy_month, decide, at):
    late = DECEMBER + timedelta(days=9)
    decide(MIDDLE, recommendation="refer", status="approved", verdict="approve", final_at=late)

    fairness_schedule.report_months(at=DECIDED)

    assert FairnessReport.objects.get(stage=Stage.FINAL).report["n"] == 41


def test_a_month_is_reported_on_again_once_when_the_window_of_its_last_day_has_matured(
    in_use, decide
):
    for number in range(80):
        late = {"is_bad": number % 2 == 0, "matures_on": (DECIDED + timedelta(days=300)).date()}
        decide(MIDDLE, recommendation="approve", status="approved", **late)
        decide(YOUNG, recommendation="approve", status="approved", **late)
    fairness_schedule.report_months(at=DECIDED)

    assert not months.is_any_due(at=MATURED - timedelta(seconds=1))
    assert fairness_schedule.report_months(at=MATURED) > 0
    assert fairness_schedule.report_months(at=MATURED + timedelta(days=40)) == 0

    first, again = FairnessReport.objects.filter(stage=Stage.RECOMMENDATION).order_by("pk")
    assert [first.is_matured, again.is_matured] == [False, True]
    assert (again.since, again.until) == (first.since, first.until)
    assert [precision_of(each, YOUNG) for each in (first, again)] == [None, 0.5]


def precision_of(report, group):
    (found,) = [
        each
        for attribute in report.report["attributes"]
        for each in attribute["groups"]
        if each["value"] == group
    ]
    return found["precision"]


def test_a_month_of_which_no_outcome_came_is_not_reported_on_again(busy_month):
    fairness_schedule.report_months(at=DECIDED)

    assert fairness_schedule.report_months(at=MATURED) == 0


def test_what_matured_is_no_news(busy_month, decide, told):
    decide(YOUNG, recommendation="decline", is_bad=True)
    fairness_schedule.report_months(at=DECIDED)

    assert fairness_schedule.report_months(at=MATURED) > 0

    told_by(MATURED)
    assert not told


def test_a_missed_month_is_made_up_for(busy_month, told):
    later = datetime(2027, 2, 25, tzinfo=UTC)
    fairness_schedule.report_months(at=later)

    assert FairnessReport.objects.filter(since=NOVEMBER, stage=Stage.RECOMMENDATION).exists()
    told_by(later)
    assert not told  # an old month is no news


def test_where_nobodys_group_is_known_the_month_is_marked_done_by_one_report(in_use, decide):
    decide(None, recommendation="approve")

    assert fairness_schedule.report_months(at=DECIDED) == 1

    looks = AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ).count()
    assert fairness_schedule.report_months(at=DECIDED) == 0
    assert AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ).count() == looks


def test_a_month_without_decisions_is_no_report(in_use):
    assert fairness_schedule.report_months(at=DECIDED) == 0


def test_the_database_holds_that_a_month_is_reported_on_once(busy_month):
    fairness_schedule.report_months(at=DECIDED)
    again = FairnessReport.objects.get(stage=Stage.RECOMMENDATION)
    again.pk = None

    with pytest.raises(IntegrityError, match="scheduled_once"), transaction.atomic():
        again.save(force_insert=True)


@pytest.mark.parametrize("route", ["canary", "none"])
def test_whom_no_champion_scored_is_in_a_report_on_all(busy_month, decide, route):
    scored_by = another(busy_month) if route == "canary" else None
    for _ in range(30):
        decide(YOUNG, recommendation="refer", route=route, scored_by=scored_by)

    fairness_schedule.report_months(at=DECIDED)

    found = FairnessReport.objects.filter(stage=Stage.RECOMMENDATION).order_by("pk")
    assert [(each.model_version, each.report["n"]) for each in found] == [
        (busy_month, 80),
        (None, 110),
    ]


def test_where_champions_decided_all_there_is_no_report_on_all(busy_month):
    fairness_schedule.report_months(at=DECIDED)

    assert not FairnessReport.objects.filter(model_version=None).exists()


def test_a_month_without_a_champion_is_reported_on(version, decide):
    decide(MIDDLE, recommendation="refer")

    fairness_schedule.report_months(at=DECIDED)

    assert FairnessReport.objects.filter(stage=Stage.RECOMMENDATION).get().model_version is None
    assert not months.is_any_due(at=DECIDED)


def test_the_champions_of_a_month_are_all_that_were_champion_in_it(in_use, compliance, at):
    other = another(in_use)
    later = at + timedelta(days=3)
    StageChange.objects.create(
        product=in_use.product, version=in_use, stage="retired", by=compliance, at=later
    )
    StageChange.objects.create(
        product=in_use.product, version=other, stage="champion", by=compliance, at=later
    )

    def champions(month, next_month):
        found = months.champions_in(in_use.product, since=month, until=next_month)
        return [each.number for each in found]

    assert champions(NOVEMBER - timedelta(days=31), NOVEMBER) == []
    assert champions(NOVEMBER, DECEMBER.replace(day=1)) == [1, 2]
    assert champions(DECEMBER.replace(day=1), DECEMBER.replace(day=31)) == [2]


def test_what_is_outside_bounds_is_told_with_its_n_and_its_page(busy_month, told):
    fairness_schedule.report_months(at=DECIDED)

    told_by(DECIDED)

    (finding,) = told
    report = FairnessReport.objects.get(stage=Stage.RECOMMENDATION)
    assert finding.segment == "stage:recommendation"
    assert (finding.cause, finding.is_bad, finding.n) == ("fairness_outside", True, 80)
    assert finding.product == busy_month.product
    assert finding.link == f"/fairness/reports/{report.pk}/"
    assert "Outside bounds" in finding.message


def test_insufficient_evidence_neither_opens_an_alert_nor_closes_one(in_use, decide, told):
    decide(YOUNG, recommendation="approve")

    fairness_schedule.report_months(at=DECIDED)

    assert FairnessReport.objects.exists()
    told_by(DECIDED)
    assert told == []


def test_a_month_within_bounds_lets_an_alert_pass(in_use, decide, told):
    for _ in range(300):
        for group in (MIDDLE, YOUNG, "62_and_over"):
            decide(group, recommendation="approve")

    fairness_schedule.report_months(at=DECIDED)

    told_by(DECIDED)
    assert [each.is_bad for each in told if each.segment == "stage:recommendation"] == [False]


def test_whoever_asks_gets_a_report_by_the_worker_once(ask, busy_month, compliance):
    event = ask(stages=["final", "recommendation"])

    tasks.answer_fairness()
    tasks.answer_fairness()

    made = FairnessReport.objects.order_by("pk")
    assert [each.stage for each in made] == ["recommendation", "final"]
    assert {(each.asked_by_event, each.created_by) for each in made} == {(event.pk, compliance)}
    assert {each.model_version for each in made} == {None}
    looks = AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ)
    assert {look.user for look in looks} == {compliance}


def test_a_month_that_somebody_reported_on_at_a_prompt_is_due_all_the_same(
    busy_month, compliance, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: DECIDED)
    one_month = ("--since", "2026-11", "--until", "2026-11")

    call_command("fairness", "consumer-loan", "--by", compliance.username, *one_month)

    assert {each.created_by for each in FairnessReport.objects.all()} == {compliance}
    assert months.is_any_due(at=DECIDED)
    assert fairness_schedule.report_months(at=DECIDED) > 0


def test_a_report_may_be_asked_for_of_one_version(ask, busy_month):
    ask(version_id=busy_month.pk)

    tasks.answer_fairness()

    assert FairnessReport.objects.get().model_version == busy_month


def test_who_asks_of_a_month_in_which_nobodys_group_is_known_gets_an_answer_too(ask, decide):
    decide(None, recommendation="approve")
    ask()

    tasks.answer_fairness()

    assert FairnessReport.objects.get().report["verdict"] == "insufficient evidence"


def test_asking_is_audited(ask, compliance):
    ask()

    event = AuditEvent.objects.get(type=AuditEvent.Type.FAIRNESS_ASKED)
    assert (event.user, event.target) == (compliance, "fairness:consumer-loan")


@pytest.mark.parametrize("role", ["officer", "model_developer", "auditor", "administrator"])
def test_only_compliance_and_validators_may_ask(ask, role):
    with pytest.raises(NotAllowed, match="may ask for a fairness report"):
        ask(by=factories.user(role))


def test_a_validator_may_ask(ask, validator):
    assert ask(by=validator)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2026, 11, 2), date(2026, 12, 1)),
        (date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 12, 1), date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 11, 1)),
    ],
)
def test_only_whole_months_that_are_over_may_be_asked_for(ask, since, until):
    with pytest.raises(fairness_reports.NoSuchPeriod, match="all of them over"):
        ask(since=since, until=until)


@pytest.mark.parametrize("stages", [[], ["pricing"]])
def test_a_stage_that_there_is_not_is_refused(ask, stages):
    with pytest.raises(fairness_reports.NoSuchStage):
        ask(stages=stages)


def test_the_same_is_not_asked_for_twice_in_a_moment(ask):
    ask()

    with pytest.raises(fairness_reports.AskedAlready):
        ask()
    assert ask(at=DECEMBER + timedelta(hours=1))


def test_the_stages_that_can_be_asked_for_are_those_of_reports():
    assert list(fairness_reports.STAGES) == list(Stage.values)
