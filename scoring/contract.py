"""What a lending product is: its data, its outcome, its features, its rules.

Nothing about one product is written in Python; a product is a TOML file, read here into
frozen dataclasses; what a key means stands beside the field that holds it.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from scoring.contracts.features import (
    Banned,
    Category,
    CategoryEncoding,
    Direction,
    Feature,
    Kind,
    Protected,
    ProtectedGroup,
    digits,
)
from scoring.contracts.learning_terms import (
    Exploration,
    LabelSource,
    Learning,
    RejectInference,
    Retraining,
)
from scoring.contracts.terms import (
    Affordability,
    Authority,
    Automatic,
    Band,
    BureauScore,
    CanaryLimits,
    Clocks,
    Columns,
    Economics,
    FairnessBounds,
    GateBounds,
    Ingestion,
    Notices,
    OfficerReason,
    Outcome,
    Policy,
    PolicyRule,
    Promotion,
    Relation,
    Requested,
    RowCheck,
    Scale,
    Training,
)

__all__ = [
    "Affordability",
    "Authority",
    "Automatic",
    "Band",
    "Banned",
    "BureauScore",
    "CanaryLimits",
    "Category",
    "CategoryEncoding",
    "Clocks",
    "Columns",
    "Contract",
    "ContractProblem",
    "ContractRefused",
    "Direction",
    "Economics",
    "Exploration",
    "FairnessBounds",
    "Feature",
    "GateBounds",
    "Ingestion",
    "Kind",
    "LabelSource",
    "Learning",
    "Notices",
    "OfficerReason",
    "Outcome",
    "Policy",
    "PolicyRule",
    "Promotion",
    "Protected",
    "ProtectedGroup",
    "RejectInference",
    "Relation",
    "Requested",
    "Retraining",
    "RowCheck",
    "Scale",
    "Training",
    "digits",
    "hash_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractProblem:
    """One thing that is wrong with a contract, and where."""

    path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}, {self.path}" if self.line else self.path
        return f"{place}: {self.message}"


class ContractRefused(ValueError):
    """The contract cannot be used; every problem found in it is listed."""

    def __init__(self, problems: tuple[ContractProblem, ...], *, file: str = "contract") -> None:
        self.problems = problems
        self.file = file
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contract:
    """A lending product, as its TOML file states it.

    Two contracts are equal when their bytes are; `hash` names the version that a decision
    was made under.

    Examples
    --------
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> contract.feature("duration_months").unit
    'months'
    """

    slug: str
    name: str
    currency: str
    jurisdictions: tuple[str, ...]
    source_note: str
    columns: Columns
    ingestion: Ingestion
    outcome: Outcome
    requested: Requested
    economics: Economics
    scale: Scale
    bands: tuple[Band, ...]
    policy: Policy
    features: tuple[Feature, ...]
    protected: tuple[Protected, ...]
    banned: tuple[Banned, ...]
    fairness: FairnessBounds
    training: Training
    officer_reasons: tuple[OfficerReason, ...]
    notices: Notices
    hash: str
    text: str = field(repr=False)
    affordability: Affordability | None = None
    learning: Learning = field(default_factory=Learning)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Contract) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features, in the order that the model's reasons have."""
        return tuple(feature.name for feature in self.features)

    @property
    def assessable(self) -> tuple[Protected, ...]:
        """Protected attributes that fairness can be measured by."""
        return tuple(attribute for attribute in self.protected if attribute.assessable)

    def feature(self, name: str) -> Feature:
        """Find a feature by name.

        Raises
        ------
        KeyError
            There is no such feature.
        """
        for feature in self.features:
            if feature.name == name:
                return feature
        raise KeyError(name)

    def group_of(self, attribute: str, raw: str) -> str | None:
        """Name the protected group of a cell of the data file, or None."""
        found = next(item for item in self.protected if item.name == attribute)
        return found.group_of(raw)

    @classmethod
    def load(cls, path: Path) -> "Contract":
        """Read a contract file.

        Raises
        ------
        ContractRefused
            With every problem of the file, each naming its place.
        """
        return cls.parse(path.read_bytes(), file=path.name)

    @staticmethod
    def parse(content: bytes, *, file: str = "contract.toml") -> "Contract":
        """Read a contract from the bytes of its file.

        Raises
        ------
        ContractRefused
            With every problem of the file, each naming its place.
        """
        from scoring.contracts.reading import read  # noqa: PLC0415 - it builds what stands here

        return read(content, file=file)


def hash_of(content: bytes) -> str:
    """Name some bytes by their SHA-256.

    Examples
    --------
    >>> hash_of(b"")[:14]
    'sha256:e3b0c44'
    """
    return "sha256:" + hashlib.sha256(content).hexdigest()
