"""Home: what it says of fairness, and what it counts of all products or of one."""

from datetime import UTC, datetime

import factories
import pytest
from levels_scene import NOW
from report_scene import stored

from credit.models import Application, Product, Role
from monitoring import home

WITHIN, OUTSIDE, UNKNOWN = "within bounds", "outside bounds", "insufficient evidence"


def of_month(champion, month=10, *, n=300, **verdicts):
    """Keep the worker's reports on a month, by stage."""
    for stage, verdict in verdicts.items():
        stored(
            champion,
            population="decisions",
            stage=stage,
            since=datetime(2026, month, 1, tzinfo=UTC),
            until=datetime(2026, month + 1, 1, tzinfo=UTC),
            report={"verdict": verdict, "n": n},
        )


def fairness_of(champion):
    return home.product_gauges.fairness(champion.product, at=NOW)


@pytest.mark.parametrize(
    ("verdicts", "state", "value", "stage"),
    [
        ({"final": OUTSIDE}, "bad", OUTSIDE, "Final decisions"),
        ({"low_side": OUTSIDE}, "bad", OUTSIDE, "Officers' overrides: lent against"),
        ({"high_side": UNKNOWN, "final": OUTSIDE}, "bad", OUTSIDE, "Final decisions"),
        ({"terms": UNKNOWN}, "unknown", UNKNOWN, "Terms: what was offered"),
        ({"final": WITHIN}, "good", WITHIN, "The model's recommendation"),
    ],
)
def test_fairness_is_the_worst_stage_of_the_newest_month(verdicts, state, value, stage, champion):
    of_month(champion, recommendation=WITHIN, **verdicts)

    found = fairness_of(champion)

    assert (found.state, found.value) == (state, value)
    assert found.detail.startswith(stage)
    assert "300 people who applied 1 October 2026 to 31 October 2026" in found.detail


def test_fairness_says_how_many_stages_are_within_bounds(champion):
    of_month(champion, recommendation=WITHIN, final=WITHIN, terms=UNKNOWN)

    assert "2 of 3 stages are within bounds" in fairness_of(champion).detail


def test_an_older_month_is_not_what_fairness_is_now(champion):
    of_month(champion, 9, recommendation=OUTSIDE)
    of_month(champion, 10, recommendation=WITHIN)

    assert fairness_of(champion).state == "good"


def test_what_matured_or_was_asked_for_is_not_the_newest_month(champion):
    of_month(champion, 9, recommendation=WITHIN)
    october = {
        "population": "decisions",
        "since": datetime(2026, 10, 1, tzinfo=UTC),
        "until": datetime(2026, 11, 1, tzinfo=UTC),
        "report": {"verdict": OUTSIDE},
    }
    stored(champion, is_matured=True, **october)
    stored(champion, created_by=factories.user(Role.COMPLIANCE), **october)

    assert fairness_of(champion).state == "good"


def test_before_the_first_month_fairness_is_that_of_the_training(champion):
    assert fairness_of(champion).value == "no report yet"

    stored(champion, report={"verdict": OUTSIDE})

    found = fairness_of(champion)
    assert (found.state, "Validation" in found.detail) == ("bad", True)


def test_of_two_versions_the_worse_counts(champion):
    of_month(champion, recommendation=WITHIN)
    stored(
        champion,
        population="decisions",
        model_version=None,
        since=datetime(2026, 10, 1, tzinfo=UTC),
        until=datetime(2026, 11, 1, tzinfo=UTC),
        report={"verdict": OUTSIDE},
    )

    found = fairness_of(champion)

    assert (found.state, "0 of 1 stages" in found.detail) == ("bad", True)


def test_my_day_says_that_the_queue_it_counts_is_of_all_products(officer):
    found = home.my_gauges.my_day(officer, at=NOW)

    assert "that wait, of all products" in found.detail


def test_notices_are_counted_of_the_product_that_is_shown(champion, waiting):
    waiting(recommendation="decline")
    Application.objects.update(status="declined")
    other = Product.objects.create(slug="car-loan", name="Car loan", created_at=NOW)

    own, others = (
        home.product_gauges.notices_due(product, at=NOW) for product in (champion.product, other)
    )

    assert (own.value, others.value) == ("1 due", "0 due")
    assert own.link == "/notices/?product=consumer-loan"
