"""What the training rows look like, as a tree of pairwise dependencies (Chow and Liu, 1968)."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Contract, Feature, Kind
from scoring.familiarity import FORMAT

MOST_ROWS = 200_000
SEED = 0
QUANTILES = (0.005, *(tenth / 10 for tenth in range(1, 10)), 0.995)
THRESHOLD = 0.995  # of the training rows surprise less, each by the table of all the others
DIGITS = 3
Codes = NDArray[np.int64]


def fit_familiarity(contract: Contract, frame: pl.DataFrame) -> dict[str, Any]:
    """Write the table that `scoring.familiarity` reads, of at most 200,000 rows drawn by a seed."""
    if frame.height > MOST_ROWS:
        frame = frame.sample(MOST_ROWS, seed=SEED)
    edges = [_edges(feature, frame[feature.name]) for feature in contract.features]
    coded = [
        _codes(feature, frame[feature.name], cuts)
        for feature, cuts in zip(contract.features, edges, strict=True)
    ]
    codes, sizes = [code for code, _ in coded], [size for _, size in coded]
    parents = _tree(codes, sizes)
    bits = [_bits(codes, sizes, at, parent) for at, parent in enumerate(parents)]
    surprisal = np.stack([_left_out(codes, sizes, *pair) for pair in enumerate(parents)])
    return {
        "format": FORMAT,
        "contract_hash": contract.hash,
        "threshold": round(float(np.quantile(surprisal.sum(axis=0), THRESHOLD)), DIGITS),
        "quantile": THRESHOLD,
        "rows": frame.height,
        "features": [
            {
                "feature": feature.name,
                "edges": None if cuts is None else [float(cut) for cut in cuts],
                "parent": parent,
                "usual": round(float(own.mean()), DIGITS),
                "bits": table.round(DIGITS).tolist(),
            }
            for feature, cuts, parent, own, table in zip(
                contract.features, edges, parents, surprisal, bits, strict=True
            )
        ],
    }


def _edges(feature: Feature, column: pl.Series) -> NDArray[np.float64] | None:
    """Cut a number at its tenths, and off its rarest half per cent on either side."""
    if not feature.kind.is_numeric:
        return None
    known = column.drop_nulls().cast(pl.Float64).to_numpy()
    return np.unique(np.quantile(known, QUANTILES)) if len(known) else np.empty(0)


def _codes(
    feature: Feature, column: pl.Series, edges: NDArray[np.float64] | None
) -> tuple[Codes, int]:
    """Give each row's bin, and the number of bins; the last is of missing values."""
    if edges is not None:
        values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
        places = np.searchsorted(edges, values, side="right")
        return np.where(np.isnan(values), len(edges) + 1, places), len(edges) + 2
    names = column.cast(pl.String) if feature.kind is Kind.BOOLEAN else column
    missing = len(feature.values)
    known = {value: at for at, value in enumerate(feature.values)}
    found = names.replace_strict(known, default=missing, return_dtype=pl.Int64)
    return found.fill_null(missing).to_numpy(), missing + 1


def _tree(codes: list[Codes], sizes: list[int]) -> list[int | None]:
    """Join the features so that the pairs tell the most of one another (Prim); ties by order."""
    n = len(codes)
    parents: list[int | None] = [None] * n
    best = [-1.0] * n
    left = set(range(n))
    newest = 0
    while left:
        left.remove(newest)
        for at in left:
            told = _information(codes[newest], codes[at], sizes[newest], sizes[at])
            if told > best[at]:
                best[at], parents[at] = told, newest
        if left:
            newest = max(left, key=lambda at: (best[at], -at))
    return parents


def _information(one: Codes, other: Codes, size_one: int, size_other: int) -> float:
    """Mutual information of two binned features, in bits."""
    joint = _counts(one, other, size_one, size_other) / len(one)
    expected = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return round(float((joint[seen] * np.log2(joint[seen] / expected[seen])).sum()), 9)


def _counts(one: Codes, other: Codes, size_one: int, size_other: int) -> NDArray[np.float64]:
    flat = np.bincount(one * size_other + other, minlength=size_one * size_other)
    return flat.reshape(size_one, size_other).astype(np.float64)


def _left_out(
    codes: list[Codes], sizes: list[int], at: int, parent: int | None
) -> NDArray[np.float64]:
    """Surprisal of each row's bin by the counts of all other rows; a row is added to every cell."""
    above = np.zeros_like(codes[at]) if parent is None else codes[parent]
    counted = _counts(above, codes[at], int(above.max()) + 1, sizes[at])
    own, all_of_parent = counted[above, codes[at]], counted.sum(axis=1)[above]
    return np.asarray(-np.log2(own / (all_of_parent - 1 + sizes[at])))


def _bits(codes: list[Codes], sizes: list[int], at: int, parent: int | None) -> NDArray[np.float64]:
    """Surprisal of each bin given the parent's; a row is added to every cell (Laplace)."""
    if parent is None:
        counted = np.bincount(codes[at], minlength=sizes[at])[None, :].astype(np.float64)
    else:
        counted = _counts(codes[parent], codes[at], sizes[parent], sizes[at])
    smoothed = counted + 1
    return np.asarray(-np.log2(smoothed / smoothed.sum(axis=1, keepdims=True)))
