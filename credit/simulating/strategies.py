"""The same stream under three ways of keeping a model.

The managed loop is what the product did. The other two are calculated beside it and touch none of
its tables: above all no model of immature labels is ever registered (law 11).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from credit import serving
from credit.models import ModelVersion
from credit.simulating import loans as loan_files
from credit.simulating.days import Days
from credit.simulating.held import Held
from credit.simulating.loans import Loans
from scoring.simulation import book as books
from scoring.simulation import officer as officers
from scoring.simulation.accounts import Account, Strategy, Stream, accounts
from scoring.simulation.book import columns_of
from scoring.training.calibrate import CalibrationRefused
from scoring.training.shadow_fit import fit_shadow

MANAGED, FIRST, IMMATURE = "managed loop", "first model left alone", "retrained on immature labels"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The accounts of the strategies, the first being the managed loop's."""

    accounts: list[Account]
    strategies: list[Strategy]
    immature_fits: list[dict[str, Any]]


def compare(days: Days, loans: Loans, trained_on: Sequence[date]) -> Compared:
    """Account for the three over the loans that a model scored."""
    held = [each for each in days.held if each.pd is not None]
    frame = pl.DataFrame(
        columns_of([each.loan for each in held], days.contract), schema=loans.types
    )
    immature, fits = _immature(days, loans, held, frame, trained_on)
    pds = {
        MANAGED: np.array([each.pd for each in held], dtype=np.float64),
        FIRST: _first(days, frame),
        IMMATURE: immature,
    }
    stream = Stream(
        bad=np.array([each.loan.failed_on is not None for each in held], dtype=np.bool_),
        amount=np.array([float(each.loan.amount) for each in held]),
    )
    strategies = [
        Strategy(name=name, pd=pd, approved=_approved(days, held, pd)) for name, pd in pds.items()
    ]
    found = accounts(stream, strategies, economics=days.contract.economics, seed=days.asked.seed)
    return Compared(accounts=found, strategies=strategies, immature_fits=fits)


def _approved(days: Days, held: Sequence[Held], pds: Floats) -> NDArray[np.bool_]:
    """Let the same officers decide, by the cut-offs alone: all strategies are treated alike."""
    policy = days.contract.policy
    return np.array(
        [
            officers.approves_at(policy, float(pd), seed=days.asked.seed, loan=each.loan.row)
            for each, pd in zip(held, pds, strict=True)
        ],
        dtype=np.bool_,
    )


def _first(days: Days, frame: pl.DataFrame) -> Floats:
    first = ModelVersion.objects.filter(product=days.product).order_by("number").first()
    if first is None:
        raise ValueError("a run has a first model")
    engine = serving.engine_of(first.bundle_hash)
    names = days.contract.feature_names
    pds = engine.pds_many({name: frame[name].to_list() for name in names})
    return np.asarray(pds, dtype=np.float64)


def _immature(
    days: Days,
    loans: Loans,
    held: Sequence[Held],
    frame: pl.DataFrame,
    trained_on: Sequence[date],
) -> tuple[Floats, list[dict[str, Any]]]:
    """Train when the managed loop does, on all that was lent: what has not failed is good."""
    applied = np.array([each.loan.applied_on for each in held])
    pds, told = np.zeros(len(held)), []
    predict: Callable[[pl.DataFrame], Floats] | None = None
    for number, day in enumerate(trained_on):
        rows = _lent(days, loans, frame, held, day)
        with suppress(CalibrationRefused):  # it goes on with the one before
            predict = fit_shadow(days.contract, rows)
        told.append({"on": day.isoformat(), "rows": rows.height, "bads": int(rows["bad"].sum())})
        until = trained_on[number + 1] if number + 1 < len(trained_on) else date.max
        theirs = (applied >= day) & (applied < until)
        if theirs.any() and predict is not None:
            pds[theirs] = predict(frame.filter(pl.Series(theirs)))
    return pds, told


def _lent(
    days: Days, loans: Loans, frame: pl.DataFrame, held: Sequence[Held], day: date
) -> pl.DataFrame:
    """Give what was lent before a day, labelled by what was known on it, mature or not."""
    names = [*days.contract.feature_names, "bad"]
    book = books.as_known_on(
        loans.raw, days.contract, before=loans.start, on=day, only_mature=False
    )
    old = loan_files.typed(book, days.contract).select(names)
    known = [int(each.loan.failed_on is not None and each.loan.failed_on <= day) for each in held]
    lent = pl.Series(
        [each.is_approved and each.loan.applied_on < day for each in held], dtype=pl.Boolean
    )
    own = frame.with_columns(pl.Series("bad", known, dtype=old.schema["bad"])).filter(lent)
    return pl.concat([old, own.select(names)])
