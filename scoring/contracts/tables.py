"""Strict reading of a TOML table: every key asked for by type, every other key refused."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

Choice = TypeVar("Choice", bound=StrEnum)
Part = TypeVar("Part")
_ABSENT = object()


class Table:
    """One table of a contract.

    What is wrong is noted in `problems` under the key's path and a stand-in is returned, so
    that one reading finds everything; nothing is built from it once a problem was noted.
    """

    def __init__(
        self, raw: Mapping[str, object], *, path: str, problems: list[tuple[str, str]]
    ) -> None:
        self.raw = raw
        self.path = path
        self.problems = problems
        self.asked: set[str] = set()

    def at(self, key: str) -> str:
        """Name the path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, key: str, message: str) -> None:
        """Note that a key is wrong."""
        self.problems.append((self.at(key), message))

    def refuse_unknown(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.raw:
            if key not in self.asked:
                self.refuse(key, f"unknown key; known here: {', '.join(sorted(self.asked))}")

    def text(self, key: str, default: str | None = None) -> str:
        """Read words, not empty."""
        value = self._value(key, default)
        if value is _ABSENT:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, "must be text, and not empty")
            return ""
        return value

    def maybe_text(self, key: str) -> str | None:
        """Read words, or nothing."""
        return self.text(key) if self._has(key) else None

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Read true or false."""
        value = self._value(key, default)
        if value is _ABSENT:
            return False
        if not isinstance(value, bool):
            self.refuse(key, "must be true or false")
            return False
        return value

    def number(
        self, key: str, *, low: float = -math.inf, high: float = math.inf, default: float = math.nan
    ) -> float:
        """Read a finite number between two bounds, both inclusive."""
        value = self._value(key, None if math.isnan(default) else default)
        if value is _ABSENT:
            return low if math.isfinite(low) else 0.0
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(key, "must be a number")
            return 0.0
        return self._bounded(key, float(value), low, high)

    def maybe_number(
        self, key: str, *, low: float = -math.inf, high: float = math.inf
    ) -> float | None:
        """Read a number, or nothing."""
        return self.number(key, low=low, high=high) if self._has(key) else None

    def whole(self, key: str, *, low: int, high: int = 10**9) -> int:
        """Read a whole number between two bounds, both inclusive."""
        value = self._value(key, None)
        if value is _ABSENT:
            return low
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(key, "must be a whole number")
            return low
        return int(self._bounded(key, value, low, high))

    def maybe_whole(self, key: str, *, low: int, high: int = 10**9) -> int | None:
        """Read a whole number, or nothing."""
        return self.whole(key, low=low, high=high) if self._has(key) else None

    def whole_or(self, key: str, *, low: int, high: int = 10**9, default: int) -> int:
        """Read a whole number; the default where it is absent."""
        return self.whole(key, low=low, high=high) if self._has(key) else default

    def maybe_sign(self, key: str) -> str | None:
        """Read a single character, which may be a blank or a tab, or nothing."""
        if not self._has(key):
            return None
        value = self.raw[key]
        if not isinstance(value, str) or len(value) != 1:
            self.refuse(key, 'must be a single character, such as ";" or "\\t"')
            return None
        return value

    def maybe_date(self, key: str) -> date | None:
        """Read a date, written 2010-09-30 with or without quotes, or nothing."""
        if not self._has(key):
            return None
        value = self.raw[key]
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            self.refuse(key, "must be a date such as 2010-09-30")
            return None

    def money(self, key: str) -> Decimal:
        """Read an exact amount, written as text: "4200.00"."""
        value = self._value(key, None)
        if value is _ABSENT:
            return Decimal(0)
        try:
            amount = Decimal(value) if isinstance(value, str) else Decimal("nan")
        except InvalidOperation:
            amount = Decimal("nan")
        if not amount.is_finite():
            self.refuse(key, 'must be an exact number written as text, such as "4200.00"')
            return Decimal(0)
        return amount

    def maybe_money(self, key: str) -> Decimal | None:
        """Read an exact amount, or nothing."""
        return self.money(key) if self._has(key) else None

    def texts(self, key: str, *, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Read several words; none of them only where that is the default."""
        value = self._value(key, default)
        if value is _ABSENT or value == ():
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(key, "must be a list of texts")
            return ()
        if not value:
            self.refuse(key, "is empty")
        return tuple(value)

    def text_or_texts(self, key: str, *, default: tuple[str, ...]) -> tuple[str, ...]:
        """Read words, or several."""
        if not self._has(key):
            return default
        return (self.text(key),) if isinstance(self.raw[key], str) else self.texts(key)

    def choice(self, key: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        """Read one of a few words."""
        value = self._value(key, default)
        known = {str(item): item for item in kind}
        if isinstance(value, str) and value in known:
            return known[value]
        if value is not _ABSENT:
            self.refuse(key, f"must be one of: {', '.join(known)}")
        return next(iter(kind))

    def table(self, key: str, *, optional: bool = False) -> "Table":
        """Open a table within this one; an empty one where it is absent and may be."""
        value = self._value(key, {} if optional else None)
        if value is not _ABSENT and not isinstance(value, dict):
            self.refuse(key, "must be a table")
        inner = value if isinstance(value, dict) else {}
        muted: list[tuple[str, str]] = []  # an absent table is one problem, not one a key
        problems = self.problems if isinstance(value, dict) else muted
        return Table(inner, path=self.at(key), problems=problems)

    def tables(self, key: str, *, optional: bool = False) -> list["Table"]:
        """Open several tables of one name."""
        value = self._value(key, [] if optional else None)
        if value is _ABSENT:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(key, "must be a list of tables")
            return []
        if not value and not optional:
            self.refuse(key, "is empty")
        return [
            Table(item, path=f"{self.at(key)}[{place}]", problems=self.problems)
            for place, item in enumerate(value, start=1)
        ]

    def _has(self, key: str) -> bool:
        self.asked.add(key)
        return key in self.raw

    def _value(self, key: str, default: object) -> object:
        if self._has(key):
            return self.raw[key]
        if default is None:
            self.refuse(key, "is missing")
            return _ABSENT
        return default

    def _bounded(self, key: str, value: float, low: float, high: float) -> float:
        if low <= value <= high:  # a NaN is in no bounds
            return value
        self.refuse(key, f"must be a number between {low:g} and {high:g}")
        return low if math.isfinite(low) else 0.0


def whole_of(table: Table, read: Callable[[Table], Part]) -> Part:
    """Read a table and refuse the keys that the reader did not ask for."""
    part = read(table)
    table.refuse_unknown()
    return part


def each_of(tables: list[Table], read: Callable[[Table], Part]) -> tuple[Part, ...]:
    """Read each table of a list."""
    return tuple(whole_of(table, read) for table in tables)
