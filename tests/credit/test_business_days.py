"""What days of business came to: counted on the day it happened, by partner and model."""

from datetime import UTC, date, datetime, timedelta

import factories
import pytest
from django.utils import timezone

from credit.actions import counter_offers, feedback, officer_decisions, policy_proposals, trials
from credit.models import Alert, Product
from monitoring import findings, periods, tasks
from monitoring.models import CountedVintage, Figures
from monitoring.results import business_checks, business_figures, business_findings, criteria
from monitoring.results.business import KIND, compute
from monitoring.results.business_words import FIGURES
from scoring.results import vintage_figures, vintages
from scoring.results.criteria import MEASURES, Standing
from scoring.results.vintages import Cell

AT = factories.AT
DAY = timedelta(days=1)
TODAY = AT.replace(hour=0, minute=0, second=0, microsecond=0)
WHY = {"reason_code": "OFF04", "reason": "The instalment would be too high."}


@pytest.fixture
def product(champion):
    return champion.product


@pytest.fixture
def came(champion):
    """Let an application come in of a partner."""

    def run(said=factories.REFERRED, *, at=AT, partner="acme-broker"):
        sender = factories.partner(partner) if partner else None
        return factories.decide(at=at, partner=sender, **said).decision_id

    return run


def day_of(product, at=TODAY):
    return compute(product, at, at + DAY)


def test_applications_count_on_the_day_they_came_by_partner_and_model(product, champion, came):
    came(factories.AUTOMATIC)
    came(factories.REFERRED, at=AT + timedelta(minutes=1))
    came(factories.REFERRED, at=AT + timedelta(minutes=2), partner=None)
    came(factories.AUTOMATIC, at=AT + DAY)

    found = day_of(product)

    everything = found[""]
    assert (everything["applications"], everything["automatic_approved"]) == (3, 1)
    assert everything["to_a_person"] == 2
    assert everything["first_at"].startswith("2026-11-22T10:15:02")
    assert found["partner:acme-broker"]["applications"] == 2
    assert found[f"version:{champion.pk}"]["applications"] == 3
    assert set(found) == {"", "partner:acme-broker", f"version:{champion.pk}"}


def test_a_day_on_which_nothing_happened_has_its_row(product):
    assert day_of(product) == {"": {}}


def test_an_officers_decision_counts_on_its_own_day_with_the_time_it_took(product, came, officer):
    made = came()
    two_days_later = AT + 2 * DAY
    officer_decisions.record(decision_id=made, verdict="approve", by=officer, at=two_days_later)

    assert "made" not in day_of(product)[""]
    found = day_of(product, TODAY + 2 * DAY)[""]
    assert (found["made"], found["officer_approved"]) == (1, 1)
    assert (found["lent"], found["amount"]) == (1, 4200)
    (place,) = found["hours"]
    assert found["hours"] == {place: 1}
    values = business_figures._values(found, business_figures._economics(product))
    assert values["median_hours"].value == pytest.approx(48, rel=0.09)


def test_overrides_are_of_decisions_with_a_recommendation(product, came, officer):
    against, followed, referred = came(factories.APPROVED), came(factories.APPROVED), came()
    officer_decisions.record(decision_id=against, verdict="decline", by=officer, at=AT, **WHY)
    officer_decisions.record(decision_id=followed, verdict="approve", by=officer, at=AT)
    officer_decisions.record(decision_id=referred, verdict="approve", by=officer, at=AT)

    found = day_of(product)[""]

    assert (found["made"], found["recommended"], found["overrides"]) == (3, 2, 1)
    values = business_figures._values(found, business_figures._economics(product))
    assert (values["override_rate"].value, values["override_rate"].n) == (0.5, 2)


def test_take_up_is_of_counter_offers_that_were_answered(product, came, officer):
    made = came()
    terms = {"offered_amount": 3000, "offered_term_months": 24, **WHY}
    officer_decisions.record(decision_id=made, verdict="counter_offer", by=officer, at=AT, **terms)
    assert "take_up_rate" not in business_figures._values(
        day_of(product)[""], business_figures._economics(product)
    )

    counter_offers.answer(decision_id=made, said="accepted", by=officer, at=AT + DAY)

    found = day_of(product, TODAY + DAY)[""]
    assert (found["offers_accepted"], found["lent"], found["amount"]) == (1, 1, 3000)


