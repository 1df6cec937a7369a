"""Columns whose values, whatever their name, are those of a protected attribute."""

from scoring.drafting.names import without_accents
from scoring.drafting.profile import Column

MOST_GROUPS = 15
LEAST_KNOWN = 0.9  # share of the stated rows whose value is one of the words
_WORDS: dict[str, tuple[str, ...]] = {
    "sex": (
        *("m", "f", "male", "female", "man", "woman", "men", "women", "mann", "frau"),
        *("mannlich", "weiblich", "divers", "hombre", "mujer", "homme", "femme", "masculino"),
        *("femenino", "feminino", "maschio", "femmina", "男", "女"),
    ),
    "marital_status": (
        *("single", "married", "divorced", "widowed", "widow", "widower", "separated", "ledig"),
        *("verheiratet", "geschieden", "verwitwet", "soltero", "casado", "divorciado", "viudo"),
        *("celibataire", "marie", "unmarried", "never married", "civil marriage"),
        *("single / not married", "已婚", "未婚", "离异", "丧偶"),
    ),
    "race": (
        *("white", "black", "asian", "hispanic", "african american", "black or african american"),
        *("caucasian", "native american", "american indian or alaska native"),
    ),
}


def protected_by_values(column: Column) -> str | None:
    """Name the attribute that nearly all values of a column are of, at least two of them.

    Examples
    --------
    >>> import numpy as np, polars as pl
    >>> cells = pl.Series(["Männlich", "weiblich", None])
    >>> protected_by_values(
    ...     Column(name="x7", cells=cells, bad=np.zeros(3, np.int8), number_format=(".", None))
    ... )
    'sex'
    """
    if not 2 <= len(column.counts) <= MOST_GROUPS:
        return None
    stated = column.counts.total()
    for attribute, words in _WORDS.items():
        found = [value for value in column.counts if without_accents(value.lower()) in words]
        known = sum(column.counts[value] for value in found)
        if len(found) > 1 and known >= LEAST_KNOWN * stated:
            return attribute
    return None
