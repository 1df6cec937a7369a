"""From validated values to the arrays that the graphs take."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.contract import Contract, Kind
from scoring.features import Value

Rows = Sequence[Mapping[str, Value]] | Mapping[str, Sequence[Value]]


class Feeds:
    """How a product's values become arrays; numbers are cast to float32 here, once.

    A missing number is NaN and a missing category is the empty text.
    """

    def __init__(self, contract: Contract) -> None:
        self.names = contract.feature_names
        self.texts = [item.name for item in contract.features if item.kind is Kind.CATEGORY]
        self.numbers = [item.name for item in contract.features if item.kind is not Kind.CATEGORY]

    @property
    def types(self) -> dict[str, str]:
        """Name each input's type as ONNX Runtime does."""
        return dict.fromkeys(self.texts, "tensor(string)") | dict.fromkeys(
            self.numbers, "tensor(float)"
        )

    def of_one(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """Feed one application."""
        return self._of_rows([values])

    def of_many(self, rows: Rows, *, at_once: int) -> Iterator[dict[str, Any]]:
        """Feed many applications, some at a time."""
        if not isinstance(rows, Mapping):
            for start in range(0, len(rows), at_once):
                yield self._of_rows(rows[start : start + at_once])
            return
        n = len(next(iter(rows.values())))
        for start in range(0, n, at_once):
            stop = min(start + at_once, n)
            yield {name: self._column(name, rows[name][start:stop]) for name in self.names}

    def _of_rows(self, rows: Sequence[Mapping[str, Value]]) -> dict[str, Any]:
        # Two arrays, handed over in slices: making an array a feature costs more than scoring.
        n = len(rows)
        numbers = np.array([row[name] for name in self.numbers for row in rows], dtype=np.float32)
        texts = np.array([row[name] or "" for name in self.texts for row in rows], dtype=object)
        feeds: dict[str, Any] = dict(zip(self.numbers, numbers.reshape(-1, n, 1), strict=True))
        feeds.update(zip(self.texts, texts.reshape(-1, n, 1), strict=True))
        return feeds

    def _column(self, name: str, values: Any) -> NDArray[Any]:
        """Make an array of a list, an array or a polars series."""
        if name in self.texts:
            if hasattr(values, "fill_null"):
                values = values.fill_null("").to_numpy()
                return np.asarray(values, dtype=object).reshape(-1, 1)
            return np.array([value or "" for value in values], dtype=object).reshape(-1, 1)
        if hasattr(values, "fill_null"):
            values = values.to_numpy()  # nulls become NaN
        return np.array(values, dtype=np.float32).reshape(-1, 1)
