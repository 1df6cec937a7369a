"""Drift and fairness findings open a case, and only a recorded decision closes it."""

from datetime import timedelta
from types import SimpleNamespace

import factories
import pytest
from django.db import IntegrityError, transaction

from credit.actions import alert_cases, alert_deliveries, alerts
from credit.actions.alert_steps import WordsMissing
from credit.actions.refusals import NotAllowed
from credit.alert_kinds import TABLE, kind_of
from credit.models import Alert, AlertCase, AlertSilence, AuditEvent, Role
from credit.simulating import learning

AT = factories.AT
DAY = timedelta(days=1)
WITH_CASE = [kind.cause for kind in TABLE if kind.opens_case]


@pytest.fixture
def drift(db):
    return raised("score_drift")


def raised(cause, at=AT):
    return alerts.raise_alert(cause=cause, product=None, message="PSI 0.31.", n=400, at=at)


def close(alert, by, **changes):
    said = {"decision": "retrain_asked", "words": "Candidate 8 trains.", "at": AT + DAY}
    return alert_cases.close(alert_id=alert.pk, by=by, **{**said, **changes})


def test_what_is_asked_of_drift_and_fairness_opens_a_case():
    wanted = {"score_drift", "feature_drift", "new_category", "missing_rate", "units_changed"}
    wanted |= {"fairness_outside", "officer_overrides_differ"}

    assert wanted <= set(WITH_CASE)


@pytest.mark.parametrize("cause", WITH_CASE)
def test_an_alert_with_a_case_is_not_resolved_otherwise(cause, db):
    alert, by = raised(cause), factories.user(kind_of(cause).owner)

    with pytest.raises(alerts.CaseOpen, match=str(kind_of(cause).words)):
        alerts.resolve(alert_id=alert.pk, words="Enough.", by=by, at=AT)

    close(alert, by)
    alert.refresh_from_db()
    assert alert.state == Alert.State.RESOLVED


def test_a_decision_is_on_record_with_who_took_it(drift, developer):
    close(drift, developer)

    case = AlertCase.objects.get()
    assert (case.decision, case.words, case.closed_by) == (
        *("retrain_asked", "Candidate 8 trains.", developer),
    )
    details = AuditEvent.objects.get(type="case_closed").details
    assert details["decision"] == "retrain_asked"
    assert "Candidate" not in details["words"]


@pytest.mark.parametrize(
    ("cause", "roles"),
    [
        ("score_drift", {Role.MODEL_VALIDATOR, Role.MODEL_DEVELOPER}),
        ("fairness_outside", {Role.COMPLIANCE}),
    ],
)
def test_a_case_is_closed_by_who_sees_to_it(cause, roles, db):
    for role in sorted(set(Role) - roles):
        with pytest.raises(NotAllowed):
            close(raised(cause), factories.user(role))
    for role in sorted(roles):
        close(raised(cause), factories.user(role))


def test_a_case_is_closed_once_with_words_and_a_decision(drift, validator):
    with pytest.raises(WordsMissing):
        close(drift, validator, words=" ")
    with pytest.raises(WordsMissing, match="at least 10 characters"):
        close(drift, validator, words="x")
    with pytest.raises(alert_cases.NoSuchDecision, match="nothing_to_do, retrain_asked, "):
        close(drift, validator, decision="forget_it")
    close(drift, validator)

    said = f"The score has drifted” was closed by {validator.username} on .*: A retraining was"
    with pytest.raises(alert_cases.AlreadyClosed, match=said):
        close(drift, validator)


def test_what_has_no_case_has_nothing_to_close(db, validator):
    with pytest.raises(alert_cases.NoCase, match="A model's file is gone” has no case"):
        close(raised("bundle_missing"), validator)


def test_the_condition_passing_closes_no_case(drift):
    alerts.note_passed(cause="score_drift", product=None, at=AT + DAY)
    alerts.resolve_passed(at=AT + 30 * DAY)

    assert AlertCase.objects.get().closed_at is None
    assert Alert.objects.get().resolved_at is None


def test_what_was_decided_may_take_time_to_help(drift, validator):
    close(drift, validator, quiet_until=AT + 8 * DAY)
    raised("score_drift", at=AT + 2 * DAY)

    assert AlertSilence.objects.get().why == "Candidate 8 trains."
    assert alert_deliveries.owe_due(at=AT + 2 * DAY) == []
    assert len(alert_deliveries.owe_due(at=AT + 8 * DAY)) == 1
    assert AlertCase.objects.filter(closed_at=None).count() == 1


def test_a_silence_that_is_refused_leaves_the_case_open(drift, validator):
    from credit.actions import alert_silences  # noqa: PLC0415

    with pytest.raises(alert_silences.NoEnd):
        close(drift, validator, quiet_until=AT)

    assert AlertCase.objects.get().closed_at is None


def test_comments_stay_as_they_were_written(drift, validator):
    alert_cases.comment(alert_id=drift.pk, words="Acme sends thousands.", by=validator, at=AT)

    step = drift.steps.get()
    assert (step.kind, step.words, step.by) == ("commented", "Acme sends thousands.", validator)
    assert "Acme" not in str(AuditEvent.objects.get(type="alert_commented").details)
    with pytest.raises(IntegrityError), transaction.atomic():
        drift.steps.update(words="Nothing.")


def test_the_database_closes_no_case_without_a_decision(drift):
    with pytest.raises(IntegrityError, match="alert_case_closed_with_a_decision"):
        AlertCase.objects.update(closed_at=AT)


def test_the_database_opens_no_closed_case(drift, validator):
    close(drift, validator)

    with pytest.raises(IntegrityError), transaction.atomic():
        AlertCase.objects.update(words="Something else.")


def test_a_replay_ends_what_its_new_champion_answers(db, validator):
    people = SimpleNamespace(validator=validator)
    for cause in ("drift_population", "bundle_missing"):
        learning._end(raised(cause), words="x/2 is the champion.", people=people, at=AT + DAY)

    assert AlertCase.objects.get().decision == "retrain_asked"
    assert not Alert.objects.unresolved().exists()
