"""What the worker's clock would count and report within hours, brought about at once."""

from datetime import timedelta

import drift_scene
import pytest
from at_a_prompt import facts
from django.core.management import CommandError

from credit.models import Alert
from monitoring import catching_up
from monitoring.models import CountedVintage, DriftReference, Figures

AT = drift_scene.AT
DAY = timedelta(days=1)
LONG_AGO = AT - 20 * DAY


@pytest.fixture
def version(db, toy_bundle):
    return drift_scene.champion(toy_bundle)


def counted(version):
    """Give how many applications each kind of figures knows of, and the months."""
    days = Figures.objects.filter(product=version.product, segment="")
    months = CountedVintage.objects.filter(product=version.product, segment="")
    return {
        "drift": sum(row.figures["n"] for row in days.filter(kind="drift")),
        "months": {row.month.month: row.measured["n"] for row in months},
    }


def test_days_months_and_what_the_champion_learned_from_are_counted(version):
    drift_scene.apply(version, 40, at=LONG_AGO)

    catching_up.catch_up(version.product, at=AT, is_anew=False)

    assert counted(version)["drift"] == 40
    assert set(counted(version)["months"]) == {10, 11}
    assert Figures.objects.filter(kind="business", product=version.product).exists()
    assert DriftReference.objects.filter(pk=version.pk).exists()


def test_a_day_that_was_written_into_afterwards_is_counted_where_that_is_said(version):
    catching_up.catch_up(version.product, at=AT, is_anew=False)
    drift_scene.apply(version, 40, at=LONG_AGO)  # as a replay does

    catching_up.catch_up(version.product, at=AT, is_anew=False)
    before = counted(version)["drift"]
    catching_up.catch_up(version.product, at=AT, is_anew=True)

    assert (before, counted(version)["drift"]) == (0, 40)


def test_what_is_found_opens_one_alert_however_often_it_is_done(version):
    drift_scene.a_month(version, change=lambda row: row | {"amount": 9_000 + row["amount"]})

    for is_anew in (False, True, True):
        catching_up.catch_up(version.product, at=AT, is_anew=is_anew)

    assert Alert.objects.filter(cause="feature_drift", product=version.product).count() == 1


def test_at_a_prompt_it_says_what_it_made(version):
    assert facts("catch_up", "consumer-loan", "--anew") == {
        "product": "consumer-loan",
        "reports": 0,
        "mirrors": 0,
    }


def test_a_product_that_is_none_is_refused(db):
    with pytest.raises(CommandError, match="no product mortgages"):
        facts("catch_up", "mortgages")
