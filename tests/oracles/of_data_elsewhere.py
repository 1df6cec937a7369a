"""What is recomputed from data that may not ship, where its file lies beside the others.

`heloc_dataset_v1.csv` is FICO's, `hmda.csv` the Boston Fed's as R's package AER has it (columns
`deny`, `pirat`, `afam`), `loanapp.csv` Wooldridge's.
"""

from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.stats import norm

DATA = Path(__file__).parents[3] / "shared" / "data"
FULL_MODEL = (
    *("white", "hrat", "obrat", "loanprc", "unem", "male", "married", "dep"),
    *("sch", "cosign", "chist", "pubrec", "mortlat1", "mortlat2", "vr"),
)


class NotHere(Exception):
    """The figure cannot be recomputed here."""


def _read(name):
    if not (DATA / name).exists():
        raise NotHere(f"{name} may not ship and is not here; it belongs beside the data used here")
    return pl.read_csv(DATA / name, null_values=["", "NA"])


def _below_59_5():
    heloc = _read("heloc_dataset_v1.csv").filter(
        pl.col("ExternalRiskEstimate").is_between(0, 59.5, closed="left")
    )
    is_bad = heloc["RiskPerformance"] == "Bad"
    return [int((~is_bad).sum()), int(is_bad.sum())]


def _of_another_library():
    raise NotHere(
        "told of optbinning's own Scorecard, fitted on heloc_dataset_v1.csv, which may not ship;"
        " no part of the product is in it: its scorecard is not that class"
    )


def _hmda(fit):
    hmda = _read("hmda.csv")
    inputs = [hmda["pirat"].to_numpy(), (hmda["afam"] == "yes").to_numpy().astype(float)]
    return list(fit((hmda["deny"] == "yes").to_numpy().astype(float), inputs))


def _white():
    loans = _read("loanapp.csv").select("approve", *FULL_MODEL).drop_nulls()
    assert loans.height == 1971
    inputs = [loans[name].to_numpy() for name in FULL_MODEL]
    return [linear(loans["approve"].to_numpy(), inputs)[1]]


def linear(said, inputs):
    """Fit a linear probability model; the constant comes first."""
    return np.linalg.lstsq(_with_constant(inputs), said, rcond=None)[0]


def logit(said, inputs):
    """Fit by likelihood."""
    return _likeliest(lambda margin: -np.logaddexp(0, -margin), said, inputs)


def probit(said, inputs):
    """Fit by likelihood."""
    return _likeliest(norm.logcdf, said, inputs)


def _likeliest(log_share, said, inputs):
    x, sign = _with_constant(inputs), np.where(said > 0, 1, -1)

    def unlikely(weights):
        return -log_share(sign * (x @ weights)).mean()

    found = minimize(unlikely, np.zeros(x.shape[1]), method="BFGS", options={"gtol": 1e-10})
    return found.x


def _with_constant(inputs):
    return np.column_stack([np.ones(len(inputs[0])), *inputs])


FOUND_BY = {
    "HELOC ERE (-inf,59.5) nonevent,event": _below_59_5,
    "HELOC scorecard ERE points (first 5 bins)": _of_another_library,
    "HELOC scorecard min/max points": _of_another_library,
    "HELOC scorecard Gini test/train": _of_another_library,
    "HELOC monitoring PSI total (refit, CART bins)": _of_another_library,
    "HMDA LPM const,PI,black": lambda: _hmda(linear),
    "HMDA probit": lambda: _hmda(probit),
    "HMDA logit": lambda: _hmda(logit),
    "loanapp LPM white coefficient, full model n=1971": _white,
}