def test_engagement_is_what_officers_left_a_trace_of(product, came, officer):
    made = came()
    trials.note_use(decision_id=made, by=officer, at=AT)
    feedback.give(decision_id=made, is_helpful=True, by=officer, at=AT)
    feedback.give_on_reason(
        decision_id=made, feature="checking_status", kind="right", by=officer, at=AT
    )
    officer_decisions.record(decision_id=made, verdict="approve", by=officer, at=AT)

    found = day_of(product)[""]

    assert (found["what_if"], found["thumbs_up"], found["reasons_judged"]) == (1, 1, 1)
    assert "thumbs_down" not in found


def test_a_missed_or_doubled_run_changes_nothing(product, came, officer):
    officer_decisions.record(decision_id=came(), verdict="approve", by=officer, at=AT)
    later = AT + 3 * DAY

    def rows():
        return list(
            Figures.objects.filter(kind="business", product=product)
            .order_by("segment", "starts_at")
            .values("segment", "starts_at", "figures")
        )

    periods.bring_up_to_date(KIND, at=later)
    once = rows()
    periods.bring_up_to_date(KIND, at=later)

    assert rows() == once
    assert sum(row["figures"].get("made", 0) for row in once if row["segment"] == "") == 1


def test_the_workers_tasks_count_what_is_due_and_tell_what_they_found(product, came, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT + DAY)
    for number in range(40):
        came(factories.AUTOMATIC, at=AT + timedelta(minutes=number))

    tasks.count_results()
    tasks.check_results()

    assert CountedVintage.objects.get(segment="", month=date(2026, 11, 1)).measured["n"] == 40
    assert {alert.cause for alert in Alert.objects.all()} == {"business_off_target"}


# --- Targets --------------------------------------------------------------------------------------


def store(product, at, **figures):
    Figures.objects.update_or_create(
        kind="business",
        product=product,
        segment="",
        starts_at=at,
        defaults={"figures": figures, "computed_at": at},
    )


def figure(product, name, *, at=AT):
    return next(each for each in business_figures.figures(product, at=at) if each.name == name)


def test_a_target_of_the_first_policy_was_set_before_anybody_applied(product):
    store(product, TODAY, applications=1, first_at=AT.isoformat())

    found = criteria.targets(product, at=AT)["approval_rate"]

    assert found.is_set_before
    assert found.set_at == factories.BEFORE
    assert found.live_since == AT


def test_a_target_that_was_changed_after_go_live_is_never_passed_off_as_set_before(
    product, validator
):
    store(product, TODAY, applications=1, first_at=AT.isoformat())
    settings = {
        "policy.criteria.approval_rate.target": "0.9",
        "policy.criteria.approval_rate.since": "2026-11-01",  # it may say what it likes
    }
    asked = factories.proposal(product, settings, at=AT + DAY)
    policy_proposals.approve(proposal_id=asked.pk, by=validator, at=AT + 2 * DAY)

    found = criteria.targets(product, at=AT + 3 * DAY)

    assert not found["approval_rate"].is_set_before
    assert found["approval_rate"].set_at == AT + 2 * DAY
    assert found["bad_rate"].is_set_before, "what was not changed stays as it was set"


def test_a_change_of_something_else_leaves_a_target_where_it_was(product, validator):
    store(product, TODAY, applications=1, first_at=AT.isoformat())
    asked = factories.proposal(product, {"policy.approve_pd_at_most": "0.3"}, at=AT + DAY)
    policy_proposals.approve(proposal_id=asked.pk, by=validator, at=AT + 2 * DAY)

    assert criteria.targets(product, at=AT + 3 * DAY)["approval_rate"].is_set_before


def test_a_figure_is_off_only_when_its_whole_interval_is(product):
    yesterday = TODAY - DAY
    store(product, yesterday, officer_approved=6, officer_declined=14)
    assert figure(product, "approval_rate").standing is Standing.UNSURE

    store(product, yesterday, officer_approved=60, officer_declined=140)
    found = figure(product, "approval_rate")
    assert found.standing is Standing.OUTSIDE
    assert (found.value.n, found.until) == (200, yesterday.date())


def test_a_target_counts_only_from_its_day(product):
    before = datetime(2026, 10, 30, tzinfo=UTC)
    store(product, before, officer_declined=500)

    found = figure(product, "approval_rate", at=datetime(2026, 11, 10, tzinfo=UTC))

    assert found.since == date(2026, 11, 1)
    assert found.standing is Standing.UNKNOWN


