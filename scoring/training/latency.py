"""How long one application takes through the engine, measured where the model is trained."""

import os
import platform
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from scoring.engine import Engine
from scoring.features import example

RUNS = 300
CPU_INFO = Path("/proc/cpuinfo")


def of_one(engine: Engine, *, runs: int = RUNS) -> float:
    """Measure the median seconds from validated values to an answer."""
    return median(_taken(engine, runs))


def measured(engine: Engine, *, runs: int = RUNS) -> dict[str, Any]:
    """Say how long it takes, how often it was tried, and on what machine."""
    taken = _taken(engine, runs)
    return {
        "n": runs,
        "median": round(median(taken), 9),
        "p95": round(quantiles(taken, n=20)[-1], 9),
        "machine": machine(),
    }


def machine() -> str:
    """Name the processor, never the host."""
    lines = CPU_INFO.read_text().splitlines() if CPU_INFO.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.machine()
    return f"{name}, {os.cpu_count() or 1} cores, {platform.system()}"


def _taken(engine: Engine, runs: int) -> list[float]:
    values = example(engine.contract)
    taken = []
    for _ in range(runs):
        began = perf_counter()
        engine.score(values)
        taken.append(perf_counter() - began)
    return taken
