"""An anomaly of each kind raises one alert within a cycle of the worker; a quiet month none."""

import re
from datetime import timedelta

import drift_scene
import factories
import pytest
from django.utils import timezone, translation

from credit.models import Alert
from monitoring import tasks
from monitoring.drift import gauge as drift_gauge

AT = drift_scene.AT
DAY = timedelta(days=1)
# Amounts so wide that a change of unit passes the contract's own check.
WIDE = factories.SOURCE.replace(b'amount = { minimum = "100"', b'amount = { minimum = "1"').replace(
    b"minimum = 100\nmaximum = 20000", b"minimum = 1\nmaximum = 20000"
)


@pytest.fixture
def version(db, toy_bundle):
    return drift_scene.champion(toy_bundle)


@pytest.fixture
def acme():
    return factories.partner()


@pytest.fixture
def cycle(monkeypatch):
    """Let the worker look, at a moment."""

    def run(at=AT + timedelta(hours=1)):
        monkeypatch.setattr(timezone, "now", lambda: at)
        tasks.watch_drift()
        return list(Alert.objects.order_by("pk"))

    return run


def alerts_of(found):
    return [(each.cause, each.product.slug) for each in found]


def in_thousands(row):
    return row | {"amount": max(1, row["amount"] // 1_000)}


def unseen(row):
    return row | {"purpose": "holiday"}  # as a later contract might allow


def larger(row):
    return row | {"amount": 9_000 + row["amount"]}


def test_a_quiet_month_raises_no_alert(version, acme, cycle):
    north = factories.partner("north")
    for day in range(30, -1, -1):
        at = AT - day * DAY
        drift_scene.apply(version, 15, at=at, partner=acme)
        drift_scene.apply(version, 10, at=at + timedelta(minutes=1), partner=north, seed=1)
        drift_scene.apply(version, 5, at=at + timedelta(minutes=2), seed=2)

        if day % 2 == 0:
            assert cycle(at + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("cause", "said", "changes"),
    [
        (
            "new_category",
            "100.0% now are holiday, which consumer-loan/1 never saw",
            {"change": unseen},
        ),
        ("missing_rate", "not stated in 100.0%", {"change": lambda row: row | {"job": None}}),
        ("feature_drift", "are no longer as", {"change": larger}),
        ("score_drift", "The score has moved", {"pd": lambda _: 0.9}),
    ],
)
@pytest.mark.parametrize("is_everybody", [True, False])
def test_an_anomaly_raises_one_alert_within_a_cycle(
    cause, said, changes, is_everybody, version, acme, cycle
):
    north = factories.partner("north")
    drift_scene.a_month(version, days=14, partner=acme)
    drift_scene.a_month(version, days=14, partner=north, seed=1)
    assert cycle(AT - timedelta(hours=1)) == []

    drift_scene.apply(version, 400, partner=acme, seed=2, **changes)
    others = changes if is_everybody else {}
    drift_scene.apply(version, 400, at=AT + timedelta(minutes=9), partner=north, seed=3, **others)
    found = cycle()

    assert alerts_of(found) == [(cause, "consumer-loan")]
    assert said in found[0].message
    assert (found[0].segment == "partner:acme-broker") is not is_everybody
    assert found[0].link.startswith("/monitoring/consumer-loan/drift/")
    assert found[0].link.endswith("days=7")  # the days it speaks of, not the page's usual 30
    assert len(cycle()) == 1  # the same again counts up


def test_a_partner_that_starts_to_send_thousands_is_named_with_the_day(toy_bundle, db, acme, cycle):
    version = drift_scene.champion(toy_bundle, source=WIDE)
    drift_scene.a_month(version, partner=acme)
    cycle(AT - timedelta(hours=1))

    for place, loan in enumerate(drift_scene.loans(version.contract)[:60]):
        whole = in_thousands(loan)["amount"]
        factories.decide(
            at=AT + timedelta(seconds=place),
            partner=acme,
            features__amount=whole,
            requested__amount=f"{whole}.00",
        )
    found = cycle()

    assert alerts_of(found) == [("units_changed", "consumer-loan")]
    assert "From Acme: Amount of the loan: about 1,000 times smaller since 22 November 2026" in (
        found[0].message
    )
    assert "it may be sent in thousands." in found[0].message


def test_the_gauge_is_bad_where_one_partner_alone_has_changed(version, acme, cycle):
    north = factories.partner("north")
    drift_scene.a_month(version, days=14, partner=acme)
    drift_scene.a_month(version, a_day=200, days=14, partner=north, seed=1)
    drift_scene.apply(version, 60, partner=acme, seed=2, change=lambda row: row | {"job": None})
    cycle()

    found = drift_gauge.gauge(version.product, at=AT)
    assert (found.state, found.link) == (
        *("bad", "/monitoring/consumer-loan/drift/?partner=acme-broker"),
    )
    assert found.detail.endswith("0 to look at; 1 partner has alerts of its own")

    Alert.objects.update(cleared_at=AT)
    assert drift_gauge.gauge(version.product, at=AT).state == "good"


def test_without_a_champion_or_its_loans_nothing_is_told(champion, cycle):
    assert cycle() == []


def test_the_gauge_knows_good_bad_and_unknown(version, cycle):
    gauge = drift_gauge.gauge(version.product, at=AT)
    assert (gauge.state, gauge.value) == ("unknown", "too few to say")

    drift_scene.a_month(version)
    cycle()
    assert drift_gauge.gauge(version.product, at=AT).state == "good"

    drift_scene.apply(version, 900, seed=5, pd=lambda _: 0.9)
    cycle()
    gauge = drift_gauge.gauge(version.product, at=AT)
    assert gauge.state == "bad"
    with translation.override("de"):
        assert re.search(r"\d,\d\d", drift_gauge.gauge(version.product, at=AT).value)
    assert "applications in 7 days; chance stays below" in gauge.detail
    assert gauge.link == "/monitoring/consumer-loan/drift/?days=7"