def test_a_target_that_is_still_to_begin_hides_no_figure_and_judges_none(product):
    store(product, datetime(2026, 10, 28, tzinfo=UTC), officer_approved=60, officer_declined=40)

    found = figure(product, "approval_rate", at=datetime(2026, 10, 30, tzinfo=UTC))

    assert found.since < found.until
    assert found.value.n == 100
    assert found.target is not None
    assert found.standing is None


def test_a_target_of_loans_that_are_still_to_mature_hides_no_figure_and_judges_none(product):
    long_ago = date(2024, 6, 1)
    sums = {"pd": 20.0, "pd2": 4.0, "amount": 1e5, "amount2": 1e8}
    lent = vintages.counted(
        Cell(bin=160, band="A", status="approved", outcome=outcome, n=n, **sums)
        for outcome, n in (("good", 80), ("bad", 20))
    )
    CountedVintage.objects.create(
        product=product,
        month=long_ago,
        segment="",
        vintage=vintages.to_json(lent),
        measured=vintage_figures.measured(lent),
        seen=[],
        computed_at=AT,
    )

    found = figure(product, "bad_rate")

    assert found.target.since > long_ago
    assert (found.value.value, found.value.n) == (0.2, 100)
    assert (found.since, found.until) == (long_ago, long_ago)
    assert found.standing is None


def test_a_part_of_the_product_has_no_targets(product):
    Figures.objects.create(
        kind="business",
        product=product,
        segment="partner:acme-broker",
        starts_at=TODAY - DAY,
        figures={"officer_declined": 500},
        computed_at=AT,
    )

    found = business_figures.business(product, at=AT, segment="partner:acme-broker")

    assert all(each.target is None and each.standing is None for each in found.figures)
    assert next(each for each in found.figures if each.name == "approval_rate").value.value == 0


def test_a_quiet_month_raises_nothing_and_a_planted_fall_exactly_one(product):
    for back in range(1, 31):
        store(product, TODAY - back * DAY, officer_approved=11, officer_declined=9)
    quiet = business_findings.findings(product, at=AT)
    findings.tell(quiet, at=AT)
    assert not Alert.objects.exists()

    for back in range(1, 31):
        store(product, TODAY - back * DAY, officer_approved=4, officer_declined=16)
    for _ in range(2):
        findings.tell(business_findings.findings(product, at=AT), at=AT)

    alert = Alert.objects.get()
    assert alert.cause == "business_off_target"
    assert (
        "Approval rate: 20.0% (16.4% to 24.0%, n = 420), 1 November 2026 to 21 November"
        in alert.message
    )
    assert "the target is 55.0%, give or take 15.0%, set before go-live" in alert.message


def test_a_figure_of_which_nothing_is_known_tells_nothing(product):
    """Else an alert would pass because nobody decides any more."""
    told = {each.segment for each in business_findings.findings(product, at=AT)}

    assert told == {"figure:waiting"}


def test_few_are_shown_as_off_and_raise_nothing(product):
    store(product, TODAY - DAY, officer_declined=20)

    found = figure(product, "approval_rate")

    assert found.standing is Standing.OUTSIDE
    assert not business_checks.is_off(found)


def test_the_gauge_says_what_is_off_of_how_many(product):
    assert business_checks.gauge(product, at=AT).state == "good"  # nobody waits
    store(product, TODAY - DAY, officer_approved=60, officer_declined=540)

    found = business_checks.gauge(product, at=AT)

    assert (found.state, found.value) == ("bad", "1 off target")
    assert "n = 600" in found.detail
    assert found.link == "/monitoring/consumer-loan/business/"


def test_the_gauge_that_asks_for_a_look_says_that_something_may_be_off(product):
    store(product, TODAY - DAY, officer_approved=3, officer_declined=3)

    found = business_checks.gauge(product, at=AT)

    assert (found.state, found.value) == (
        "watch",
        "1 of 2 figures judged may be off target, none certainly is",
    )
    assert "n = 6" in found.detail


def test_every_figure_that_is_shown_can_have_a_target():
    assert set(FIGURES) == set(MEASURES)


def test_a_product_without_targets_is_unknown(db):
    product = Product.objects.create(slug="new", name="New", created_at=AT)

    found = business_checks.gauge(product, at=AT)

    assert (found.state, found.value) == ("unknown", "No targets set")
