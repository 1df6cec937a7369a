"""Many comparisons at once, with few false alarms over all of them."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def holm(p_values: Mapping[Key, float], *, level: float) -> frozenset[Key]:
    """Say which comparisons hold although so many were made (Holm's step-down).

    Parameters
    ----------
    p_values : mapping of name to float
        One of each comparison. They may depend on one another in any way.
    level : float
        The chance that any of them holds where there is nothing to be found.

    Source: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.

    Examples
    --------
    >>> sorted(holm({"a": 0.001, "b": 0.02, "c": 0.04}, level=0.05))
    ['a', 'b', 'c']
    >>> sorted(holm({"a": 0.001, "b": 0.03, "c": 0.04}, level=0.05))
    ['a']
    """
    found = set[Key]()
    for key, p_value in sorted(p_values.items(), key=lambda each: each[1]):
        if p_value > level / (len(p_values) - len(found)):
            break
        found.add(key)
    return frozenset(found)
