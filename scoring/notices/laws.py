"""What the law of a place asks of a notice: dated data with its citations, not code.

A law pack is a TOML file, read by `laws_reading.read`; its hash names the version that a notice
was written under. A contract's `jurisdictions` choose the packs, and the date of the decision
which version of each. Several apply together: the strictest figure of each holds, and every pack
adds its blocks of text. It implements; it is no legal advice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from scoring.groups.screens import Screen

DISCLOSES = "bureau_score"  # a block that stands only where a bureau's score was used


class NoticeKind(StrEnum):
    """What is written to an applicant."""

    ADVERSE_ACTION = "adverse_action"
    COUNTER_OFFER = "counter_offer"
    INCOMPLETENESS = "incompleteness"
    EXPLANATION = "explanation"


class LawMissing(LookupError):
    """No law pack is in force for a place, or none has the words for this kind of notice."""


class LawRefused(ValueError):
    """A law pack cannot be used; every problem found in it is listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Days, counted from the receipt of the application; None: this law sets none."""

    adverse_action_days: int | None = None
    counter_offer_days: int | None = None
    after_counter_offer_days: int | None = None  # from that notice, where it is not accepted
    incompleteness_days: int | None = None
    review_days: int | None = None  # from the request


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An authority that a notice names."""

    key: str
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The words of one kind of notice."""

    kind: NoticeKind
    title: str
    opening: tuple[str, ...]
    reasons_heading: str = ""
    closing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Words that a law puts under every notice of some kinds."""

    kinds: tuple[NoticeKind, ...]
    heading: str
    paragraphs: tuple[str, ...]
    citation: str
    when: str = ""  # "": always; DISCLOSES


@dataclass(frozen=True, slots=True, kw_only=True)
class LawPack:
    """One place's law between two dates."""

    code: str
    name: str
    language: str
    valid_from: date
    valid_until: date | None  # inclusive
    citations: tuple[str, ...]
    clocks: Clocks
    most_reasons: int | None
    most_factors: int | None  # key factors of a bureau's score
    has_inquiries_beside: bool  # the factor "inquiries" may be told beside those
    pd_improvement_at_least: float
    never_stated: tuple[str, ...]  # phrases that are no specific reason
    agencies: tuple[Agency, ...]
    agency: str | None  # the one that is named where the contract names none
    forms: tuple[Form, ...]
    blocks: tuple[Block, ...]
    keeps_months: int | None  # for so long records stay; None: this law does not say
    fairness_note: str  # what it says of unequal outcomes, in words
    screens: tuple[Screen, ...]
    hash: str
    text: str = field(repr=False)

    def holds_on(self, day: date) -> bool:
        """Whether it is the law on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laws:
    """The packs that apply together."""

    packs: tuple[LawPack, ...]

    @property
    def most_reasons(self) -> int:
        """At most so many principal reasons."""
        return min(pack.most_reasons for pack in self.packs if pack.most_reasons is not None)

    @property
    def least_improvement(self) -> float:
        """By how much the PD must improve for a reason to be proved."""
        return max(pack.pd_improvement_at_least for pack in self.packs)

    @property
    def most_factors(self) -> int | None:
        """At most so many key factors of a bureau's score; None: none are asked for."""
        found = [pack.most_factors for pack in self.packs if pack.most_factors is not None]
        return min(found) if found else None

    @property
    def has_inquiries_beside(self) -> bool:
        """Whether the factor "inquiries" is told as one more."""
        return any(pack.has_inquiries_beside for pack in self.packs)

    @property
    def never_stated(self) -> tuple[str, ...]:
        """Phrases that are no specific reason."""
        return tuple(phrase for pack in self.packs for phrase in pack.never_stated)

    def days(self, clock: str) -> int | None:
        """Give the shortest time of a clock of `Clocks`; None where no law sets one."""
        found = [getattr(pack.clocks, clock) for pack in self.packs]
        return min((days for days in found if days is not None), default=None)

    def form(self, kind: NoticeKind) -> Form:
        """Find the words of a kind of notice: those of the first place that has some.

        Raises
        ------
        LawMissing
            None has.
        """
        for pack in self.packs:
            for form in pack.forms:
                if form.kind is kind:
                    return form
        places = ", ".join(pack.code for pack in self.packs)
        raise LawMissing(f"no law pack of {places} has the words of {words_of(kind)}")

    def blocks(self, kind: NoticeKind, *, discloses: bool) -> list[Block]:
        """List what stands under a notice, in the order of the places."""
        return [
            block
            for pack in self.packs
            for block in pack.blocks
            if kind in block.kinds and (block.when != DISCLOSES or discloses)
        ]

    def agency(self, wanted: str | None) -> Agency | None:
        """Find the authority that a notice names: the contract's choice, or the law's own."""
        for pack in self.packs:
            for agency in pack.agencies:
                if agency.key == (wanted or pack.agency):
                    return agency
        return None


def words_of(kind: NoticeKind) -> str:
    """Say a kind in words.

    Examples
    --------
    >>> words_of(NoticeKind.COUNTER_OFFER)
    'a counter offer notice'
    """
    article = "an" if kind.value[0] in "aei" else "a"
    return f"{article} {kind.value.replace('_', ' ')} notice"


def in_force(packs: Iterable[LawPack], *, jurisdictions: Sequence[str], on: date) -> Laws:
    """Choose the packs of some places on a day.

    Raises
    ------
    LawMissing
        A place has none on that day, or none of them limits the reasons.
    """
    known = list(packs)
    chosen = []
    for code in jurisdictions:
        found = [pack for pack in known if pack.code == code and pack.holds_on(on)]
        if not found:
            raise LawMissing(f"no law pack is in force for {code} on {on.isoformat()}")
        chosen.append(found[0])  # `laws_reading.load_all` refuses packs that overlap
    if all(pack.most_reasons is None for pack in chosen):
        raise LawMissing(f"no law pack of {', '.join(jurisdictions)} says how many reasons")
    return Laws(packs=tuple(chosen))
