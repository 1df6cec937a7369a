"""How long one application takes through the engine, measured where the model is trained."""

from statistics import median
from time import perf_counter

from scoring.engine import Engine
from scoring.features import example

RUNS = 300


def of_one(engine: Engine, *, runs: int = RUNS) -> float:
    """Measure the median seconds from validated values to an answer."""
    values = example(engine.contract)
    taken = []
    for _ in range(runs):
        began = perf_counter()
        engine.score(values)
        taken.append(perf_counter() - began)
    return median(taken)
