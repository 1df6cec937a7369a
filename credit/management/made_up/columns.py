"""Columns with gaps."""

from typing import Any

import polars as pl


def only(holds: Any, values: Any) -> pl.Series:
    """Keep the values where something holds; elsewhere there is none."""
    said = pl.when(pl.Series(holds)).then(pl.Series(values))
    return pl.select(said.alias("only")).to_series()
