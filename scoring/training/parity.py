"""The gate every export passes: the graph against XGBoost and against other ways to its shares.

Nothing here trusts the code that wrote the graph. What is compared, and how near it must be,
stands in `LIMITS`; a graph that misses one is not released.
"""

import numpy as np
from numpy.typing import NDArray

from scoring.training import oracle
from scoring.training.calibrate import sigmoid
from scoring.training.encoding import matrix_of
from scoring.training.export import Exported, Model, export
from scoring.training.fit import margins
from scoring.training.monotone import worst_step
from scoring.training.probes import Inputs, count_of, joined, probes, taken
from scoring.training.served import Answers, Graph

Floats = NDArray[np.float64]

# All but PDs are limited in log-odds, so that a scale of more points a doubling is not held to
# more digits than float32 has; 3e-5 is 0.0009 points at 20 a doubling. Margin, points and
# additivity are limited relative to 1 + |margin|: a float32 sum of hundreds of leaves loses more
# where it is large, in XGBoost as in the graph. Additivity has room for large shares that cancel
# out: 300 trees over 60 features of a million loans were off by 1.5e-5.
LIMITS = {
    "margin": 1e-5,
    "pd": 2e-6,
    "points": 1e-5,
    "additivity": 3e-5,
    "shares_by_quadrature": 3e-5,
    "shares_by_coalitions": 3e-5,
    "mean_share_of_reference": 3e-5,
    "base_points": 3e-5,
    "against_monotone": 0.0,
    "alone_or_in_a_batch": 0.0,
}
REAL_ROWS = 256
ROWS_AT_ONCE = 8_192
QUADRATURE_ROWS = 8
QUADRATURE_REFERENCE = 1_000  # a larger one is sampled: time grows with rows times leaves
QUADRATURE_SAMPLE = 200
COALITION_ROWS = 12
FEW_REFERENCE = 4
PLAYERS_OF_FEW = 4  # differ among the reference rows; with the row's own, at most 2^11 mixtures
PLAYERS_MIXED = 7


class ParityFailed(ValueError):
    """The graph does not say what the model says; it must not be released."""


def check(
    model: Model,
    exported: Exported,
    *,
    training_rows: Inputs,
    reference: NDArray[np.int64],
    seed: int,
) -> dict[str, float]:
    """Compare an exported graph with its model; give the worst of each difference.

    Parameters
    ----------
    model : Model
        What was exported.
    exported : Exported
        The graph, and what the export says it worked out.
    training_rows : dict of arrays (n, 1)
        Rows the model was fitted on; some are probed.
    reference : array of row numbers
        Which of them are the reference population of the shares.
    seed : int
        Of the random rows.

    Raises
    ------
    ParityFailed
        A difference is above its limit; the message names each.
    """
    rng = np.random.default_rng(seed)
    graph = Graph(exported.graph)
    some = rng.permutation(count_of(training_rows))[:REAL_ROWS]
    rows = probes(model.encoding, exported.forest, taken(training_rows, some), rng=rng)
    population = taken(training_rows, reference)
    answers = graph.answer(rows)
    figures = {
        **_against_the_model(model, answers, rows),
        **_of_the_reference(model, graph, population),
        **_by_quadrature(model, graph, rows, population, rng=rng),
        **_by_coalitions(model, rows, population, rng=rng),
        "against_monotone": worst_step(model.encoding, graph, rows),
        "alone_or_in_a_batch": _by_batch_size(graph, rows, answers),
    }
    _refuse(figures)
    return {"rows": count_of(rows), **{name: _rounded(figures[name]) for name in LIMITS}}


def _against_the_model(model: Model, answers: Answers, rows: Inputs) -> dict[str, float]:
    margin = margins(model.booster, matrix_of(model.encoding, rows))
    logit = model.calibration.logit(margin)
    points = model.scale.offset - model.scale.factor * logit
    total = answers.reasons.sum(axis=1) + answers.base_points
    size = 1 + np.abs(margin)
    return {
        "margin": _worst((answers.margin - margin) / size),
        "pd": _worst(answers.pd - sigmoid(logit)),
        "points": _worst((answers.points - points) / size) / model.scale.factor,
        "additivity": _worst((total - points) / size) / model.scale.factor,
    }


