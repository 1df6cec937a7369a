"""Loans of people of two origins, and a product that is searched for what is fairer to them."""

import numpy as np
import polars as pl

from scoring.contract import Contract
from scoring.training import synthetic

SHAPE = synthetic.Recipe(numbers=3, categories=0, rounds=20, max_depth=2, folds=3)
PROTECTED = """
[[protected]]
name = "origin"
label = "Origin"
source = "origin"
assessable = true
reference = "a"
groups = [
  { value = "a", label = "From A", source = ["a"] },
  { value = "b", label = "From B", source = ["b"] },
]
"""
ROWS = 1_500


def contract():
    """Let a contract protect the origin."""
    few = "bootstrap_models = 2\n[[officer_reasons]]"
    text = synthetic.contract_of(SHAPE).text.replace("[[officer_reasons]]", few)
    return Contract.parse((text + PROTECTED).encode())


def people():
    """Make up loans: number_1 says little but who is from B, and they were judged harder."""
    rng = np.random.default_rng(1)
    is_b = rng.random(ROWS) < 0.4
    risk, noise = rng.normal(size=ROWS), rng.normal(size=ROWS)
    proxy = 2 * is_b + rng.normal(size=ROWS) * 0.4
    logit = -1.2 + 1.2 * risk + 0.7 * is_b
    frame = pl.DataFrame(
        {
            "row": [f"loan:{number}" for number in range(ROWS)],
            "number_0": risk.clip(-9, 9),
            "number_1": proxy.clip(-9, 9),
            "number_2": noise.clip(-9, 9),
            "bad": (rng.random(ROWS) < 1 / (1 + np.exp(-logit))).astype(np.int8),
        }
    )
    return frame, {"origin": np.where(is_b, "b", "a").tolist()}


def silence(what, share):
    """Tell nobody."""
