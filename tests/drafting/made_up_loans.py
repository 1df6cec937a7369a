"""A file of loans as lenders have it, made up."""

import numpy as np
import polars as pl

N = 3_000


def loans(**changes):
    """Make up a file as lenders have it."""
    rng = np.random.default_rng(7)
    income = rng.lognormal(8, 0.5, N).round(2)
    bad = (rng.random(N) < 1 / (1 + np.exp((income - 2_500) / 2_000))).astype(int)
    columns = {
        "LoanId": [f"L{at:05}" for at in range(N)],
        "amount": rng.integers(500, 30_000, N),
        "monthly_income": income,
        "years_employed": np.where(rng.random(N) < 0.2, 999, rng.integers(0, 40, N)),
        "region_code": rng.choice(["N", "S", "W", "?"], N, p=[0.5, 0.3, 0.1, 0.1]),
        "sex": rng.choice(["m", "f"], N),
        "age": rng.integers(18, 80, N),
        "approved_on": [f"2020-{1 + at % 12:02}-{1 + at % 28:02}" for at in range(N)],
        "charge_off_amount": np.where(bad == 1, 100, 0),
        "constant": ["x"] * N,
        "bad": bad,
    }
    return pl.DataFrame(columns | changes)


def parts(found):
    return {one.column.name: one.part for one in found.judged}
