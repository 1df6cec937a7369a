"""The application's page: everything an officer needs, and nothing that was not stored."""

import factories
import pytest

from credit.actions import feedback, officer_decisions, outcomes
from credit.models import Alert, Decision
from credit.queries import applications, models

AT = factories.AT


@pytest.fixture
def detail(champion, officer):
    key = factories.api_key().api_key
    made = factories.decide(partner=key.partner, **factories.REFERRED)

    def look(viewer=officer):
        return applications.detail(made.decision_id, viewer=viewer)

    look.decision_id, look.key = made.decision_id, key
    return look


def test_the_reasons_lead_from_the_base_points_to_the_score(detail):
    seen = detail()

    assert len(seen.reasons) == len(factories.CONTRACT.features)
    assert [reason.points for reason in seen.reasons] == sorted(
        reason.points for reason in seen.reasons
    )
    assert seen.reasons[-1].cumulative == pytest.approx(seen.points, abs=0.02)
    first = seen.principal[0]
    assert (first.feature, first.label) == ("checking_status", "Checking account")
    assert first.value_label == "0 to 200 DM"
    assert first.points < 0


def test_bands_and_cut_offs_are_those_it_was_decided_by(detail):
    seen = detail()

    assert [band.name for band in seen.bands if band.is_this] == [seen.band] == ["E"]
    assert [band.pd_from for band in seen.bands] == [0.0, 0.08, 0.16, 0.28, 0.40]
    assert (seen.approve_pd_at_most, seen.decline_pd_at_least) == (0.35, 0.6)
    assert (seen.contract_number, seen.policy_number, seen.model_name) == (
        *(1, 1),
        "consumer-loan/1",
    )


def test_every_feature_is_told_in_words(detail):
    said = {feature.name: feature.value_label for feature in detail().features}

    assert said["duration_months"] == "12 months"
    assert said["checking_status"] == "0 to 200 DM"


def test_what_happened_is_told_newest_first(detail, officer):
    soon, later = AT + factories.timedelta(minutes=5), AT + factories.timedelta(hours=1)
    feedback.give(
        decision_id=detail.decision_id, is_helpful=True, comment="Clear.", by=officer, at=soon
    )
    officer_decisions.record(
        decision_id=detail.decision_id, verdict="approve", by=officer, at=later
    )
    outcomes.report(
        decision_id=detail.decision_id,
        is_bad=False,
        observed_on=later.date(),
        key=detail.key,
        at=later + factories.timedelta(days=1),
    )

    seen = detail()

    told = [row.what.split(":")[0].split(";")[0] for row in seen.history]
    assert told == ["Outcome", "Decided", "Feedback", "Received"]
    assert seen.history[0].who == "acme-broker"
    assert seen.officer_decision.by == officer.username
    assert seen.officer_decision.is_override is False
    assert (seen.feedback.is_helpful, seen.feedback.comment) == (True, "Clear.")
    assert seen.outcome.matures_on.year == 2027
    assert detail(factories.user("officer")).feedback is None


def test_an_override_is_told_with_its_reason_in_words(champion, officer):
    made = factories.decide(**factories.DECLINED)
    officer_decisions.record(
        decision_id=made.decision_id,
        verdict="approve",
        reason_code="OFF03",
        reason="Paid back three loans.",
        by=officer,
        at=AT,
    )

    seen = applications.detail(made.decision_id, viewer=officer)

    assert seen.officer_decision.is_override
    assert seen.officer_decision.reason_label == "Known customer who has paid reliably"
    assert "against the recommendation" in seen.history[0].what + seen.history[1].what


def test_without_a_model_there_is_nothing_invented(champion, officer, own_store, no_scorecard):
    made = factories.decide(**factories.AUTOMATIC)

    seen = applications.detail(made.decision_id, viewer=officer)

    assert (seen.route, seen.pd, seen.score, seen.reasons, seen.principal) == (
        *("none", None, None),
        [],
        [],
    )
    assert "bundle_missing" in seen.warnings[0]
    told = {alert.cause: (alert.product.name, alert.times) for alert in Alert.objects.all()}
    assert told["bundle_missing"] == ("Consumer loan", 1)


def test_what_policy_decided_is_told(champion, officer):
    made = factories.decide(**factories.AUTOMATIC)

    seen = applications.detail(made.decision_id, viewer=officer)

    assert [row.who for row in seen.history if "Decided" in row.what] == ["policy"]


def test_an_unknown_application_does_not_exist(champion, officer):
    with pytest.raises(Decision.DoesNotExist):
        applications.detail("0" * 26, viewer=officer)


def test_trainings_are_told(champion, developer):
    from credit.actions import training_runs  # noqa: PLC0415

    training_runs.request(product_id=champion.product_id, by=developer, at=AT, enqueue=False)

    (run,) = models.runs("consumer-loan")

    assert (run.state, run.requested_by, run.version_name) == ("queued", developer.username, "")
