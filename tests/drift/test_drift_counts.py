"""The database counts a day's applications into the cells that numpy counts loans into."""

from datetime import UTC, datetime, timedelta

import drift_scene
import factories
import numpy as np
import pytest
from django.db import ProgrammingError
from structlog.testing import capture_logs

from credit.models import Application, Product
from monitoring import periods
from monitoring.drift import counts as drift_counts
from monitoring.drift import references as drift_references
from monitoring.drift import windows as drift_windows
from monitoring.models import DriftReference, Figures
from scoring.populations import drift_cells
from scoring.populations.drift_cells import Counted

AT = drift_scene.AT
TODAY = datetime(2026, 11, 22, tzinfo=UTC)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def version(db, toy_bundle):
    return drift_scene.champion(toy_bundle)


def counted(version, *, since=TODAY, until=TOMORROW):
    found = drift_counts.compute(version.product, since, until)
    return {segment: Counted.read(figures) for segment, figures in found.items()}


def test_numbers_lists_and_truths_are_in_the_same_cells_as_those_of_the_loans(version):
    made = drift_scene.apply(version, 60)
    columns = {name: [each.features[name] for each in made] for name in made[0].features}

    found = counted(version)[""]

    assert found.n == 60
    for feature in version.contract.read().features:
        values = columns[feature.name]
        is_number = feature.kind.is_numeric
        of_all = drift_cells.number_cells if is_number else drift_cells.value_cells
        assert found.features[feature.name] == of_all(values), feature.name
    pds = [drift_scene.pd_of(each.features) for each in made]
    assert found.scores == {str(version.pk): drift_cells.pd_cells(pds)}


@pytest.mark.parametrize(
    "value", [0, -3, 0.1, 1, 9.99, 10, 999, 1_000, 1e-9, 123_456.78, 1e15, None]
)
def test_a_value_on_an_edge_falls_on_the_same_side(version, value):
    drift_scene.apply(version, 1, change=lambda row: row | {"amount": value})

    found = counted(version)[""].features["amount"]

    assert found == drift_cells.number_cells([np.nan if value is None else value])


def test_each_partner_is_counted_apart_and_what_was_typed_in_here_only_in_all(version):
    drift_scene.apply(version, 5, partner=factories.partner())
    drift_scene.apply(version, 3, partner=factories.partner("north"), seed=1)
    drift_scene.apply(version, 2, seed=2)

    found = counted(version)

    assert {name: each.n for name, each in found.items()} == {
        "": 10,
        "partner:acme-broker": 5,
        "partner:north": 3,
    }


def test_what_was_corrected_of_another_day_or_of_another_product_is_left_out(version):
    superseded, *_ = drift_scene.apply(version, 4)
    Application.objects.filter(pk=superseded.pk).update(status="superseded")
    drift_scene.apply(version, 2, at=TOMORROW, seed=1)
    other = Product.objects.create(slug="other", name="Other", created_at=AT)

    assert counted(version)[""].n == 3
    assert drift_counts.compute(other, TODAY, TOMORROW)[""]["n"] == 0


def test_a_day_without_anybody_is_a_day_too(version):
    assert counted(version) == {"": Counted()}


def test_a_missed_or_doubled_count_changes_nothing(version):
    drift_scene.a_month(version, a_day=3, days=4, partner=factories.partner())
    periods.bring_up_to_date(drift_counts.KIND, at=AT)
    once = _figures()
    periods.bring_up_to_date(drift_counts.KIND, at=AT)

    assert _figures() == once
    Figures.objects.all().delete()
    for day in (20, 22):  # the 21st was missed
        periods.bring_up_to_date(drift_counts.KIND, at=AT.replace(day=day))
    assert _figures() == once


def _figures():
    return list(Figures.objects.filter(kind="drift").values_list("starts_at", "segment", "figures"))


# --- What a champion learned from ----------------------------------------------------------------


def test_what_a_champion_learned_from_is_counted_once(version):
    assert drift_windows.learned_by(version) is None
    assert drift_references.bring_up_to_date(at=AT) == 1
    assert drift_references.bring_up_to_date(at=AT) == 0

    then = drift_windows.learned_by(version)

    assert then.n == 1_000
    assert set(then.features) == set(version.contract.read().feature_names)
    assert sum(then.scores[str(version.pk)].values()) == 1_000
    assert then.features["housing"] == {"own": 713, "rent": 179, "free": 108}


def test_it_is_a_fact_that_nobody_changes(version):
    made = drift_references.make(version, at=AT)
    again = drift_references.make(version, at=AT + timedelta(days=1))

    assert again.made_at == AT
    with pytest.raises(ProgrammingError):
        DriftReference.objects.filter(pk=made.pk).update(counts={})


def test_a_file_that_is_gone_stops_nobody_else(champion):
    with capture_logs() as logs:
        assert drift_references.bring_up_to_date(at=AT) == 0  # its validation is nowhere

    assert [(each["event"], each["model"]) for each in logs] == [
        ("drift_not_watched", "consumer-loan/1")
    ]
