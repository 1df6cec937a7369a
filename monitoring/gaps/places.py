"""What would change if a product's lender also lent elsewhere: verdicts, gates, clocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from credit.laws import packs_of
from monitoring.gaps.queries import GapView, Said
from scoring.contract import Contract, Policy
from scoring.groups.laws import Figures, judged
from scoring.groups.report import Verdict, worst
from scoring.groups.screens import Screen, Use, own_bound, screens_of
from scoring.notices.laws import LawPack, Laws


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVerdict:
    """What a screen comes to for one group."""

    attribute: str
    group: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenRow:
    """One screen of one place, on the newest stored figures."""

    place: str
    screen: Screen
    is_new: bool  # of the place that was added
    verdict: Verdict
    groups: tuple[GroupVerdict, ...]

    @property
    def blocks(self) -> bool:
        """Whether a result outside keeps a model from being promoted."""
        return self.screen.use is Use.BLOCKS

    @property
    def outside(self) -> list[str]:
        """The groups that are outside."""
        return [each.group for each in self.groups if each.verdict is Verdict.OUTSIDE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Days or months under the present places, and with one more; None: no law sets any."""

    name: str  # a clock of `Clocks`, "most_reasons", or "keeps_months"
    now: int | None
    then: int | None
    own: int | None = None  # what the policy itself asks for

    @property
    def is_changed(self) -> bool:
        """Whether the place that was added changes it."""
        return self.now != self.then


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The fairness gate of a model with these figures."""

    passes: bool
    blocks: bool  # where it fails: whether it keeps the model from being promoted
    can_block: bool  # whether a failure would


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The present places beside the same with one more."""

    on: date
    packs: tuple[LawPack, ...]
    added: LawPack | None
    without: tuple[str, ...]  # places whose law is not known on that day
    own: ScreenRow  # the contract's own bound, of no place
    screens: tuple[ScreenRow, ...]
    gate_now: Gate
    gate_then: Gate
    clocks: tuple[Clock, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything would be different."""
        return (
            self.gate_now != self.gate_then
            or any(each.is_new for each in self.screens)
            or any(each.is_changed for each in self.clocks)
        )


def compare(
    view: GapView | None, contract: Contract, policy: Policy, *, added: str, on: date
) -> Comparison:
    """Judge the newest stored figures by the places' law on a day."""
    present = packs_of(contract.jurisdictions, on=on)
    more = [] if added in contract.jurisdictions else packs_of([added] if added else [], on=on)
    asked = dict.fromkeys([*contract.jurisdictions, *([added] if added else [])])
    known = {pack.code for pack in (*present, *more)}
    figures = _figures(view)
    screens = tuple(
        _row(pack.name, placed.screen, figures, is_new=pack in more)
        for pack in (*present, *more)
        for placed in screens_of([pack])
    )
    own = _row("", own_bound(contract.fairness.minimum_air).screen, figures, is_new=False)
    return Comparison(
        on=on,
        packs=tuple(present),
        added=more[0] if more else None,
        without=tuple(place for place in asked if place not in known),
        own=own,
        screens=screens,
        gate_now=_gate(contract, own.verdict, [each for each in screens if not each.is_new]),
        gate_then=_gate(contract, own.verdict, screens),
        clocks=_clocks(present, [*present, *more], policy),
    )


def _figures(view: GapView | None) -> list[tuple[str, str, Figures]]:
    if view is None:
        return []
    return [
        (attribute["label"], ratio["label"], _of_group(ratio, group["gap"]))
        for attribute in view.attributes
        for ratio, group in zip(attribute["ratios"], attribute["groups"], strict=True)
    ]


def _of_group(ratio: Said, gap: Said | None) -> Figures:
    said = gap or {}
    return Figures(
        air=ratio["air"],
        air_low=ratio["air_low"],
        p_value=ratio["p_value"],
        effect=ratio["effect"],
        effect_low=ratio["effect_low"],
        smd=said.get("smd"),
        smd_low=said.get("smd_low"),
        smd_high=said.get("smd_high"),
    )


def _row(
    place: str, screen: Screen, figures: Sequence[tuple[str, str, Figures]], *, is_new: bool
) -> ScreenRow:
    groups = tuple(
        GroupVerdict(attribute=attribute, group=group, verdict=judged(screen, each))
        for attribute, group, each in figures
    )
    return ScreenRow(
        place=place,
        screen=screen,
        is_new=is_new,
        verdict=worst([each.verdict for each in groups]),
        groups=groups,
    )


def _gate(contract: Contract, own: Verdict, screens: Sequence[ScreenRow]) -> Gate:
    """Judge as `scoring.groups.laws_gate` does of a candidate."""
    is_outside = own is Verdict.OUTSIDE
    failed = any(each.blocks and each.verdict is Verdict.OUTSIDE for each in screens)
    return Gate(
        passes=not is_outside and not failed,
        blocks=failed or (is_outside and contract.fairness.blocks_promotion),
        can_block=contract.fairness.blocks_promotion or any(each.blocks for each in screens),
    )


def _clocks(
    present: Sequence[LawPack], then: Sequence[LawPack], policy: Policy
) -> tuple[Clock, ...]:
    own = {
        "adverse_action_days": policy.clocks.notice_within_days,
        "counter_offer_days": policy.clocks.notice_within_days,
        "after_counter_offer_days": policy.clocks.counter_offer_days,
        "incompleteness_days": policy.clocks.notice_within_days,
        "review_days": policy.clocks.review_within_days,
    }
    now_laws, then_laws = Laws(packs=tuple(present)), Laws(packs=tuple(then))
    clocks = [
        Clock(name=name, now=now_laws.days(name), then=then_laws.days(name), own=days)
        for name, days in own.items()
    ]
    return (
        *clocks,
        Clock(name="most_reasons", now=_most_reasons(present), then=_most_reasons(then)),
        Clock(name="keeps_months", now=_keeps(present), then=_keeps(then)),
    )


def _most_reasons(packs: Sequence[LawPack]) -> int | None:
    known = [pack.most_reasons for pack in packs if pack.most_reasons is not None]
    return min(known, default=None)


def _keeps(packs: Sequence[LawPack]) -> int | None:
    known = [pack.keeps_months for pack in packs if pack.keeps_months is not None]
    return max(known, default=None)
