from datetime import timedelta

import factories
import pytest
from django.test import Client
from django.utils import timezone
from page_words import words_of

from credit.models import Decision, Role

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
