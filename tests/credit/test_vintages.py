"""Months of decisions with their matured outcomes, counted by the worker and checked."""

from datetime import UTC, date, datetime, timedelta

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.actions import outcomes
from credit.models import Alert, Decision
from monitoring import findings
from monitoring.models import CountedVintage
from monitoring.results import performance, performance_findings, vintage_rows, vintages
from scoring.results import vintage_figures
from scoring.results.binned_ranking import BINS, bin_of
from scoring.results.vintages import Cell, counted, from_json, to_json

NOVEMBER = date(2026, 11, 1)
AT = factories.AT
A_YEAR_LATER = AT + timedelta(days=366)
LONG_AFTER = datetime(2028, 3, 1, tzinfo=UTC)


@pytest.fixture
def product(champion):
    return champion.product


@pytest.fixture
def lent(champion, officer):
    """Approve loans without a person, a minute apart; those that turn out are reported later."""

    def run(*turned_out, reported_at=A_YEAR_LATER, said=factories.AUTOMATIC):
        for number, outcome in enumerate(turned_out):
            made = factories.decide(at=AT + timedelta(minutes=number), **said)
            if outcome is not None:
                outcomes.report(
                    decision_id=made.decision_id,
                    is_bad=outcome == "bad",
                    observed_on=reported_at.date(),
                    by=officer,
                    at=reported_at,
                )

    return run


def read(product, *, at, segment="", month=NOVEMBER):
    vintages.count_month(product, month, at=at)
    row = CountedVintage.objects.get(product=product, month=month, segment=segment)
    return from_json(row.vintage)


def test_an_approved_loan_stands_in_the_bin_of_its_pd(product, lent):
    lent(None, None)

    vintage = read(product, at=AT)

    pd = Decision.objects.first().application.score.pd
    assert vintage.count("n") == 2
    assert vintage.of("n")[bin_of(pd)] == 2
    assert vintage.sum("pd") == pytest.approx(2 * pd)
    assert vintage.sum("pd2") == pytest.approx(2 * pd**2)


def test_declined_and_waiting_ones_are_counted_apart(product, lent):
    lent(None)
    factories.decide(at=AT + timedelta(hours=1), **factories.REFERRED)

    vintage = read(product, at=AT + timedelta(hours=2))

    assert (vintage.count("n"), vintage.declined, vintage.open) == (1, 0, 1)


def test_an_outcome_counts_when_it_is_known_and_its_window_has_passed(product, lent):
    early = AT + timedelta(days=60)
    lent("bad", "good", None, reported_at=early)

    before = read(product, at=early + timedelta(days=1))
    assert before.count("matured") == 0

    later = read(product, at=A_YEAR_LATER)
    assert (later.count("matured"), later.count("bads")) == (2, 1)
    assert later.money.tolist() == [4200, 4200**2, 4200, 4200**2]


def test_each_version_has_a_part_and_together_they_are_everything(product, champion, lent):
    lent(None)

    whole, part = read(product, at=AT), read(product, at=AT, segment=f"version:{champion.pk}")

    assert to_json(whole) == to_json(part)


def test_counting_twice_changes_nothing(product, lent):
    lent("bad", "good")
    vintages.count_due(at=A_YEAR_LATER)
    before = list(CountedVintage.objects.order_by("pk").values())

    assert vintages.count_due(at=A_YEAR_LATER) == 0
    vintages.count_month(product, NOVEMBER, at=A_YEAR_LATER)

    assert list(CountedVintage.objects.order_by("pk").values()) == before


def test_a_month_that_is_over_is_counted_again_only_when_something_came(product, lent, officer):
    lent(None)
    january = datetime(2027, 1, 5, tzinfo=UTC)
    vintages.count_due(at=january)

    def due(at):
        vintages.count_due(at=at)
        return CountedVintage.objects.get(product=product, month=NOVEMBER, segment="").computed_at

    assert due(january + timedelta(hours=2)) == january
    decision = Decision.objects.first()
    outcomes.report(
        decision_id=decision.pk, is_bad=False, observed_on=january.date(), by=officer, at=january
    )
    assert due(january + timedelta(hours=3)) == january + timedelta(hours=3)
    matured = AT + timedelta(days=370)
    assert due(matured) == matured


def test_the_count_of_a_month_whose_decisions_were_dropped_stays(product):
    store(product, NOVEMBER)
    CountedVintage.objects.update(seen=[5, 5, 5, 5])

    vintages.count_due(at=LONG_AFTER + timedelta(hours=2))

    assert CountedVintage.objects.get(month=NOVEMBER).measured["n"] == 2_000


