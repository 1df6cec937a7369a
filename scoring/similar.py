"""Past loans that the model sees as it does this one: nearest in points, with their outcomes.

Two applications are near where each feature gives both about the same points. So nothing counts
that the model does not use, a feature counts as much as it moves the score, and no protected
attribute can.

The table is data: NumPy arrays in a zip, read without unpickling anything.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scoring.contract import Contract, Feature, Kind
from scoring.features import Value

FORMAT = 1
MOST_ROWS = 20_000  # kept of a product's past loans; they bound memory and time
LARGEST = 64_000_000  # bytes
_PARTS = ("points", "values", "bad", "decisions")


class NeighboursRefused(ValueError):
    """The table is not one of this contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Past loans as the model sees them, and how they turned out.

    `values` holds the place of a category in the contract's list, 0 or 1 for a boolean, NaN for
    what was missing. `decisions` names own decisions; it is empty for loans of a file.
    """

    points: NDArray[np.float32]  # (n, n_features), contract order
    values: NDArray[np.float64]  # (n, n_features)
    bad: NDArray[np.uint8]  # (n,)
    decisions: NDArray[np.bytes_]  # (n,)

    @property
    def n(self) -> int:
        """How many past loans there are."""
        return len(self.bad)

    def to_bytes(self) -> bytes:
        """Write the table; the same table gives the same bytes."""
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as folder:
            for name in _PARTS:
                part = io.BytesIO()
                np.save(part, getattr(self, name), allow_pickle=False)
                folder.writestr(zipfile.ZipInfo(f"{name}.npy"), part.getvalue())
        return held.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes, *, contract: Contract) -> Self:
        """Read a table.

        Raises
        ------
        NeighboursRefused
            It is too large, no table, or does not fit the contract.
        """
        try:
            return cls(**_parts(content, features=len(contract.features)))
        except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
            raise NeighboursRefused(f"the table of past loans cannot be read: {error}") from error

    def nearest(
        self, contributions: Sequence[float], *, k: int, without: str = ""
    ) -> NDArray[np.intp]:
        """Find the rows nearest to an application, the nearest first; ties in the table's order.

        Parameters
        ----------
        contributions : sequence of n_features floats
            Points by feature, in contract order.
        k : int
            How many, 1 or more.
        without : str
            A decision that is left out: the application's own.

        Returns
        -------
        array of at most k places

        Examples
        --------
        >>> table = Neighbours(
        ...     points=np.array([[0, 0], [3, 4], [1, 0]], dtype=np.float32),
        ...     values=np.zeros((3, 2)),
        ...     bad=np.array([0, 1, 0], dtype=np.uint8),
        ...     decisions=np.array([b"", b"", b"OWN"]),
        ... )
        >>> table.nearest([1.0, 0.0], k=2).tolist()
        [2, 0]
        >>> table.nearest([1.0, 0.0], k=2, without="OWN").tolist()
        [0, 1]
        """
        away = self.points - np.asarray(contributions, dtype=np.float32)
        far = np.einsum("ij,ij->i", away, away)
        if without:
            far[self.decisions == without.encode()] = np.inf
        order = np.argsort(far, kind="stable")[:k]
        return np.asarray(order[np.isfinite(far[order])], dtype=np.intp)

    def value(self, row: int, feature: Feature, *, at: int) -> Value:
        """Give a past loan's value of the feature at a place of the contract."""
        return _decoded(feature, float(self.values[row, at]))


def neighbours(
    contract: Contract,
    columns: Mapping[str, Sequence[Value]],
    *,
    points: NDArray[np.float32],
    bad: Sequence[int],
    decisions: Sequence[str],
) -> Neighbours:
    """Put a table together.

    Parameters
    ----------
    contract : Contract
        The product.
    columns : mapping of feature to n values
        As `features.validate` returns them.
    points : array of shape (n, n_features)
        What each feature gives, as the engine says.
    bad : sequence of n ints
        1 where the loan was bad.
    decisions : sequence of n texts
        The own decision; "" for a loan of a file.
    """
    held = [[_encoded(item, value) for value in columns[item.name]] for item in contract.features]
    return Neighbours(
        points=np.ascontiguousarray(points, dtype=np.float32),
        values=np.array(held, dtype=np.float64).T.reshape(len(bad), len(contract.features)),
        bad=np.array(bad, dtype=np.uint8),
        decisions=np.array([each.encode() for each in decisions], dtype="S26"),
    )


def chosen(n: int, *, seed: int, most: int = MOST_ROWS) -> list[int]:
    """Choose which of n rows are kept where they are too many; the same seed chooses the same.

    Examples
    --------
    >>> chosen(3, seed=42)
    [0, 1, 2]
    >>> len(chosen(100, seed=42, most=10))
    10
    """
    if n <= most:
        return list(range(n))
    drawn = np.random.default_rng(seed).choice(n, size=most, replace=False)
    return sorted(drawn.tolist())


def _encoded(feature: Feature, value: Value) -> float:
    if value is None:
        return float("nan")
    if feature.kind is Kind.CATEGORY:
        return float(feature.values.index(str(value)))
    return float(value)


def _decoded(feature: Feature, held: float) -> Value:
    if np.isnan(held):
        return None
    if feature.kind is Kind.CATEGORY:
        return feature.values[int(held)]
    if feature.kind is Kind.BOOLEAN:
        return bool(held)
    return held if feature.kind is Kind.DECIMAL else int(held)


def _parts(content: bytes, *, features: int) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as folder:
        if sum(item.file_size for item in folder.infolist()) > LARGEST:
            raise NeighboursRefused(f"the table of past loans is larger than {LARGEST:,} bytes")
        parts = {
            name: np.load(io.BytesIO(folder.read(f"{name}.npy")), allow_pickle=False)
            for name in _PARTS
        }
    n = len(parts["bad"])
    shapes = [parts[name].shape for name in _PARTS]
    if shapes != [(n, features), (n, features), (n,), (n,)]:
        raise ValueError(f"its parts have the shapes {shapes}")
    return parts
