"""What hours and days came to is a function of what is stored, however often it is counted."""

from datetime import UTC, datetime, timedelta

import pytest

from credit.models import Product
from monitoring.models import Figures
from monitoring.periods import (
    MOST_AT_ONCE,
    Kind,
    bring_up_to_date,
    bring_wholly_up_to_date,
    figures_of,
    segments_of,
)

DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 1, 9, tzinfo=UTC)
NOON_OF_THE_FOURTH = datetime(2026, 11, 4, 12, tzinfo=UTC)
ALL = {"since": FIRST - DAY, "until": FIRST + 400 * DAY}


class Source:
    """Facts by day, and which days were asked for."""

    def __init__(self):
        self.by_day = {}
        self.asked = []

    def compute(self, _product, since, _until):
        self.asked.append(since.day)
        return self.by_day.get(since.day, {"": {"n": 0}})


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def kind(source):
    return Kind(name="made-up", length=DAY, again=1, compute=source.compute)


@pytest.fixture
def product(db):
    return Product.objects.create(slug="car-loan", name="Car loan", created_at=FIRST)


def test_every_day_from_the_products_first_to_the_running_one_is_counted(kind, source, product):
    assert bring_up_to_date(kind, at=NOON_OF_THE_FOURTH) == 4
    assert source.asked == [1, 2, 3, 4]
    assert [at.day for at, _ in figures_of("made-up", product, **ALL)] == [1, 2, 3, 4]


def test_a_second_run_counts_only_what_may_have_changed_and_changes_nothing(kind, source, product):
    bring_up_to_date(kind, at=NOON_OF_THE_FOURTH)
    before = list(Figures.objects.values_list("pk", "figures"))
    source.asked.clear()
    bring_up_to_date(kind, at=NOON_OF_THE_FOURTH)
    assert source.asked == [3, 4]
    assert list(Figures.objects.values_list("pk", "figures")) == before


def test_a_missed_run_is_made_up_for_by_the_next(kind, source, product):
    bring_up_to_date(kind, at=FIRST)
    source.asked.clear()
    bring_up_to_date(kind, at=NOON_OF_THE_FOURTH)
    assert source.asked == [1, 2, 3, 4]  # the first was still running when it was counted


def test_a_segment_that_is_gone_when_a_day_is_counted_again_is_gone(kind, source, product):
    source.by_day[4] = {"": {"n": 2}, "partner:acme": {"n": 2}}
    bring_up_to_date(kind, at=NOON_OF_THE_FOURTH)
    assert segments_of("made-up", product, **ALL) == ["partner:acme"]
    source.by_day[4] = {"": {"n": 0}}
    bring_up_to_date(kind, at=NOON_OF_THE_FOURTH)
    assert segments_of("made-up", product, **ALL) == []


def test_what_belongs_to_no_product_is_counted_once_for_all(source, db):
    kind = Kind(name="made-up", length=DAY / 24, again=0, compute=source.compute, by_product=False)
    bring_up_to_date(kind, at=NOON_OF_THE_FOURTH)
    bring_up_to_date(kind, at=NOON_OF_THE_FOURTH + timedelta(hours=2))
    assert [at.hour for at, _ in figures_of("made-up", None, **ALL)] == [12, 13, 14]


def test_a_long_gap_is_caught_up_with_over_several_runs(kind, product):
    long_after = FIRST + (MOST_AT_ONCE + 10) * DAY
    assert bring_up_to_date(kind, at=long_after) == MOST_AT_ONCE
    assert bring_up_to_date(kind, at=long_after) == 11
    assert bring_up_to_date(kind, at=long_after) == 2


def test_a_command_catches_up_with_its_own_product_to_the_end(kind, source, product):
    Product.objects.create(slug="other", name="Other", created_at=FIRST)

    bring_wholly_up_to_date(kind, product, at=FIRST + (2 * MOST_AT_ONCE + 10) * DAY)

    assert Figures.objects.filter(product=product).count() == 2 * MOST_AT_ONCE + 11
    assert not Figures.objects.exclude(product=product).exists()
    assert len(source.asked) == 2 * MOST_AT_ONCE + 13, "the last two were counted once more"


def test_what_was_counted_is_counted_anew_where_a_command_says_so(kind, source, product):
    bring_up_to_date(kind, at=NOON_OF_THE_FOURTH)
    source.by_day[2] = {"": {"n": 7}}  # a replay wrote into a day that was over
    bring_wholly_up_to_date(kind, product, at=NOON_OF_THE_FOURTH)
    assert figures_of("made-up", product, **ALL)[1][1] != {"n": 7}

    bring_wholly_up_to_date(kind, product, at=NOON_OF_THE_FOURTH, is_anew=True)

    assert figures_of("made-up", product, **ALL)[1][1] == {"n": 7}