def test_only_a_month_of_which_all_loans_are_old_enough_is_complete(product, lent):
    lent("bad", "good")
    vintages.count_due(at=A_YEAR_LATER)

    (row,) = vintage_rows.rows(product, at=A_YEAR_LATER)
    assert not row.is_complete
    assert vintage_rows.newest_matured(product, at=A_YEAR_LATER) is None
    (row,) = vintage_rows.rows(product, at=LONG_AFTER)
    assert row.is_complete


def store(product, month, *, n=2_000, pd=0.05, times=1.0, ranks=True):
    """Store a month as it would have been counted: half its loans of a PD, half of thrice that."""
    cells = []
    for each, share in ((pd, 0.5), (3 * pd, 0.5)):
        here = round(n * share)
        rate = each if ranks else 2 * pd
        bads = round(here * rate * times)
        place = bin_of(each)
        for outcome, count in (("bad", bads), ("good", here - bads)):
            sums = (count, count * each, count * each**2, count * 1e3, count * 1e6)
            cells.append(Cell(place, "A" if each == pd else "B", "approved", outcome, *sums))
    vintage = counted(cells)
    CountedVintage.objects.create(
        product=product,
        month=month,
        segment="",
        vintage=to_json(vintage),
        measured=vintage_figures.measured(vintage),
        seen=[],
        computed_at=LONG_AFTER,
    )


def told(product):
    return {each.cause: each for each in performance_findings.findings(product, at=LONG_AFTER)}


def test_loans_that_came_true_raise_nothing(product):
    store(product, date(2026, 12, 1))

    found = told(product)
    findings.tell(list(found.values()), at=LONG_AFTER)

    assert set(found) == {"performance_fell", "calibration_off"}
    assert not any(each.is_bad for each in found.values())
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("planted", "cause", "says"),
    [
        ({"ranks": False}, "performance_fell", "their PDs promise 0."),
        ({"times": 1.6}, "calibration_off", "1.60 times as many"),
        ({"times": 0.5}, "calibration_off", "0.50 times as many"),
    ],
)
def test_what_is_planted_raises_exactly_one_alert_that_says_it(product, planted, cause, says):
    store(product, date(2026, 12, 1), **planted)

    found = told(product)
    for _ in range(2):
        findings.tell(list(found.values()), at=LONG_AFTER)

    assert [name for name, each in found.items() if each.is_bad] == [cause]
    assert says in found[cause].message
    assert "December 2026, of 100% of those approved" in found[cause].message
    assert found[cause].n == 2_000
    assert Alert.objects.get().cause == cause


def test_small_months_are_put_together_and_the_newest_come_first(product):
    for month in range(1, 13):
        store(product, date(2026, month, 1), n=1_000, times=3.0 if month < 6 else 1.0)

    looked = performance.look(product, at=LONG_AFTER)

    assert looked.pool.until == date(2026, 12, 1)
    assert looked.pool.since == date(2026, 11, 1)
    assert not looked.calibration.is_bad


def test_of_too_few_nothing_is_told_and_the_gauge_says_so(product):
    store(product, date(2026, 12, 1), n=40)

    assert told(product) == {}
    found = performance.gauge(product, at=LONG_AFTER)
    assert (found.state, found.value) == ("unknown", "Too few outcomes to say")


def test_the_gauge_says_how_many_of_when_and_how_sure(product):
    store(product, date(2026, 12, 1))

    found = performance.gauge(product, at=LONG_AFTER)

    assert (found.state, found.value) == ("good", "As promised")
    assert "2,000 loans of December 2026" in found.detail
    assert "bad 10.0% (8.7% to 11.3%)" in found.detail
    assert found.link == "/monitoring/consumer-loan/performance/"


def test_before_anything_matured_the_gauge_is_unknown(product):
    found = performance.gauge(product, at=AT)

    assert (found.state, found.value) == ("unknown", "Nothing has matured yet")


def test_reading_asks_as_little_of_ten_years_as_of_one(product, lent):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            performance.performance(product, at=LONG_AFTER)
        return len(seen)

    store(product, date(2026, 12, 1))
    few = asked()
    for number in range(100):
        store(product, date(2010 + number // 12, number % 12 + 1, 1), n=400)

    assert asked() == few
    assert few <= 12


def test_bins_of_the_query_are_those_of_python(product, lent):
    """The query counts by the very bins that figures are read by."""
    for said in (factories.AUTOMATIC, factories.APPROVED, factories.REFERRED, factories.DECLINED):
        factories.decide(at=AT, **said)
    with connection.cursor() as cursor:
        cursor.execute(vintages._CELLS, vintages._asked(product, NOVEMBER, at=AT))
        places = {row[6] / row[5]: row[1] for row in cursor.fetchall()}

    assert places
    assert all(bin_of(float(pd)) == place for pd, place in places.items())
    assert all(0 <= place < BINS for place in places.values())
