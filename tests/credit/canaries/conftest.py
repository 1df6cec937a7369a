"""A champion, a canary beside it, and what is counted of it."""

import factories
import promotion_scene as scene
import pytest
from of_a_canary import T0

from credit.actions import canary_minutes


@pytest.fixture
def live(db, own_store):
    return scene.live(factories.SOURCE)


@pytest.fixture
def canary(live):
    return scene.canary_of(live, at=T0)


@pytest.fixture
def offered(monkeypatch):
    """Keep what is counted, for the test to store."""
    kept = []
    monkeypatch.setattr(canary_minutes._queue, "offer", kept.append)
    return kept
