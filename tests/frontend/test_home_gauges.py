"""Home: what each gauge says, when it asks for somebody, and how it is drawn."""

from datetime import timedelta

import factories
import pytest
from levels_scene import LEVELS, NOW
from page_words import words_of

from credit.actions import audit
from credit.actions.alerts import acknowledge, raise_alert
from frontend.charts.dial import dial
from monitoring import home
from monitoring.gauges import Gauge


def read(client, address="/monitoring/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return words_of(answer)


def test_a_product_nobody_looked_at_says_that_nothing_is_known(as_auditor, champion):
    page = read(as_auditor)

    assert "No worker has given a sign of life." in page
    assert "Not known" in page


def test_a_silent_worker_is_said_and_what_it_told_is_no_longer_believed(as_auditor, champion, sign):
    sign(age=7)

    page = read(as_auditor)

    assert "Its last sign of life is 7 minutes old" in page
    assert "Act now" in page
    assert "3 wait" not in page


@pytest.mark.parametrize(
    ("changes", "state"),
    [({}, "good"), ({"left": 0.2}, "watch"), ({"left": -0.1}, "bad"), ({"left": None}, "unknown")],
)
def test_a_budget_is_judged_by_what_is_left(changes, state, champion, sign):
    told = {**LEVELS, "objectives": [LEVELS["objectives"][0] | changes]}
    sign(levels=told)

    found = home.service_gauges.budget(champion.product, at=NOW)

    assert found.state == state


@pytest.mark.parametrize(
    ("changes", "state"),
    [({}, "good"), ({"grows": True}, "bad"), ({"bound": None, "middle": None}, "unknown")],
)
def test_a_queue_is_judged_by_what_is_usual(changes, state, champion, sign):
    sign(levels={**LEVELS, "queues": [LEVELS["queues"][0] | changes]})

    assert home.service_gauges.queue(champion.product, at=NOW).state == state


def test_a_budget_that_burns_is_bad_however_much_is_left(champion, sign):
    first = LEVELS["objectives"][0]
    burning = [first["windows"][0] | {"burns": True}]
    sign(levels={**LEVELS, "objectives": [first | {"windows": burning}]})

    assert home.service_gauges.budget(champion.product, at=NOW).state == "bad"


def test_open_alerts_are_counted_and_an_old_one_is_worse(as_compliance, champion):
    raise_alert(cause="keys_expire", product=None, message="-", at=NOW - timedelta(hours=3))
    assert home.product_gauges.open_alerts(champion.product, at=NOW).state == "watch"

    later = home.product_gauges.open_alerts(champion.product, at=NOW + timedelta(days=1))

    assert (later.state, later.value) == ("bad", "1 open")


def test_an_urgent_alert_is_bad_at_once_until_somebody_sees_to_it(champion, validator):
    def gauge():
        return home.product_gauges.open_alerts(champion.product, at=NOW)

    raise_alert(cause="keys_expire", product=None, message="-", at=NOW)
    urgent = raise_alert(cause="no_champion", product=champion.product, message="-", at=NOW)
    assert (gauge().state, gauge().value) == ("bad", "2 open")
    assert gauge().detail == "1 is urgent. The oldest for 0 seconds."

    acknowledge(alert_id=urgent.pk, by=validator, at=NOW)
    assert (gauge().state, gauge().value) == ("watch", "1 open")
    assert gauge().detail.endswith("1 more is acknowledged.")


def test_what_somebody_has_long_seen_to_asks_for_nobody_now(champion, validator):
    alert = raise_alert(
        cause="no_champion", product=champion.product, message="-", at=NOW - timedelta(days=9)
    )
    acknowledge(alert_id=alert.pk, by=validator, at=NOW)

    found = home.product_gauges.open_alerts(champion.product, at=NOW)

    assert (found.state, found.value) == ("watch", "0 open")


def test_a_trail_that_is_not_sealed_is_bad(champion, sign):
    audit.seal(at=NOW - timedelta(minutes=3))
    sign(audit_events_unsealed=12.0)

    assert home.service_gauges.sealing(champion.product, at=NOW).state == "bad"


def test_a_trail_of_which_nothing_is_sealed_yet_says_so(champion, sign):
    sign()

    found = home.service_gauges.sealing(champion.product, at=NOW)

    assert (found.state, found.detail) == ("unknown", "Nothing has been sealed yet.")


def test_a_product_without_a_champion_says_so(db):
    contract = factories.contract_version()

    found = home.product_gauges.model_age(contract.product, at=NOW)

    assert (found.state, found.value) == ("bad", "no champion")


@pytest.mark.parametrize(("days", "state"), [(30, "good"), (400, "watch"), (800, "bad")])
def test_a_model_grows_old(days, state, champion):
    at = champion.trained_at + timedelta(days=days)

    assert home.product_gauges.model_age(champion.product, at=at).state == state


# --- how it is drawn ------------------------------------------------------------------------------


def gauge(state, level=None):
    return Gauge(name="x", label="X", state=state, value="-", detail="-", link="", level=level)


def test_a_needle_goes_from_good_on_the_left_to_bad_on_the_right():
    places = [dial(gauge(state)).x for state in ("good", "watch", "bad")]

    assert places == sorted(places)
    assert dial(gauge("unknown")).x is None


@pytest.mark.parametrize(("level", "filled"), [(0.5, 50), (1.4, 100), (-2.0, 0)])
def test_a_tank_is_as_full_as_what_is_left(level, filled):
    assert dial(gauge("good", level)).filled == filled
    assert dial(gauge("unknown", level)).filled is None
