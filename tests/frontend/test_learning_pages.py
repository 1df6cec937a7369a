"""Snapshots, trainings, their schedule and budget, and opinions on reasons, in the console."""

from datetime import timedelta
from decimal import Decimal

import factories
import pytest
from page_words import words_of

from credit.actions import (
    feedback,
    officer_decisions,
    snapshot_reports,
    snapshots,
    training_runs,
)
from credit.models import PartnerFeedback, RetrainingSchedule, Role, TrainingRun
from credit.queries import overrides

NOW = factories.AT + timedelta(hours=2)
TRAININGS = "/console/consumer-loan/trainings/"
SNAPSHOTS = "/console/consumer-loan/snapshots/"
SET = {"do": "set", "every_days": "30", "next_at": "2026-12-01T02:00"}


@pytest.fixture
def run(champion, developer):
    return training_runs.request(
        product_id=champion.product_id, by=developer, at=NOW, enqueue=False
    )


def read(client, address=TRAININGS):
    return words_of(client.get(address))


def test_without_a_training_the_page_says_so_and_what_is_left(as_validator, champion):
    page = read(as_validator)

    assert "Nothing has been trained yet." in page
    assert "Nothing is scheduled." in page
    assert "Runs left 31 0 of 31 used" in page
    assert "New outcomes no Drift of the score no Alert that score or features have" in page


def test_the_lane_is_said_to_be_off(as_validator, champion):
    assert "Off: the policy in force draws nobody." in read(as_validator)


def test_a_training_is_shown_with_what_asked_for_it_and_its_cost(as_validator, run):
    TrainingRun.objects.filter(pk=run.pk).update(
        state="failed",
        trigger="drift",
        why="The index is 0.31.",
        started_at=NOW,
        finished_at=NOW + timedelta(minutes=3),
        cpu_seconds=95.5,
        peak_megabytes=812,
        rows=1_000,
        problem="Too few bads.",
    )

    page = read(as_validator)

    assert "Drift The index is 0.31. Failed" in page
    assert "3.0 95.5 812 1,000 Too few bads." in page


def test_a_training_is_cancelled_by_a_button(as_validator, run):
    assert "Cancel the training" in read(as_validator)

    answer = as_validator.post(f"/console/trainings/{run.pk}/cancel/", follow=True)

    assert "The training is cancelled." in words_of(answer)
    assert "cancelled by" in words_of(answer)
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_a_training_that_is_over_is_not_cancelled(as_validator, run):
    training_runs.fail(run_id=run.pk, problem="It did not work.", at=NOW)

    answer = as_validator.post(f"/console/trainings/{run.pk}/cancel/", follow=True)

    assert "there is nothing to cancel" in words_of(answer)


def test_a_training_that_is_none_is_404(as_validator, champion):
    assert as_validator.post("/console/trainings/999/cancel/").status_code == 404


def test_the_schedule_is_set_and_taken_away(as_validator, champion):
    page = words_of(as_validator.post(TRAININGS, SET, follow=True))

    assert "Every 30 days; next on" in page
    assert RetrainingSchedule.objects.get().every_days == 30

    page = words_of(as_validator.post(TRAININGS, {"do": "off"}, follow=True))
    assert "Nothing is scheduled." in page


@pytest.mark.parametrize(
    "wrong", [{"every_days": ""}, {"every_days": "0"}, {"next_at": ""}, {"next_at": "soon"}]
)
def test_a_schedule_that_is_not_whole_is_told_beside_its_field(as_validator, champion, wrong):
    answer = as_validator.post(TRAININGS, SET | wrong)

    assert answer.status_code == 422
    assert not RetrainingSchedule.objects.exists()


def test_a_time_that_has_passed_is_refused_in_a_sentence(as_validator, champion):
    answer = as_validator.post(TRAININGS, SET | {"next_at": "2020-01-01T00:00"}, follow=True)

    assert "The next training lies ahead." in words_of(answer)


