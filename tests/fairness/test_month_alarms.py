"""What a month's reports raise: one alert of one unfair model, however often the task runs."""

from datetime import UTC, datetime

import pytest

from credit.models import Alert, AlertCase
from monitoring import tasks
from monitoring.fairness import findings as fairness_findings
from monitoring.fairness.alarms import alarms
from monitoring.fairness.findings import findings_of
from monitoring.models import FairnessReport

Stage = FairnessReport.Stage
DECIDED = datetime(2026, 12, 21, 8, tzinfo=UTC)
MIDDLE, YOUNG, OLD = "25_to_61", "under_25", "62_and_over"
OUTSIDE, WITHIN, UNKNOWN = "outside bounds", "within bounds", "insufficient evidence"


@pytest.fixture
def now(monkeypatch):
    """Let the worker's clock stand where it is put."""

    def set_to(moment):
        monkeypatch.setattr("monitoring.tasks.timezone.now", lambda: moment)

    set_to(DECIDED)
    return set_to


@pytest.fixture
def unfair_month(in_use, decide):
    """Approve, and lend to, everybody of one group and a quarter of the other."""
    for number in range(60):
        decide(MIDDLE, recommendation="approve", status="approved")
        if number % 4:
            decide(YOUNG, recommendation="decline", status="declined")
        else:
            decide(YOUNG, recommendation="approve", status="approved")
    return in_use


def report(stage, verdict, *, number=1, **p_values):
    """Make up a report on groups of these p-values; they are outside bounds where it is."""
    groups = [
        {"value": name, "p_value": p_value, "verdict": OUTSIDE if verdict == OUTSIDE else WITHIN}
        for name, p_value in p_values.items()
    ]
    said = {"verdict": verdict, "verdict_words": "Words.", "period": "in November", "n": 100}
    attributes = [{"name": "age_group", "groups": groups}]
    return FairnessReport(pk=number, stage=stage, report={**said, "attributes": attributes})


def told(*reports):
    return [(each.segment, each.is_bad) for _, each in findings_of(reports)]


def test_an_unfair_model_raises_exactly_one_alert_and_one_case(unfair_month, now):
    tasks.report_fairness_of_months()
    tasks.report_fairness_of_months()

    outside = [each.stage for each in FairnessReport.objects.all() if is_outside(each)]
    assert {Stage.RECOMMENDATION, Stage.FINAL} <= set(outside)
    alert = Alert.objects.get()
    assert (alert.cause, alert.segment, alert.times) == (
        "fairness_outside",
        "stage:recommendation",
        1,
    )
    assert "It shows as well in: Final decisions." in alert.message
    assert AlertCase.objects.get().alert == alert


def is_outside(stored):
    return stored.report["verdict"] == OUTSIDE


@pytest.mark.parametrize("dies", [1, 2])
def test_what_a_worker_was_killed_over_is_told_by_the_next_run(
    unfair_month, now, monkeypatch, dies
):
    """It dies when it first tells of what it made, or has looked for what to tell before that."""
    runs = []

    def killed(**_):
        runs.append(1)
        if len(runs) == dies:
            raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(fairness_findings, "tell_of_newest", killed)
        with pytest.raises(SystemExit):
            tasks.report_fairness_of_months()
    assert not Alert.objects.exists()
    assert FairnessReport.objects.exists() is (dies == 2)

    tasks.report_fairness_of_months()

    assert Alert.objects.get().times == 1


def test_an_alert_is_of_the_moment_when_its_report_was_made(unfair_month, now):
    tasks.report_fairness_of_months()
    Alert.objects.update(resolved_at=DECIDED.replace(hour=9))
    now(DECIDED.replace(hour=10))

    tasks.report_fairness_of_months()

    assert Alert.objects.get().first_at == DECIDED  # and no second one, as it is no news


def test_a_month_that_is_old_is_not_told_of_again(unfair_month, now):
    now(datetime(2027, 1, 25, tzinfo=UTC))

    tasks.report_fairness_of_months()

    assert FairnessReport.objects.exists()
    assert not Alert.objects.exists()


def test_what_follows_from_the_recommendation_is_no_finding_of_its_own():
    found = told(
        report(Stage.RECOMMENDATION, OUTSIDE, young=1e-6),
        report(Stage.FINAL, OUTSIDE, young=1e-6),
        report(Stage.TERMS, OUTSIDE, young=1e-6),
    )

    assert found == [("stage:recommendation", True)]


@pytest.mark.parametrize("stage", [Stage.FINAL, Stage.TERMS])
def test_another_group_is_a_finding_of_its_own(stage):
    found = told(
        report(Stage.RECOMMENDATION, OUTSIDE, young=1e-6),
        report(stage, OUTSIDE, young=1e-6, old=1e-6),
    )

    assert set(found) == {(f"stage:{stage}", True), ("stage:recommendation", True)}


@pytest.mark.parametrize("stage", [Stage.LOW_SIDE, Stage.HIGH_SIDE])
def test_what_officers_do_is_a_finding_of_its_own(stage):
    found = told(
        report(Stage.RECOMMENDATION, OUTSIDE, young=1e-6), report(stage, OUTSIDE, young=1e-6)
    )

    assert set(found) == {(f"stage:{stage}", True), ("stage:recommendation", True)}


def test_where_the_recommendation_is_within_bounds_the_final_decision_is_a_finding():
    found = told(
        report(Stage.RECOMMENDATION, WITHIN, young=0.4), report(Stage.FINAL, OUTSIDE, young=1e-6)
    )

    assert found == [("stage:final", True), ("stage:recommendation", False)]


def test_a_gap_that_one_of_so_many_comparisons_shows_by_chance_is_told_neither_way():
    by_chance = report(Stage.RECOMMENDATION, OUTSIDE, young=0.03)
    others = [report(each, UNKNOWN, young=0.6, old=0.7) for each in list(Stage)[1:]]

    assert told(by_chance) == [("stage:recommendation", True)]
    assert told(by_chance, *others) == []


def test_the_group_of_a_version_that_is_outside_is_told_with_that_versions_report():
    other = report(Stage.RECOMMENDATION, WITHIN, young=0.5, number=1)
    bad = report(Stage.RECOMMENDATION, OUTSIDE, young=1e-6, number=2)

    ((of, finding),) = findings_of([other, bad])

    assert of is bad
    assert finding.link == "/fairness/reports/2/"


@pytest.mark.parametrize(
    ("before", "is_told"),
    [([], False), ([("recommendation", OUTSIDE)], True), ([("final", OUTSIDE)], False)],
)
def test_a_group_whose_figures_are_withheld_is_told_when_it_is_outside_twice_in_a_row(
    before, is_told
):
    withheld = report(Stage.RECOMMENDATION, OUTSIDE, young=None)
    month_before = [report(stage, verdict, young=0.01) for stage, verdict in before]

    (found,) = alarms([withheld], before=month_before)

    assert bool(found) is is_told
