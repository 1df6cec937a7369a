"""A notice as a file: the decision, what people did, the law's text, what it states, its seal.

It holds what the applicant stated, so it is as confidential as the notice. With the bundle it is
all that `python -m scoring.verify` needs: every re-score comes out again to the bit.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from scoring.canonical import canonical
from scoring.notices.laws import LawRefused, Laws, NoticeKind
from scoring.notices.laws_reading import read as read_law
from scoring.notices.terms import Facts, Instead, OwnReason
from scoring.records import Record, RecordRefused, from_json, object_of, to_json

FORMAT = 1
NOTICE = "notice"
PARTS = ("facts", "decision", "laws", "statement", "documents", "seal")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """A notice, as it left or would leave."""

    facts: Facts
    decision: Record
    laws: tuple[str, ...]  # texts of the packs
    statement: dict[str, Any]
    documents: dict[str, str]  # name to SHA-256, hex
    seal: str

    @property
    def seal_of_parts(self) -> str:
        """What the seal must be."""
        return seal_of(plain(self))


def sealed(
    *,
    facts: Facts,
    decision: Record,
    laws: Laws,
    statement: dict[str, Any],
    documents: Mapping[str, bytes],
) -> NoticeRecord:
    """Put a notice's parts together and seal them."""
    made = NoticeRecord(
        facts=facts,
        decision=decision,
        laws=tuple(pack.text for pack in laws.packs),
        statement=statement,
        documents={
            name: hashlib.sha256(content).hexdigest() for name, content in documents.items()
        },
        seal="",
    )
    return replace(made, seal=made.seal_of_parts)


def plain(record: NoticeRecord) -> dict[str, Any]:
    """Write a notice as what JSON can hold."""
    facts = asdict(record.facts)
    return {
        "format": FORMAT,
        "what": NOTICE,
        "facts": json.loads(canonical(_dated(facts))),
        "decision": json.loads(to_json(record.decision)),
        "laws": list(record.laws),
        "statement": record.statement,
        "documents": record.documents,
        "seal": record.seal,
    }


def notice_to_json(record: NoticeRecord) -> bytes:
    """Write a notice; `notice_from_json` reads it to the bit."""
    said = json.dumps(plain(record), indent=1, ensure_ascii=False, allow_nan=False)
    return f"{said}\n".encode()


def seal_of(said: Mapping[str, Any]) -> str:
    """Bind all parts but the seal itself: SHA-256 of their canonical JSON."""
    rest = {name: part for name, part in said.items() if name != "seal"}
    return hashlib.sha256(canonical(rest)).hexdigest()


def is_notice(content: bytes) -> bool:
    """Whether a file says that it is a notice, and not a decision."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("what") == NOTICE


def notice_from_json(content: bytes) -> tuple[NoticeRecord, list[str]]:
    """Read a notice, and say whether its seal holds.

    Raises
    ------
    RecordRefused
        It is too large, no JSON, of another format, or lacks a part.
    """
    said = _object(content)
    try:
        record = NoticeRecord(
            facts=_facts(said["facts"]),
            decision=from_json(json.dumps(said["decision"]).encode()),
            laws=tuple(str(text) for text in said["laws"]),
            statement=dict(said["statement"]),
            documents={str(name): str(hash_) for name, hash_ in said["documents"].items()},
            seal=str(said["seal"]),
        )
        _check_shape(record)
    except KeyError as missing:
        raise RecordRefused(f"it lacks {missing.args[0]!r}") from missing
    except (TypeError, ValueError, ArithmeticError, AttributeError) as wrong:
        raise RecordRefused(f"a field holds what it cannot hold: {wrong}") from wrong
    unsealed = ["seal: what stands in the file is not what was sealed."]
    return record, [] if seal_of(said) == record.seal else unsealed


def _check_shape(record: NoticeRecord) -> None:
    """Read what is read later as a moment, an amount or a reason: here it is refused by name."""
    for said in (record.facts.issued_at, record.decision.decided_at):
        datetime.fromisoformat(said)
    for each in record.facts.instead:
        Decimal(each.amount)
        dict(each.changes)
    for reason in record.statement["reasons"]:
        str(reason["from"])


def laws_of(record: NoticeRecord) -> Laws:
    """Read the law packs that a notice was written under.

    Raises
    ------
    RecordRefused
        One is none.
    """
    try:
        return Laws(packs=tuple(read_law(text.encode(), file="laws") for text in record.laws))
    except LawRefused as refused:
        raise RecordRefused(f"laws: {refused}") from refused


def different(stored: object, computed: object, *, path: str) -> Iterator[str]:
    """Name every place where what is stored is not what comes out."""
    if isinstance(stored, dict) and isinstance(computed, dict):
        for name in dict.fromkeys([*computed, *stored]):
            yield from different(stored.get(name), computed.get(name), path=f"{path}.{name}")
    elif isinstance(stored, list) and isinstance(computed, list) and len(stored) == len(computed):
        for at, (one, other) in enumerate(zip(stored, computed, strict=True)):
            yield from different(one, other, path=f"{path}[{at}]")
    elif type(stored) is not type(computed) or stored != computed:
        yield f"{path}: stored {stored!r}, computed {computed!r}"


def _object(content: bytes) -> dict[str, Any]:
    said = object_of(content)
    if said.get("format") != FORMAT:
        raise RecordRefused(f"its format is not {FORMAT}")
    unknown = set(said) - {"format", "what", *PARTS}
    if unknown:
        raise RecordRefused(f"it holds {min(unknown)!r}, which no notice does")
    return said


_DATES = ("decided_on", "received_on", "answer_by")


def _dated(facts: dict[str, Any]) -> dict[str, Any]:
    days = {name: facts[name].isoformat() if facts[name] else None for name in _DATES}
    return facts | days | {"kind": str(facts["kind"])}


def _facts(said: Mapping[str, Any]) -> Facts:
    names = {each.name for each in fields(Facts)}
    if set(said) != names:
        raise ValueError(f"facts: {min(names ^ set(said))!r} is missing or unknown")
    days = {name: date.fromisoformat(said[name]) if said[name] else None for name in _DATES}
    return Facts(
        **{
            **said,
            **days,
            "kind": NoticeKind(said["kind"]),
            "own": tuple(OwnReason(**each) for each in said["own"]),
            "instead": tuple(Instead(**each) for each in said["instead"]),
        }
    )