def test_a_month_that_is_used_up_is_seen(as_validator, champion, developer):
    for _ in range(31):
        TrainingRun.objects.create(
            product=champion.product, requested_by=developer, requested_at=NOW, state="failed"
        )

    assert "It is used up" in read(as_validator)


def test_an_auditor_reads_and_sets_nothing(as_auditor, run):
    page = read(as_auditor)

    assert "Cancel the training" not in page
    assert "Set the schedule" not in page


@pytest.mark.parametrize("address", ["trainings", "snapshots"])
def test_an_unknown_product_is_404(as_validator, champion, address):
    assert as_validator.get(f"/console/no-such/{address}/").status_code == 404


# --- Snapshots ---------------------------------------------------------------------------------


def test_snapshots_are_listed_with_what_was_trained_on_them(as_validator, champion):
    page = read(as_validator, SNAPSHOTS)

    assert "1,000 (300) 0 0 consumer-loan/1" in page


def test_without_a_snapshot_the_page_says_so(as_validator, db):
    factories.contract_version()

    assert "No snapshot yet" in read(as_validator, SNAPSHOTS)


def test_a_snapshot_says_what_bounds_it_and_whence_its_labels_come(as_validator, champion):
    page = read(as_validator, f"/console/snapshots/{champion.snapshot_id}/")

    assert "1,000 rows with a known outcome, 300 of them bad" in page
    assert "Ingested 1,000" in page
    assert "Left out: not yet matured 0" in page
    assert "Left out: data is wrong 0" in page
    assert "loans.csv" in page
    assert champion.snapshot.rows_sha256[:12] in page
    assert "Not counted" in page


def test_a_reported_snapshot_shows_groups_and_quality_and_keeps_small_groups_back(
    as_validator, champion
):
    groups = {"age_group": ["under_25"] * 12 + ["25_to_61"] * 888 + ["62_and_over"] * 100}
    snapshot_reports.make(
        snapshot=champion.snapshot,
        frame=snapshots.read(champion.snapshot),
        groups=groups,
        at=factories.AT,
    )

    page = read(as_validator, f"/console/snapshots/{champion.snapshot_id}/")

    assert page.count("kept back") >= 2
    assert "888" in page
    assert "2,319.5" in page  # the median amount


def test_an_unknown_snapshot_is_404(as_validator, champion):
    assert as_validator.get("/console/snapshots/999/").status_code == 404


def test_the_model_leads_to_its_snapshot_and_the_console_to_the_trainings(as_validator, champion):
    model = as_validator.get(f"/console/models/{champion.pk}/").content.decode()

    assert f'href="/console/snapshots/{champion.snapshot_id}/"' in model
    assert f'href="{TRAININGS}"' in as_validator.get("/console/").content.decode()


# --- What people say of reasons ----------------------------------------------------------------


def test_the_owners_page_counts_what_is_said_of_reasons(as_validator, champion, officer):
    key = factories.api_key().api_key
    made = factories.decide(partner=key.partner, **factories.REFERRED)
    for feature, kind in (("housing", "wrong"), ("purpose", "unhelpful"), ("amount", "data_wrong")):
        feedback.give_on_reason(
            decision_id=made.decision_id, feature=feature, kind=kind, by=officer, at=factories.AT
        )
    feedback.give(decision_id=made.decision_id, is_helpful=False, by=officer, at=factories.AT)
    PartnerFeedback.objects.create(
        decision_id=made.decision_id,
        kind=PartnerFeedback.Kind.REASON_WRONG,
        feature="housing",
        text="They own it.",
        given_at=factories.AT,
        given_with=key,
    )

    page = read(as_validator, "/console/consumer-loan/inventory/")

    housing = factories.CONTRACT.feature("housing").label
    purpose = factories.CONTRACT.feature("purpose").label
    assert f"{housing} 1 1 0 0 0" in page
    assert page.index(housing) < page.index(purpose)
    assert "They own it." not in page
    assert "Recommendations that helped an officer: 0; that did not: 1." in page


