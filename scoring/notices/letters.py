"""A notice as words in order: what the page shows and what the PDF is set from.

Every sentence that is not of the application stands in a law pack; what is filled into it, and the
few labels between, are here. Nothing is looked up: the same certificate gives the same letter.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from scoring.contract import Contract
from scoring.notices.laws import Block, Laws
from scoring.notices.terms import Facts
from scoring.reasons import in_words
from scoring.records import Record

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
INSTEAD_HEADING = "What would have changed the outcome"
_BLANK = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """To whom it goes; both empty where nobody told us."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notice in reading order."""

    language: str
    title: str
    sender: str
    sender_lines: tuple[str, ...]
    addressee: tuple[str, ...]  # lines; empty where unknown
    day: str
    reference: str
    opening: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]  # label, value: what is offered
    heading: str
    reasons: tuple[str, ...]
    instead: tuple[tuple[str, ...], ...]  # each a change of one or more details
    score: tuple[tuple[str, str], ...]  # label, value: a bureau's score
    factors: tuple[str, ...]
    blocks: tuple[Block, ...]  # filled in
    closing: tuple[str, ...]
    small_print: str


def letter_of(
    statement: Mapping[str, Any],
    *,
    record: Record,
    facts: Facts,
    contract: Contract,
    laws: Laws,
    to: Addressee,
) -> Letter:
    """Put a certified statement into words.

    Raises
    ------
    LawMissing
        No law pack has the words for this kind of notice.
    """
    form = laws.form(facts.kind)
    disclosure = statement["disclosure"]
    words = _words(record, facts, contract, laws, disclosure)
    issued = datetime.fromisoformat(facts.issued_at).date()
    said = contract.notices
    return Letter(
        language=laws.packs[0].language,
        title=form.title,
        sender=said.creditor or "",
        sender_lines=(*_lines(said.address), *_lines(said.contact)),
        addressee=(*_lines(to.name), *_lines(to.address)),
        day=in_full(issued),
        reference=record.reference,
        opening=_filled(form.opening, words),
        terms=_terms(facts, contract),
        heading=form.reasons_heading,
        reasons=tuple(reason["text"] for reason in statement["reasons"]),
        instead=_instead(facts, record, contract),
        score=_score(disclosure),
        factors=tuple(disclosure["factors"]) if disclosure else (),
        blocks=_blocks(laws.blocks(facts.kind, discloses=disclosure is not None), words),
        closing=_filled(form.closing, words),
        small_print=_small_print(record, facts, laws),
    )


def in_full(day: date) -> str:
    """Write a day so that nobody can take it for another.

    Examples
    --------
    >>> in_full(date(2026, 2, 3))
    '3 February 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def fill(text: str, words: Mapping[str, str]) -> str:
    """Fill the blanks of a law pack's sentence; what is filled in is never read again.

    Examples
    --------
    >>> fill("From {creditor}, about {reference}.", {"creditor": "A {b}", "reference": "7"})
    'From A {b}, about 7.'
    """
    return _BLANK.sub(lambda found: words.get(found[1], ""), text)


def _words(
    record: Record,
    facts: Facts,
    contract: Contract,
    laws: Laws,
    disclosure: Mapping[str, Any] | None,
) -> dict[str, str]:
    said, agency = contract.notices, laws.agency(contract.notices.agency)
    return {
        "creditor": said.creditor or "",
        "address": ", ".join(_lines(said.address)),
        "contact": ", ".join(_lines(said.contact)),
        "agency": agency.name if agency else "",
        "agency_address": agency.address if agency else "",
        "product": contract.name,
        "reference": record.reference,
        "received_on": in_full(facts.received_on),
        "decided_on": in_full(facts.decided_on),
        "answer_by": in_full(facts.answer_by) if facts.answer_by else "",
        "bureau": disclosure["source"] if disclosure else "",
        "currency": contract.currency,
    }


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


def _filled(texts: Sequence[str], words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(fill(text, words) for text in texts)


def _blocks(blocks: Sequence[Block], words: Mapping[str, str]) -> tuple[Block, ...]:
    return tuple(
        Block(
            kinds=block.kinds,
            heading=fill(block.heading, words),
            paragraphs=_filled(block.paragraphs, words),
            citation=block.citation,
            when=block.when,
        )
        for block in blocks
    )


def _terms(facts: Facts, contract: Contract) -> tuple[tuple[str, str], ...]:
    if facts.offered_amount is None:
        return ()
    terms = [("Amount", f"{Decimal(facts.offered_amount):,.2f} {contract.currency}")]
    if facts.offered_term_months is not None:
        terms.append(("Term", f"{facts.offered_term_months} months"))
    return tuple(terms)


def _instead(facts: Facts, record: Record, contract: Contract) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(
            f"{contract.feature(name).label}: "
            f"{in_words(contract.feature(name), after)} instead of "
            f"{in_words(contract.feature(name), record.features[name])}"
            for name, after in each.changes.items()
        )
        for each in facts.instead
    )


def _score(disclosure: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    if disclosure is None:
        return ()
    return (
        ("Your score", f"{disclosure['score']:g}"),
        ("Range of scores", f"{disclosure['minimum']} to {disclosure['maximum']}"),
        ("Date", in_full(date.fromisoformat(disclosure["on"]))),
        ("Source", disclosure["source"]),
    )


def _small_print(record: Record, facts: Facts, laws: Laws) -> str:
    packs = ", ".join(f"{pack.code} {pack.hash[7:15]}" for pack in laws.packs)
    return f"Decision {record.decision}, notice {facts.number}. Words of {packs}."
