"""What a version says of rows that it was not trained on: no figure of its own memory.

A model knows the outcomes of the loans that it learned from, so its own PD of them flatters it. Of
those rows its folds' models are asked, who had not seen them; the model itself is asked only of
rows that it never saw, under this or any other id.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.contract import Contract

Floats = NDArray[np.float64]


class RowsUnknown(ValueError):
    """A version cannot be asked about these rows: they lack what its contract asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A version, and what it learned from."""

    contract: Contract
    frame: pl.DataFrame  # its snapshot: `row` and the features
    validation: pl.DataFrame  # `row` and `pd`, out of fold
    score: Callable[[pl.DataFrame], Floats]  # the model itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """PDs by models that had not seen the row, and whose word each is."""

    pds: Floats
    by_folds: NDArray[np.bool_]  # else by the model itself, which never saw the row


def ask(version: Learned, rows: pl.DataFrame) -> Asked:
    """Ask a version about rows, and never about one that it remembers.

    Parameters
    ----------
    version : Learned
        The version.
    rows : DataFrame of n rows
        `row`, and the features that the version's contract asks for. None that the version learned
        from without validating on it: `remembered` says which those are.

    Raises
    ------
    RowsUnknown
        A row that the version did not learn from lacks a feature of its contract.
    """
    known = _out_of_fold(version, rows)
    by_folds = known.is_not_null().to_numpy()
    pds = known.fill_null(np.nan).to_numpy().astype(np.float64)
    if not by_folds.all():
        new = rows.filter(pl.Series(~by_folds))
        _check_features(version, new)
        pds[~by_folds] = version.score(new)
    return Asked(pds=pds, by_folds=by_folds)


def remembered(version: Learned, rows: pl.DataFrame) -> NDArray[np.bool_]:
    """Say which rows a version learned from without validating on them: nobody can be asked.

    Such as a declined applicant whose label was inferred.
    """
    learned = set(version.frame["row"].to_list())
    known = _out_of_fold(version, rows).is_not_null()
    is_left = [
        row in learned and not is_known for row, is_known in zip(rows["row"], known, strict=True)
    ]
    return np.array(is_left, dtype=np.bool_)


def met(version: Learned, rows: pl.DataFrame) -> NDArray[np.bool_]:
    """Say which rows a version learned from in any way."""
    known = _out_of_fold(version, rows).is_not_null().to_numpy()
    return known | remembered(version, rows)


def _check_features(version: Learned, rows: pl.DataFrame) -> None:
    missing = set(version.contract.feature_names) - set(rows.columns)
    if missing:
        raise RowsUnknown(f"the rows do not say: {', '.join(sorted(missing))}")


def _out_of_fold(version: Learned, rows: pl.DataFrame) -> pl.Series:
    """Find what the folds' models said of each row: by its id, else by its details.

    A file that is ingested again gives the same loans other ids.
    """
    by_id = dict(version.validation.select("row", "pd").iter_rows())
    names = list(version.contract.feature_names)
    ids = rows["row"].to_list()
    if not set(names) <= set(rows.columns):
        return pl.Series("pd", [by_id.get(row) for row in ids], dtype=pl.Float64)
    learned = zip(version.frame["row"], version.frame.select(names).rows(), strict=True)
    by_details = {details: by_id[row] for row, details in learned if row in by_id}
    found = [
        by_id.get(row, by_details.get(details))
        for row, details in zip(ids, rows.select(names).rows(), strict=True)
    ]
    return pl.Series("pd", found, dtype=pl.Float64)
