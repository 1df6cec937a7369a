"""From the bytes of a law pack's file to a LawPack, or to every reason why not."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from itertools import pairwise
from pathlib import Path

from scoring.contract import hash_of
from scoring.contracts.tables import Table, each_of, whole_of
from scoring.groups.screens_reading import problems_of, read_fairness
from scoring.notices.laws import (
    DISCLOSES,
    Agency,
    Block,
    Clocks,
    Form,
    LawPack,
    LawRefused,
    NoticeKind,
)

FORMAT = 1
LARGEST_FILE = 200_000  # bytes
MOST_DAYS = 365
MOST_MONTHS = 600
MOST_REASONS = 4
_NEVER = date.max
WORDS = frozenset(  # what a text may leave to be filled in
    {
        *("creditor", "address", "contact", "agency", "agency_address", "product", "reference"),
        *("received_on", "decided_on", "answer_by", "bureau", "currency"),
    }
)


def load_all(folder: Path) -> tuple[LawPack, ...]:
    """Read every pack of a folder, by place and date.

    Raises
    ------
    LawRefused
        A file cannot be used, or two packs of a place hold on one day.
    """
    packs = [read(file.read_bytes(), file=file.name) for file in sorted(folder.glob("*.toml"))]
    packs.sort(key=lambda pack: (pack.code, pack.valid_from))
    for one, other in pairwise(packs):
        if one.code == other.code and one.holds_on(other.valid_from):
            raise LawRefused(f"{one.code}: two packs hold on {other.valid_from.isoformat()}")
    return tuple(packs)


def read(content: bytes, *, file: str = "law.toml") -> LawPack:
    """Read and check a law pack.

    Raises
    ------
    LawRefused
        With every problem found.
    """
    if len(content) > LARGEST_FILE:
        raise LawRefused(f"{file}: is larger than {LARGEST_FILE:,} bytes")
    try:
        raw = tomllib.loads(text := content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML
        raise LawRefused(f"{file}: cannot be read: {error}") from error
    found: list[tuple[str, str]] = []
    root = Table(raw, path="", problems=found)
    pack = _pack(root, text=text, hash_=hash_of(content))
    root.refuse_unknown()
    found += _problems(pack)
    if found:
        raise LawRefused("\n".join(f"{file}: {path}: {message}" for path, message in found))
    return pack


def _pack(root: Table, *, text: str, hash_: str) -> LawPack:
    if root.whole("format", low=1) != FORMAT:
        root.refuse("format", f"this product reads format {FORMAT} only")
    valid_from = root.maybe_date("valid_from")
    if valid_from is None:
        root.refuse("valid_from", "is missing")
    reasons = root.table("reasons", optional=True)
    note, screens = read_fairness(root)
    pack = LawPack(
        code=root.text("code"),
        name=root.text("name"),
        language=root.text("language"),
        valid_from=valid_from or _NEVER,
        valid_until=root.maybe_date("valid_until"),
        citations=root.texts("citations"),
        clocks=whole_of(root.table("clocks", optional=True), _clocks),
        most_reasons=reasons.maybe_whole("most", low=1, high=MOST_REASONS),
        most_factors=reasons.maybe_whole("most_factors", low=1, high=MOST_REASONS),
        has_inquiries_beside=reasons.flag("inquiries_beside", default=False),
        pd_improvement_at_least=reasons.number(
            "pd_improvement_at_least", low=0, high=0.5, default=0
        ),
        never_stated=reasons.texts("never_stated", default=()),
        agencies=each_of(root.tables("agencies", optional=True), _agency),
        agency=root.maybe_text("agency"),
        forms=each_of(root.tables("forms", optional=True), _form),
        blocks=each_of(root.tables("blocks", optional=True), _block),
        keeps_months=root.maybe_whole("keeps_months", low=1, high=MOST_MONTHS),
        fairness_note=note,
        screens=screens,
        hash=hash_,
        text=text,
    )
    reasons.refuse_unknown()
    return pack


def _clocks(table: Table) -> Clocks:
    return Clocks(
        **{
            each.name: table.maybe_whole(each.name, low=1, high=MOST_DAYS)
            for each in fields(Clocks)
        }
    )


def _agency(table: Table) -> Agency:
    return Agency(key=table.text("key"), name=table.text("name"), address=table.text("address"))


def _form(table: Table) -> Form:
    return Form(
        kind=table.choice("kind", NoticeKind),
        title=table.text("title"),
        opening=table.texts("opening"),
        reasons_heading=table.maybe_text("reasons_heading") or "",
        closing=table.texts("closing", default=()),
    )


def _block(table: Table) -> Block:
    kinds = table.texts("kinds")
    for kind in kinds:
        if kind not in set(NoticeKind):
            table.refuse("kinds", f"must be of: {', '.join(NoticeKind)}")
    when = table.maybe_text("when") or ""
    if when not in {"", DISCLOSES}:
        table.refuse("when", f'must be "{DISCLOSES}", or absent')
    return Block(
        kinds=tuple(NoticeKind(kind) for kind in kinds if kind in set(NoticeKind)),
        heading=table.text("heading"),
        paragraphs=table.texts("paragraphs"),
        citation=table.text("citation"),
        when=when,
    )


def _problems(pack: LawPack) -> Iterator[tuple[str, str]]:
    if pack.valid_until is not None and pack.valid_until < pack.valid_from:
        yield "valid_until", "must not be before valid_from"
    if pack.agency is not None and pack.agency not in {each.key for each in pack.agencies}:
        yield "agency", f"no agency has the key {pack.agency!r}"
    yield from problems_of(pack.screens)
    kinds = [form.kind for form in pack.forms]
    if len(set(kinds)) < len(kinds):
        yield "forms", "two are of one kind"
    for text in _texts(pack):
        for word in _blanks(text):
            if word not in WORDS:
                yield "texts", f"{{{word}}} is nothing that can be filled in"


def _texts(pack: LawPack) -> Iterator[str]:
    for form in pack.forms:
        yield from (form.title, *form.opening, form.reasons_heading, *form.closing)
    for block in pack.blocks:
        yield from (block.heading, *block.paragraphs)


def _blanks(text: str) -> list[str]:
    """List what stands in braces; a brace by itself counts too."""
    parts = text.replace("}", "{").split("{")
    return parts[1::2] if text.count("{") == text.count("}") else ["{"]
