"""What a dossier says beyond the manifest, measured once on rows that the model had not seen."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import chi2

from scoring import drift
from scoring.contract import Contract
from scoring.engine import Scores
from scoring.points import points_of
from scoring.proportions import Share, wilson
from scoring.reasons import groups_of, principal_reasons
from scoring.results import performance

Floats = NDArray[np.float64]
Bads = NDArray[np.bool_]
CURVE_POINTS = 41
BARS = 20
BINS = 10
FEWEST = 50  # rows; a part with fewer is left out of the stability figures
MOST_PERIODS = 12  # the newest
LARGE_SHIFT = 0.25
DIGITS = 6


def ranking(bad: Bads, pds: Floats) -> dict[str, Any]:
    """Draw how good and bad loans part: shares at or above a PD, and where they part most.

    Examples
    --------
    >>> found = ranking(np.array([False, False, True, True]), np.array([0.1, 0.4, 0.35, 0.8]))
    >>> found["ks"], found["ks_at"]
    (0.5, 0.8)
    """
    cuts = np.unique(pds)[::-1]
    of_bads, of_goods = (_at_or_above(cuts, pds[who]) for who in (bad, ~bad))
    most = int(np.argmax(np.abs(of_bads - of_goods)))
    shown = np.unique(np.linspace(0, len(cuts) - 1, CURVE_POINTS).round().astype(np.int64))
    return {
        "n": len(bad),
        "bads": int(bad.sum()),
        "auc": round(performance.auc(bad, pds), DIGITS),
        "ks": round(float(abs(of_bads[most] - of_goods[most])), DIGITS),
        "ks_at": round(float(cuts[most]), DIGITS),
        "ks_point": [round(float(side[most]), DIGITS) for side in (of_goods, of_bads)],
        "curve": [
            {"goods": 0.0, "bads": 0.0},
            *(
                {"goods": round(float(goods), DIGITS), "bads": round(float(bads), DIGITS)}
                for goods, bads in zip(of_goods[shown], of_bads[shown], strict=True)
            ),
        ],
    }


def _at_or_above(cuts: Floats, pds: Floats) -> Floats:
    below = np.searchsorted(np.sort(pds), cuts, side="left")
    return np.asarray(1 - below / len(pds), dtype=np.float64)


def calibration(bad: Bads, pds: Floats) -> list[dict[str, Any]]:
    """Hold predicted against realised in bins of about equal numbers, with Wilson's intervals."""
    found = []
    for item in performance.calibration(bad, pds, bins=BINS):
        bads = round(item.bad_rate * item.n)
        interval = wilson(Share(count=bads, n=item.n))
        found.append(
            {
                "n": item.n,
                "bads": bads,
                "mean_pd": round(item.mean_pd, DIGITS),
                "bad_rate": round(item.bad_rate, DIGITS),
                "low": round(interval.low, DIGITS),
                "high": round(interval.high, DIGITS),
            }
        )
    return found


def distribution(contract: Contract, bad: Bads, pds: Floats) -> list[dict[str, Any]]:
    """Count good and bad loans along the score, in bars of equal width."""
    points = points_of(pds, scale=contract.scale)
    edges = np.linspace(points.min(), max(points.max(), points.min() + 1), BARS + 1)
    goods, bads = (np.histogram(points[who], bins=edges)[0] for who in (~bad, bad))
    return [
        {
            "low": round(float(edges[at]), 1),
            "high": round(float(edges[at + 1]), 1),
            "goods": int(goods[at]),
            "bads": int(bads[at]),
        }
        for at in range(BARS)
    ]


def stability(pds: Floats, parts: Sequence[tuple[str, NDArray[np.bool_]]]) -> list[dict[str, Any]]:
    """Hold the score of each part of the rows against all others: the PSI, and what chance gives.

    Of two samples of the same people the index is about a chi-squared sum over the bins times
    `1/n + 1/m`; `by_chance` is what 95 of 100 pairs stay below.
    """
    return [
        {"name": name, **_shift(pds[~inside], pds[inside])}
        for name, inside in parts
        if min(int(inside.sum()), int((~inside).sum())) >= FEWEST
    ]


