"""The monthly look: whether the model is still right, by what the lender knows on that day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from credit.models import ModelVersion
from credit.simulating import learning
from credit.simulating.days import Days
from credit.simulating.held import Held
from scoring import simulation_alarms as alarms
from scoring.contract import Contract
from scoring.features import Value
from scoring.simulation_alarms import Aged, Check
from scoring.simulation_book import DAYS, columns_of

LATELY = timedelta(days=92)  # of applications
MATURED_LATELY = timedelta(days=365)
A_YEAR = timedelta(days=365)
YEARS_BEFORE = 3  # of loans that recent ones are compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What a champion learned from, read once."""

    version_id: int
    pds: np.ndarray
    columns: dict[str, list[Value]]


def then_of(version: ModelVersion, contract: Contract) -> Then:
    """Read what a champion learned from."""
    pds, frame = learning.learned_from(version)
    return Then(
        version_id=version.pk,
        pds=pds,
        columns={name: frame[name].to_list() for name in contract.feature_names},
    )


def look(days: Days, then: Then, *, old_book: pl.DataFrame, on: date) -> list[Check]:
    """Ask the three questions on a day."""
    return [
        _population(days, then, on=on),
        _early_losses(days, old_book, on=on),
        _calibration(days, on=on),
    ]


def _population(days: Days, then: Then, *, on: date) -> Check:
    lately = [
        each
        for each in days.held
        if on - LATELY <= each.loan.applied_on < on
        and each.version_id == then.version_id
        and each.pd is not None
    ]
    now = np.array([each.pd for each in lately], dtype=np.float64)
    columns = columns_of([each.loan for each in lately], days.contract)
    return alarms.population(days.contract, then=(then.pds, then.columns), now=(now, columns))


def _early_losses(days: Days, old_book: pl.DataFrame, *, on: date) -> Check:
    """Compare the loans of one year with those of the three before it, all two years old."""
    newest = on - alarms.EARLY
    granted = [*_old(days, old_book, on=on), *_own(days.held, on=on)]
    recent = [each for each in granted if newest - A_YEAR < each.began <= newest]
    past = [
        each
        for each in granted
        if newest - (YEARS_BEFORE + 1) * A_YEAR < each.began <= newest - A_YEAR
    ]
    return alarms.early_losses(past, recent)


def _old(days: Days, old_book: pl.DataFrame, *, on: date) -> Iterable[Aged]:
    names = [str(getattr(days.contract.columns, name)) for name in DAYS]
    for began, failed in old_book.select(names).iter_rows():
        yield Aged(began=began, failed=failed if failed and failed <= on else None)


def _own(held: Iterable[Held], *, on: date) -> Iterable[Aged]:
    for each in held:
        failed = each.loan.failed_on
        if each.is_approved:
            yield Aged(
                began=each.loan.applied_on, failed=failed if failed and failed <= on else None
            )


def _calibration(days: Days, *, on: date) -> Check:
    matured = [
        each
        for each in days.held
        if each.told and each.pd is not None and on - MATURED_LATELY < each.matures_on <= on
    ]
    bad = [each.loan.failed_on is not None and each.loan.failed_on <= on for each in matured]
    return alarms.calibration([each.pd or 0.0 for each in matured], bad)
