"""Columns with gaps, and the tables of a session that they are put into."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from psycopg import Cursor, sql


def only(holds: Any, values: Any) -> pl.Series:
    """Keep the values where something holds; elsewhere there is none."""
    said = pl.when(pl.Series(holds)).then(pl.Series(values))
    return pl.select(said.alias("only")).to_series()


def make_table(cursor: Cursor[Any], name: str, types: Mapping[str, str]) -> None:
    """Make a table of this session, anew."""
    table = sql.Identifier(name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in types.items()
    )
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    cursor.execute(sql.SQL("CREATE TEMP TABLE {} ({})").format(table, columns))