def _shift(others: Floats, own: Floats) -> dict[str, Any]:
    inner = drift.edges(others, bins=BINS)
    counted = [drift.counts(each, inner_edges=inner)[:-1] for each in (others, own)]
    by_chance = chi2.ppf(0.95, len(inner)) * (1 / len(others) + 1 / len(own)) if len(inner) else 0.0
    return {
        "n": len(own),
        "psi": round(drift.psi(counted[0], counted[1]), 4),
        "by_chance": round(float(by_chance), 4),
    }


def parts_by_fold(folds: Sequence[NDArray[np.int64]], n: int) -> list[tuple[str, Bads]]:
    """Name the rows of each fold of a cross-validation."""
    parts = []
    for number, tests in enumerate(folds, start=1):
        inside = np.zeros(n, dtype=bool)
        inside[tests] = True
        parts.append((str(number), inside))
    return parts


def parts_by_period(applied_on: pl.Series | None) -> list[tuple[str, Bads]]:
    """Name the rows of each year of application, or quarter where there are few years."""
    if applied_on is None or applied_on.null_count():
        return []
    years = applied_on.dt.year().cast(pl.String)
    named = years
    if years.n_unique() <= 2:
        named = years + "-Q" + applied_on.dt.quarter().cast(pl.String)
    names = sorted(named.unique().to_list())[-MOST_PERIODS:]
    return [(name, (named == name).to_numpy()) for name in names] if len(names) > 1 else []


def reasons(
    contract: Contract, values: Mapping[str, Sequence[Any]], scores: Scores
) -> dict[str, Any]:
    """Count how often each reason is among the principal ones, and check that shares add up.

    Parameters
    ----------
    values : mapping of feature to n values
        What was scored: applications that the model would not approve.
    scores : Scores
        What the model says of them.

    Returns
    -------
    dict
        `worst_gap` is in points: of base points and all shares to the score.
    """
    named = chosen_reasons(contract, values, scores)
    n = len(named)
    labels = _labels(contract)
    total = scores.base_points.astype(np.float64) + scores.reasons.sum(axis=1, dtype=np.float64)
    counted = {name: sum(name in row for row in named) for name in labels}
    return {
        "n": n,
        "worst_gap": round(float(np.abs(total - scores.points).max()), DIGITS) if n else None,
        "of": [
            {"name": name, "label": labels[name], **_counted(counted[name], n)}
            for name in sorted(labels, key=lambda name: -counted[name])
        ],
    }


def chosen_reasons(
    contract: Contract, values: Mapping[str, Sequence[Any]], scores: Scores
) -> list[tuple[str, ...]]:
    """Name the principal reasons of each row, worst first; features of one group are one."""
    names = dict(zip(contract.feature_names, _names(contract), strict=True))
    columns = [list(values[name]) for name in contract.feature_names]
    found = []
    for row, points in enumerate(scores.reasons.tolist()):
        said = {
            name: column[row] for name, column in zip(contract.feature_names, columns, strict=True)
        }
        chosen = principal_reasons(contract, said, points)
        found.append(tuple(names[reason.feature] for reason in chosen))
    return found


def _names(contract: Contract) -> tuple[str, ...]:
    return groups_of(contract) or contract.feature_names


def _labels(contract: Contract) -> dict[str, str]:
    """Say what each reason is about: a feature, or those that the contract puts in one group."""
    found: dict[str, str] = {}
    for name, feature in zip(_names(contract), contract.features, strict=True):
        found[name] = f"{found[name]}, {feature.label}" if name in found else feature.label
    return found


def _counted(count: int, n: int) -> dict[str, Any]:
    if not n:
        return {"count": 0, "share": None, "low": None, "high": None}
    interval = wilson(Share(count=count, n=n))
    return {
        "count": count,
        "share": round(count / n, DIGITS),
        "low": round(interval.low, DIGITS),
        "high": round(interval.high, DIGITS),
    }