def test_where_nobody_judged_a_reason_the_page_says_so(signed_in, champion):
    page = read(signed_in(Role.MODEL_DEVELOPER), "/console/consumer-loan/inventory/")

    assert "Nobody has judged a reason yet." in page


# --- Why officers go against it, and what they write --------------------------------------------

INVENTORY = "/console/consumer-loan/inventory/"
WHY = {code: f"{code}: seen by the officer." for code in ("OFF01", "OFF04")}


@pytest.fixture
def override(champion, officer):
    """Let an officer go against what is recommended."""

    def make(verdict, code, *, at=factories.AT, **terms):
        recommended = factories.APPROVED if verdict != "approve" else factories.DECLINED
        made = factories.decide(at=at, **recommended)
        officer_decisions.record(
            decision_id=made.decision_id,
            verdict=verdict,
            reason_code=code,
            reason=WHY[code],
            by=officer,
            at=at,
            **terms,
        )

    return make


def test_overrides_are_counted_by_reason_and_side(as_validator, override):
    override("approve", "OFF01", at=factories.AT - timedelta(days=9))
    override("approve", "OFF01")
    override("decline", "OFF04")
    terms = {"offered_amount": Decimal(3000), "offered_term_months": 24}
    override("counter_offer", "OFF04", **terms)

    page = read(as_validator, INVENTORY)

    labels = {each.code: each.label for each in factories.CONTRACT.officer_reasons}
    assert "4 overrides that stand, from 13 November 2026 to 22 November 2026." in page
    assert f"{labels['OFF04']} 2 0 2 {labels['OFF01']} 2 2 0" in page
    assert WHY["OFF01"] not in page
    assert "There are more" not in page


def test_what_followed_the_recommendation_or_is_long_ago_is_no_override_of_now(
    as_validator, override, officer
):
    override("approve", "OFF01", at=factories.AT - timedelta(days=20))
    made = factories.decide(**factories.APPROVED)
    officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=officer, at=factories.AT
    )

    told = overrides.overrides("consumer-loan", at=factories.AT + timedelta(days=350))

    assert (told.n, told.reasons, told.first_on) == (0, [], None)
    assert "1 override that stands" in read(as_validator, INVENTORY)


def test_the_newest_overrides_are_counted_where_there_are_very_many(
    as_validator, override, monkeypatch
):
    monkeypatch.setattr(overrides, "MOST", 1)
    override("approve", "OFF01", at=factories.AT - timedelta(days=9))
    override("decline", "OFF04")

    page = read(as_validator, INVENTORY)

    assert "1 override that stands, from 22 November 2026 to 22 November 2026." in page
    assert "There are more; these are the newest." in page


def test_officers_words_reach_the_owner_with_their_day_and_without_names(
    as_validator, champion, officer
):
    named = {"applicant": {"name": "Rosa Maria Lund"}}
    made = factories.decide(reference="A-77", **factories.REFERRED, **named)
    words = "Mrs. LUND moved; Rosa's savings count twice, a blunder."
    feedback.give(
        decision_id=made.decision_id, is_helpful=False, comment=words, by=officer, at=factories.AT
    )

    page = read(as_validator, INVENTORY)

    assert "Mrs. … moved; …'s savings count twice, a blunder. 22 November 2026 · It did not" in page
    for hidden in ("Lund", "LUND", "Rosa", "A-77", officer.known_as):
        assert hidden not in page


def test_a_thumb_without_words_is_no_comment(signed_in, champion, officer):
    made = factories.decide(**factories.REFERRED)
    feedback.give(decision_id=made.decision_id, is_helpful=True, by=officer, at=factories.AT)

    page = read(signed_in(Role.MODEL_DEVELOPER), INVENTORY)

    assert "Nobody has written a comment yet." in page
    assert "Nobody has gone against a recommendation yet." in page
