from datetime import timedelta

import factories
import pytest
from django.test import Client
from django.utils import timezone
from levels_scene import LEVELS
from page_words import words_of

from credit.models import Decision, Role
from monitoring.models import Pulse
from monitoring.models.figures import Figures

NOW = factories.AT + timedelta(hours=2)
RECOMMENDED = {
    "refer": factories.REFERRED,
    "approve": factories.APPROVED,
    "decline": factories.DECLINED,
}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Pages are looked at two hours after applications come in."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def signed_in(db):
    """Give a browser in which a person is signed in: one given, or one with these roles."""

    def make(*roles: Role, user=None) -> Client:
        client = Client()
        client.force_login(user or factories.user(*roles))
        return client

    return make


@pytest.fixture
def as_officer(signed_in):
    return signed_in(Role.OFFICER)


@pytest.fixture
def as_validator(signed_in):
    return signed_in(Role.MODEL_VALIDATOR)


@pytest.fixture
def as_compliance(signed_in):
    return signed_in(Role.COMPLIANCE)


@pytest.fixture
def as_auditor(signed_in):
    return signed_in(Role.AUDITOR)


@pytest.fixture
def waiting(champion):
    """Let an application come in that waits for an officer."""

    def make(*, recommendation="refer", at=factories.AT, **changes) -> Decision:
        asked = {**RECOMMENDED[recommendation], **changes}
        made = factories.decide(at=at, partner=factories.partner(), **asked)
        return Decision.objects.select_related("application__score").get(pk=made.decision_id)

    return make


@pytest.fixture
def unscored(waiting, own_store, no_scorecard):
    """Let an application come in while the champion's bundle is gone."""
    return waiting


@pytest.fixture
def page_of(as_officer):
    def read(decision):
        return words_of(as_officer.get(f"/applications/{decision.pk}/"))

    return read


@pytest.fixture
def sign(db):
    """Let the worker have given a sign of life a minute ago, with these levels."""

    def make(*, age=1, levels=LEVELS, **standing):
        at = NOW - timedelta(minutes=age)
        told = {
            "applications_awaiting_officer": 3.0,
            "application_longest_wait_seconds": 7300.0,
            "audit_events_unsealed": 0.0,
            **standing,
        }
        return Pulse.objects.create(
            minute=at.replace(second=0, microsecond=0), beaten_at=at, standing=told, levels=levels
        )

    return make


@pytest.fixture
def hour(db):
    """Let the running hour have been counted: decisions and how many were our faults."""

    def make(*, answered=900, faults=0, tasks=None):
        within = [0.0] * 4 + [float(answered)] * 11
        requests = {"POST api/v1/decisions 2xx": [answered * 0.02, *within]}
        if faults:
            requests["POST api/v1/decisions 5xx"] = [0.1, *[float(faults)] * 15]
        return Figures.objects.create(
            kind="service",
            starts_at=NOW.replace(minute=0, second=0, microsecond=0),
            figures={
                "counts": {"requests": requests, "tasks": tasks or {}},
                "machines": 1,
                "minutes": 15,
                "standing": {},
                "statements": 0.0,
            },
            computed_at=NOW,
        )

    return make
