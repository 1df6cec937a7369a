"""What a notice is made of: what people did, and what the decision was made by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scoring.contract import Contract, Policy
from scoring.features import Value
from scoring.notices.laws import Laws, NoticeKind
from scoring.notices.proofs import Scorer

MODEL, RULE, PERSON = "model", "rule", "person"  # whose reason it is
POLICY, OFFICER = "policy", "officer"  # who decided


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReason:
    """A reason, or what is asked for, in a person's words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """A change of the application that would have been approved."""

    changes: Mapping[str, Value]
    amount: str
    term_months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What people did: no model can compute it again, so the seal and the audit trail bind it."""

    kind: NoticeKind
    number: int  # of its kind: 2 is the first that was issued again
    status: str  # of the application
    decided_by: str  # POLICY or OFFICER
    decided_on: date
    received_on: date
    issued_at: str  # ISO 8601
    own_because: str = ""  # why a person's reasons are stated and not the model's; "": they are not
    own: tuple[OwnReason, ...] = ()
    offered_amount: str | None = None
    offered_term_months: int | None = None
    answer_by: date | None = None
    instead: tuple[Instead, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a notice may not leave."""

    code: str
    text: str  # for the person it goes to


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """What the notice states, ready to be written as JSON, and what speaks against it."""

    statement: dict[str, Any]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a decision was made by: all that computing needs beside the record and the facts."""

    contract: Contract
    policy: Policy
    laws: Laws
    score: Scorer | None  # None where no model scored
    usual: Mapping[str, Value] | None  # None where the release does not say
    why_not: str = ""  # why there is no scorer, or nothing usual
