"""A champion whose gaps can be measured, an October of decisions, and a report on each."""

import factories
import gaps_scene
import pytest

from monitoring.gaps import making as gaps_making


@pytest.fixture
def version(request, db, own_store, monkeypatch):
    """Give the champion, with its October where the test asks for that."""
    gaps_scene.quick(monkeypatch)
    asks_for_october = "live" in request.fixturenames
    return gaps_scene.live_october() if asks_for_october else gaps_scene.champion()


@pytest.fixture
def product(version):
    return version.product


@pytest.fixture
def live(product):
    return product


@pytest.fixture
def validated(version, compliance):
    return gaps_making.make_validation(version=version, by=compliance, at=factories.AT)


@pytest.fixture
def month(live):
    return gaps_making.make_month(product=live, month=gaps_scene.OCTOBER, by=None, at=factories.AT)
