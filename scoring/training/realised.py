"""Predicted against realised: by band of the contract, and by the quarter of the application."""

from typing import Any

import numpy as np
import polars as pl

from scoring.contract import Contract
from scoring.proportions import Share, wilson
from scoring.training.calibrate import Floats, Outcomes
from scoring.training.out_of_time import quarters

FEWEST = 20  # rows; a quarter with fewer is left out
DIGITS = 6


def by_band(contract: Contract, pds: Floats, bad: Outcomes) -> list[dict[str, Any]]:
    """Say for each band how many were predicted and how many turned out bad."""
    edges = [band.pd_below for band in contract.bands[:-1]]
    place = np.searchsorted(edges, pds, side="right")
    return [
        {"band": band.name, **_figures(pds[place == at], bad[place == at])}
        for at, band in enumerate(contract.bands)
    ]


def by_quarter(applied_on: pl.Series, pds: Floats, bad: Outcomes) -> list[dict[str, Any]]:
    """Say for each quarter of application what was predicted and what happened."""
    named = quarters(applied_on)
    return [
        {"quarter": str(name), **_figures(pds[named == name], bad[named == name])}
        for name in sorted(set(named))
        if (named == name).sum() >= FEWEST
    ]


def _figures(pds: Floats, bad: Outcomes) -> dict[str, Any]:
    n, bads = len(bad), int(bad.sum())
    if not n:
        return {"n": 0, "bads": 0, "mean_pd": None, "bad_rate": None, "low": None, "high": None}
    interval = wilson(Share(count=bads, n=n))
    return {
        "n": n,
        "bads": bads,
        "mean_pd": round(float(pds.mean()), DIGITS),
        "bad_rate": round(bads / n, DIGITS),
        "low": round(interval.low, DIGITS),
        "high": round(interval.high, DIGITS),
    }
