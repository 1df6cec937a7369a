"""Each way in which a model cannot score raises exactly one alert, however many it is felt by."""

from datetime import timedelta

import factories
import pytest

from credit import serving, store
from credit.actions import model_versions, service_stops
from credit.models import Alert, Role
from scoring.engine import Engine, EngineFailed, EngineTimedOut

AT = factories.AT
SECOND = timedelta(seconds=1)


@pytest.fixture
def champion(own_store, toy_bundle):
    """Bring a product live, in a store of its own."""
    serving._set_aside.clear()
    yield factories.live_product(toy_bundle)
    serving._set_aside.clear()


def decide_for_ten_seconds():
    for second in range(10):
        factories.decide(at=AT + second * SECOND)


def lose(version, _patch):
    store.path_of(version.bundle_hash, ".zip").unlink()


def alter(version, _patch):
    path = store.path_of(version.bundle_hash, ".zip")
    path.unlink()
    path.write_bytes(b"Something else.")


def retire(version, _patch):
    model_versions.retire(version_id=version.pk, by=version.promoted_by, at=AT, note="It is old.")


def stop(version, _patch):
    person = factories.user(Role.MODEL_VALIDATOR)
    service_stops.stop(product_id=version.product_id, by=person, at=AT, why="It is wrong.")


def failing(failure):
    def fail(_version, patch):
        def scored(_engine, _values):
            raise failure

        patch.setattr(Engine, "score", scored)

    return fail


ANOMALIES = {
    "bundle_missing": lose,
    "bundle_refused": alter,
    "no_champion": retire,
    "stopped": stop,
    "engine_failed": failing(EngineFailed("The graph raised.")),
    "timed_out": failing(EngineTimedOut("The graph took longer than 0.5 seconds.")),
}


OF_NO_VERSION = {"no_champion", "stopped"}


@pytest.mark.django_db
@pytest.mark.parametrize("cause", ANOMALIES)
def test_a_trouble_is_one_alert_of_all_it_befalls(cause, champion, monkeypatch):
    decide_for_ten_seconds()
    assert not Alert.objects.exists()

    ANOMALIES[cause](champion, monkeypatch)
    decide_for_ten_seconds()

    alert = Alert.objects.get()
    assert (alert.cause, alert.product, alert.times) == (cause, champion.product, 10)
    assert alert.version == (None if cause in OF_NO_VERSION else champion)
