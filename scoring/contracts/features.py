"""The parts of a contract that are about one column: features, and what may never be one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What sort of value a feature holds."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    DATE_DIFFERENCE = "date_difference"

    @property
    def is_numeric(self) -> bool:
        """Whether a larger value of this kind means more of something."""
        return self in {Kind.INTEGER, Kind.DECIMAL, Kind.DATE_DIFFERENCE}


class CategoryEncoding(StrEnum):
    """How the trees see a category: a column for each value, or its place in the list."""

    ONE_HOT = "one_hot"
    ORDINAL = "ordinal"


class Direction(StrEnum):
    """What a larger value does to the risk; the model is held to it."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


REST = "*"  # as a category's only source: every code that no other category lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One value a category feature may take. Of a boolean feature: "true" and "false"."""

    value: str  # the name used in the API and in the model, such as "below_0"
    label: str  # the words shown to people
    source: tuple[str, ...]  # codes in the data file that mean this value
    text: str | None = None  # a whole sentence, in place of the feature's reason texts

    @property
    def is_rest(self) -> bool:
        """Whether it stands for every code that no other category of the feature lists."""
        return self.source == (REST,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing the model may know about an application."""

    name: str  # also its name in the API and in the model's graph
    label: str
    kind: Kind
    code: str  # reason code, such as "CHK01"
    source: str  # column of the data file
    adverse_text: str  # why it cost points; "{value}" stands for the value in words
    favourable_text: str  # why it gave points
    unit: str | None = None
    unit_of_one: str | None = None  # as in 1 month; None: as of all other numbers
    minimum: float | None = None  # inclusive; numeric kinds have both bounds
    maximum: float | None = None
    categories: tuple[Category, ...] = ()
    encoding: CategoryEncoding = CategoryEncoding.ONE_HOT
    first_characters: int | None = None  # so many of the cell are the code; None: all
    may_be_missing: bool = False
    missing_codes: tuple[str, ...] = ()  # codes in the data file, beside the empty cell
    missing_label: str = "not stated"
    missing_text: str | None = None
    direction: Direction = Direction.NONE
    actionable: bool = False  # whether the applicant can do something about it
    changes: Direction | None = None  # up or down: the only way they can; None: both
    group: str | None = None  # features of one group are one reason to a person
    help: str | None = None
    same_as: str | None = None  # "requested.amount" or "requested.term_months"
    source_from: str | None = None  # of a date difference: the earlier date's column
    source_per: str | None = None  # of a decimal: the column that the source is divided by
    legal_basis: str | None = None  # why a protected or banned column may be a feature
    category_of: Mapping[str, Category] = field(init=False, compare=False, repr=False)  # by value

    def __post_init__(self) -> None:
        """Put the categories by their values once: every reason asks for one."""
        object.__setattr__(self, "category_of", {each.value: each for each in self.categories})

    @property
    def is_ordinal(self) -> bool:
        """Whether it is a category whose place in the contract's list is a number."""
        return self.kind is Kind.CATEGORY and self.encoding is CategoryEncoding.ORDINAL

    @property
    def values(self) -> tuple[str, ...]:
        """Names of the categories, in contract order."""
        return tuple(category.value for category in self.categories)

    @property
    def bounds(self) -> tuple[float, float]:
        """Bounds of a number, both inclusive; without end where there are none.

        Examples
        --------
        >>> from pathlib import Path
        >>> from scoring.contract import Contract
        >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
        >>> contract.feature("duration_months").bounds
        (3.0, 84.0)
        """
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        return low, high

    @property
    def bounds_in_words(self) -> str:
        """Bounds of a number as a refusal says them, to the last digit.

        Examples
        --------
        >>> from pathlib import Path
        >>> from scoring.contract import Contract
        >>> contract = Contract.load(Path("contracts/credit-card/contract.toml"))
        >>> contract.feature("bill_september").bounds_in_words
        '-400000 to 2000000'
        """
        low, high = (digits(end) for end in self.bounds)
        return f"{low} to {high}"


def digits(number: float) -> str:
    """Write a number as people do: every digit of it, no zeros behind and no power of ten.

    Examples
    --------
    >>> digits(2_000_000.0), digits(1234567.5), digits(0.3)
    ('2000000', '1234567.5', '0.3')
    >>> digits(2e15), digits(0.00001)
    ('2000000000000000', '0.00001')
    """
    return f"{Decimal(repr(number)).normalize():f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedGroup:
    """One group of a protected attribute: a band of numbers or a set of codes."""

    value: str
    label: str
    minimum: float | None = None  # inclusive
    maximum: float | None = None  # inclusive
    source: tuple[str, ...] = ()

    def holds(self, raw: str) -> bool:
        """Whether a cell of the data file belongs to this group."""
        if self.source:
            return raw in self.source
        try:
            number = float(raw)
        except ValueError:
            return False
        low, high = self.bounds
        return low <= number <= high

    @property
    def bounds(self) -> tuple[float, float]:
        """Bounds of a band, both inclusive; without end where there are none."""
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """An attribute that fairness is measured by and that scoring never sees."""

    name: str
    label: str
    source: str | None  # column of the data file, where it has one
    assessable: bool
    why_not: str | None = None
    groups: tuple[ProtectedGroup, ...] = ()
    reference: str | None = None

    def group_of(self, raw: str) -> str | None:
        """Name the group of a cell of the data file, or None where it is in none."""
        return next((group.value for group in self.groups if group.holds(raw)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Banned:
    """A column that must never be a feature."""

    column: str
    why: str
