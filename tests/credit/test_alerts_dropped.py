"""Alerts that were over for long enough are dropped, and nothing else is."""

from datetime import UTC, datetime

import factories
import pytest

from credit.actions import alert_retention, alerts
from credit.models import Alert, AlertCase, AlertStep, AuditEvent

AT = factories.AT


def old(cause, *, resolved_at, by=None):
    alert = alerts.raise_alert(cause=cause, product=None, message="Gone.", at=resolved_at)
    if by is not None:
        AlertCase.objects.filter(alert=alert).update(
            decision="other", words="It was so.", closed_at=resolved_at, closed_by=by
        )
        alerts.end(alert=alert, words="It was so.", by=by, at=resolved_at)
    return alert


def test_what_ended_long_ago_goes_and_the_trail_says_how_many(db, validator):
    gone = old("bundle_missing", resolved_at=datetime(2022, 1, 1, tzinfo=UTC), by=validator)
    kept = old("bundle_missing", resolved_at=datetime(2026, 1, 1, tzinfo=UTC), by=validator)

    assert alert_retention.purge(at=AT) == 1

    assert list(Alert.objects.all()) == [kept]
    assert not AlertStep.objects.filter(alert=gone.pk).exists()
    details = AuditEvent.objects.get(type="alerts_dropped").details
    assert details == {"alerts": 1, "first": gone.pk, "last": gone.pk}


@pytest.mark.parametrize(("year", "dropped"), [(2022, 0), (2015, 1)])
def test_a_case_is_kept_as_long_as_the_trail(year, dropped, db, validator):
    old("score_drift", resolved_at=datetime(year, 1, 1, tzinfo=UTC), by=validator)

    assert alert_retention.purge(at=AT) == dropped


def test_what_is_open_stays_however_old_it_is(db):
    old("bundle_missing", resolved_at=datetime(2010, 1, 1, tzinfo=UTC))

    assert alert_retention.purge(at=AT) == 0
    assert not AuditEvent.objects.exists()
