"""A product of which everything is stored that pages on monitoring and fairness show."""

import math
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta

import drift_scene
import factories
import fair_scene
import gaps_scene
import levels_scene
import mirror_scene
import notices_scene
import pytest
import results_scene
from django.utils import timezone

from credit import serving
from credit.actions import alert_silences, populations
from credit.actions.alerts import raise_alert
from credit.models import Role
from monitoring import tasks
from monitoring.fairness import reports
from monitoring.gaps import making as gaps_making
from monitoring.models import FairnessReport, GapReport

AT, NOW = factories.AT, levels_scene.NOW
DAY = timedelta(days=1)
OCTOBER = {"since": datetime(2026, 10, 1, tzinfo=UTC), "until": datetime(2026, 11, 1, tzinfo=UTC)}
LONG_NAME = {"name": "Maximiliane-Friederike von Hohenstein-Wittgenstein", "address": "Am Tor 3"}


@contextmanager
def now():
    """Stop the clock two hours after the last application came in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: NOW)
        gaps_scene.quick(patch)
        serving.forget_what_is_in_force()
        yield


def fill():
    """Store something of everything; gives the version in service."""
    version = gaps_scene.champion()
    gaps_scene.october(times=2)
    gaps_scene.applied(
        factories.DECLINED,
        group="62_and_over",
        times=40,
        at=gaps_scene.IN_OCTOBER + timedelta(hours=5),
    )
    _let_some_wait()
    _move(version)
    _results(version)
    _service()
    _fairness(version)
    mirror_scene.stored(version.product, mirror_scene.team(4), at=AT)
    fair_scene.kept(version)
    _alerts(version.product)
    return version


def _let_some_wait():
    """Put applications into the queue with long amounts and names, and a letter that is due."""
    for number, amount in enumerate((11_500, 15_857, 18_424)):
        asked = {"requested__amount": f"{amount}.00", "features__amount": amount}
        factories.decide(
            at=AT - number * DAY,
            partner=factories.partner(),
            **factories.REFERRED | asked | {"reference": f"NORTH-2026-{amount}"},
            applicant=LONG_NAME,
        )
    officer = factories.user(Role.OFFICER)
    notices_scene.declined(officer, requested__amount="12345.00", features__amount=12345)
    notices_scene.issued(notices_scene.declined(officer), officer)


def _move(version):
    """Let a partner send amounts in thousands, purposes nobody knows, and no telephones."""
    acme, north = factories.partner(), factories.partner("north")
    drift_scene.a_month(version, a_day=6, partner=north)
    until = AT + timedelta(minutes=5)
    drift_scene.a_month(
        version, a_day=20, days=7, partner=acme, seed=1, until=until, change=_changed
    )
    tasks.watch_drift()


def _changed(row):
    is_new = row["purpose"] == "new_car"
    purpose = "solar_roof" if is_new else row["purpose"]
    amount = max(1, row["amount"] // 1_000)
    return row | {"amount": amount, "purpose": purpose, "has_telephone": None}


def _results(version):
    product = version.product
    results_scene.three_years(product, times=lambda number: 1 + number / 20)
    for back in range(200):
        few = 4 + round(3 * math.sin(back / 9))
        results_scene.store_day(
            product,
            results_scene.TODAY - back * DAY,
            applications=20,
            made=12,
            recommended=12,
            overrides=few // 3,
            automatic_approved=few,
            automatic_declined=1,
            to_a_person=15 - few,
            officer_approved=12 - few,
            officer_declined=few,
            what_if=few,
            reasons_judged=2,
            thumbs_up=3,
            thumbs_down=1,
            hours={"48": 9, "60": 3},
            offered=1,
            offers_accepted=1,
            lent=10,
            amount=40_000.0,
            amount_pd=4_000.0,
            amount2=2e8,
            amount2_pd=2e7,
            first_at=factories.BEFORE.isoformat(),
        )


def _service():
    """Let a promise be kept, and let another burn what is left of it."""
    kept = levels_scene.LEVELS["objectives"][0]
    windows = [
        kept["windows"][0] | {"hours": hours, "minutes": minutes, "fastest": fastest}
        for hours, minutes, fastest in ((1.0, 5.0, 14.4), (6.0, 30.0, 6.0), (72.0, 360.0, 1.0))
    ]
    burning = [each | {"bad": 41, "rate": 45.6, "burns": True} for each in windows]
    slow = {"name": "decisions_in_time", "share": 0.99, "within": 0.1, "bad": 170, "left": 0.15}
    objectives = [kept | {"windows": windows}, kept | slow | {"windows": burning}]
    levels = {**levels_scene.LEVELS, "objectives": objectives}
    standing = {
        "applications_awaiting_officer": 3.0,
        "application_longest_wait_seconds": 7300.0,
        "audit_events_unsealed": 0.0,
    }
    told = {"levels": levels, "standing": standing}
    levels_scene.counted(48, **told)
    levels_scene.counted(30, kind="service_day", length=DAY, **told)


def _fairness(version):
    product = version.product
    populations.count_due(at=AT)
    gaps_making.make_validation(version=version, by=None, at=AT)
    gaps_making.make_month(product=product, month=gaps_scene.OCTOBER, by=None, at=AT)
    _earlier_months(GapReport.objects.get(month=gaps_scene.OCTOBER))
    reports.make_once(version=version, at=AT)
    for of in ({"version": version}, {"product": product}):
        for stage in FairnessReport.Stage:
            made = {"population": "decisions", "stage": stage, "by": None, "at": AT}
            reports.make(**of, **made, **OCTOBER, is_due=stage == FairnessReport.Stage.FINAL)


def _earlier_months(october):
    """Let the months before have come to the same, so that there is a line to draw."""
    for month in range(5, 10):
        GapReport.objects.create(
            product=october.product,
            population=october.population,
            month=date(2026, month, 1),
            format=october.format,
            report=deepcopy(october.report),
            created_at=AT,
        )


def _alerts(product):
    for cause, segment in (
        ("bundle_missing", ""),
        ("fairness_outside", "age_group:under_25"),
        ("error_budget_burns", "decisions_in_time"),
    ):
        raise_alert(
            cause=cause,
            product=product,
            segment=segment,
            message="The approval rate of the group is 0.71 of the reference group's.",
            n=1_840,
            link="/fairness/",
            at=AT - 3 * timedelta(hours=1),
        )
    alert_silences.silence(
        cause="bundle_missing",
        product=product,
        segment="",
        until=NOW + 2 * DAY,
        why="The disk is being replaced.",
        by=factories.user(Role.MODEL_VALIDATOR),
        at=AT,
    )
