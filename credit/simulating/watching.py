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
from scoring.contract import Contract
from scoring.features import Value
from scoring.simulation import alarms
from scoring.simulation.alarms import Aged, Check
from scoring.simulation.book import DAYS, columns_of

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
    years = newest - (YEARS_BEFORE + 1) * A_YEAR, newest
    granted = [*_old(days, old_book, years), *_own(days.held, years)]
    known = [
        Aged(began=began, failed=failed if failed and failed <= on else None)
        for began, failed in granted
    ]
    recent = [each for each in known if each.began > newest - A_YEAR]
    past = [each for each in known if each.began <= newest - A_YEAR]
    return alarms.early_losses(past, recent)


def _old(
    days: Days, old_book: pl.DataFrame, years: tuple[date, date]
) -> list[tuple[date, date | None]]:
    """Give when loans of the old book began in some years, and when they failed."""
    began, failed = (pl.col(str(getattr(days.contract.columns, name))) for name in DAYS)
    return old_book.filter(began.is_between(*years, closed="right")).select(began, failed).rows()


def _own(held: Iterable[Held], years: tuple[date, date]) -> list[tuple[date, date | None]]:
    return [
        (each.loan.applied_on, each.loan.failed_on)
        for each in held
        if years[0] < each.loan.applied_on <= years[1] and each.is_approved
    ]


def _calibration(days: Days, *, on: date) -> Check:
    matured = [
        each
        for each in days.held
        if each.told and each.pd is not None and on - MATURED_LATELY < each.matures_on <= on
    ]
    bad = [each.loan.failed_on is not None and each.loan.failed_on <= on for each in matured]
    return alarms.calibration([each.pd or 0.0 for each in matured], bad)