def _of_the_reference(model: Model, graph: Graph, population: Inputs) -> dict[str, float]:
    """Check the whole reference: its shares average to nought and its points to the base.

    What a row has over another is what the other lacks, so over all pairs of one population
    every player's share cancels out. This holds the histogram behind the tables to every row.
    """
    shares, points = np.zeros(len(model.encoding.features)), 0.0
    for start in range(0, count_of(population), ROWS_AT_ONCE):
        part = taken(population, slice(start, start + ROWS_AT_ONCE))
        answers = graph.answer(part)
        shares += answers.reasons.sum(axis=0)
        logit = model.calibration.logit(margins(model.booster, matrix_of(model.encoding, part)))
        points += float((model.scale.offset - model.scale.factor * logit).sum())
    count = count_of(population) * model.scale.factor
    return {
        "mean_share_of_reference": _worst(shares) / count,
        "base_points": abs(points / count - answers.base_points / model.scale.factor),
    }


def _by_quadrature(
    model: Model, graph: Graph, rows: Inputs, population: Inputs, *, rng: np.random.Generator
) -> dict[str, float]:
    """Check some rows' shares against the whole reference, or a sample where it is large."""
    if count_of(population) > QUADRATURE_REFERENCE:
        some = rng.permutation(count_of(population))[:QUADRATURE_SAMPLE]
        population = taken(population, some)
        graph = _graph_for(model, population)
    chosen = taken(rows, rng.permutation(count_of(rows))[:QUADRATURE_ROWS])
    encoded = [matrix_of(model.encoding, part) for part in (chosen, population)]
    shares = oracle.by_quadrature(model.booster, model.encoding.players, *encoded)
    return {"shares_by_quadrature": _off(model, graph.answer(chosen), shares)}


def _by_coalitions(
    model: Model, rows: Inputs, population: Inputs, *, rng: np.random.Generator
) -> dict[str, float]:
    """Check shares against the definition, where few enough players differ to enumerate."""
    first = taken(population, slice(0, 1))
    few = _mixed(first, population, PLAYERS_OF_FEW, count=FEW_REFERENCE, rng=rng)
    chosen = joined(
        *(_mixed(first, rows, PLAYERS_MIXED, count=1, rng=rng) for _ in range(COALITION_ROWS))
    )
    matrix, reference = (matrix_of(model.encoding, part) for part in (chosen, few))
    shares = np.stack(
        [
            oracle.by_coalitions(model.booster, model.encoding.players, row, reference)
            for row in matrix
        ]
    )
    answers = _graph_for(model, few).answer(chosen)
    return {"shares_by_coalitions": _off(model, answers, shares)}


def _mixed(
    base: Inputs, others: Inputs, players: int, *, count: int, rng: np.random.Generator
) -> Inputs:
    """Copy a row, with the same few players' values taken from other rows."""
    mixed = joined(*[base] * count)
    picked = rng.integers(count_of(others), size=count)
    for name in rng.permutation(list(base))[:players]:
        mixed[str(name)] = others[str(name)][picked]
    return mixed


def _graph_for(model: Model, population: Inputs) -> Graph:
    """Export the same model against a smaller reference."""
    return Graph(export(model, matrix_of(model.encoding, population)).graph)


def _by_batch_size(graph: Graph, rows: Inputs, answers: Answers) -> float:
    """Check that a row gets the same bits alone and in a small batch as among all."""
    worst = 0.0
    for size in (1, 64):
        for start in range(0, min(16 * size, count_of(rows)), size):
            part = slice(start, start + size)
            found = graph.answer(taken(rows, part))
            for name in ("pd", "margin", "points", "reasons"):
                worst = max(worst, _worst(getattr(found, name) - getattr(answers, name)[part]))
    return worst


def _off(model: Model, answers: Answers, shares: Floats) -> float:
    """Compare shares in points with shares in margin, in log-odds."""
    return _worst(answers.reasons / model.scale.factor + model.calibration.slope * shares)


def _worst(differences: Floats) -> float:
    """Give the largest absolute difference; a NaN is no small one."""
    return float(np.nan_to_num(np.abs(differences), nan=np.inf).max())


def _rounded(figure: float) -> float:
    """Keep two digits: the rest differs between processors, and the manifest is hashed."""
    return float(f"{figure:.1e}")


def _refuse(figures: dict[str, float]) -> None:
    missed = [
        f"{name} is off by {figures[name]:.2g}, more than {limit:.2g}"
        for name, limit in LIMITS.items()
        if not figures[name] <= limit
    ]
    if missed:
        raise ParityFailed("The exported graph differs from its model: " + "; ".join(missed))
