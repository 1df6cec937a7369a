"""Partners report bad loans, and the canary that expected few of them halts itself."""

from datetime import timedelta

import factories
import promotion_scene as scene
import pytest
from api_lending import Partner
from django.utils import timezone

from credit import tasks
from credit.actions import canary_minutes
from credit.models import Alert, AuditEvent, CanaryCheck

DECIDED = factories.AT
KNOWN = DECIDED + timedelta(days=60)  # long before a label would mature
LOANS = 28  # of each side, all alike: what differs is how many the partners report as bad


@pytest.fixture
def clock(monkeypatch):
    """Let the test say what time it is."""

    def set_to(at):
        monkeypatch.setattr(timezone, "now", lambda: at)

    set_to(DECIDED)
    return set_to


@pytest.fixture
def canary(db, own_store, clock, monkeypatch):
    """Bring a candidate its whole way to canary; how fast it answers is another test's."""
    monkeypatch.setattr(canary_minutes._queue, "offer", [].append)
    return scene.canary_of(scene.live(factories.SOURCE), at=DECIDED - timedelta(days=1))


@pytest.fixture
def partner(canary):
    return Partner(factories.api_key().key)


@pytest.fixture
def lend(partner, canary):
    """Have loans granted, and give their decisions."""

    def lent(*, own):
        references = scene.references(canary, own=own, n=LOANS)
        told = [
            partner.decide(factories.body(reference=each, **factories.AUTOMATIC)).json()
            for each in references
        ]
        side = "canary" if own else "champion"
        assert {(each["model"]["served_as"], each["status"]) for each in told} == {
            (side, "approved")
        }
        return [each["id"] for each in told]

    return lent


def report(partner, decisions, *, bads):
    for number, decision in enumerate(decisions):
        outcome = "bad" if number < bads else "good"
        said = {"outcome": outcome, "observed_on": str(KNOWN.date())}
        assert partner.post(f"/api/v1/decisions/{decision}/outcomes", said).status_code == 201


def look(canary):
    tasks.watch_canaries()
    canary.refresh_from_db()
    return CanaryCheck.objects.latest("pk")


def test_far_more_bad_loans_than_it_expected_halt_it(canary, partner, lend, clock):
    own, others = lend(own=True), lend(own=False)
    clock(DECIDED + timedelta(hours=1))
    assert not look(canary).is_halted
    assert canary.stage == "canary"

    clock(KNOWN)
    report(partner, own, bads=25)
    report(partner, others, bads=3)
    check = look(canary)

    assert check.is_halted
    assert canary.stage == "candidate"
    request = canary.promotions.get()
    assert (request.state, request.ended_by) == ("halted", None)
    assert request.ending.startswith("bad loans among its own are ")
    assert request.ending.endswith("and may be 1.50 times (28 seen)")
    event = AuditEvent.objects.get(type=AuditEvent.Type.CANARY_HALTED)
    assert (event.user, event.target) == (None, f"model:{canary.name}")
    assert request.ending in Alert.objects.get(cause="canary_halted").message
    (anew,) = scene.references(canary, own=True, n=1)
    answer = partner.decide(factories.body(reference=anew)).json()
    assert answer["model"]["served_as"] == "champion"


def test_as_many_among_the_champions_let_it_go_on(canary, partner, lend, clock):
    """Bad years are no fault of the canary's: both sides' loans are as old."""
    own, others = lend(own=True), lend(own=False)

    clock(KNOWN)
    report(partner, own, bads=14)
    report(partner, others, bads=14)

    assert not look(canary).is_halted
    assert canary.stage == "canary"
