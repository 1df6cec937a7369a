"""A group held against its reference: the same rule for a group and for two groups at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from scoring.contract import FairnessBounds
from scoring.groups import words
from scoring.groups.laws import decisive, figures_of, judged, strictest
from scoring.groups.mean_difference import Smd
from scoring.groups.report import Comparison, Verdict
from scoring.groups.screens import Placed, own_bound
from scoring.groups.told import Untold

REFERENCE = "Reference group: the others are compared with it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a report judges and speaks: its bounds, and what being chosen means."""

    bounds: FairnessBounds
    law: tuple[Placed, ...] = ()  # screens of the places, beside the contract's own bound
    deed: str = words.APPROVED
    is_favourable: bool = True
    is_selective: bool = False
    is_for_nobody: bool = False  # it is computed with and told to nobody: nothing is withheld
    untold: Untold = field(default_factory=Untold)

    @property
    def screens(self) -> tuple[Placed, ...]:
        """All that a group is held against; the contract's own bound is the first."""
        return (own_bound(self.bounds.minimum_air), *self.law)

    @property
    def smallest(self) -> int:
        """Fewest people a figure may be of."""
        return max(1, self.bounds.minimum_group)

    @property
    def kept_back(self) -> int:
        """Of fewer people a count is withheld, and what gives it away; 1: nothing is."""
        return 1 if self.is_for_nobody else self.smallest


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """People of one group, or of two groups at once, as a report speaks of them."""

    label: str
    n: int
    is_told: bool  # whether their count may be told
    is_untold: bool = False  # nothing may be, nor that they are few


class Judged(NamedTuple):
    """What a group comes to: by the strictest that decides, and by each screen in its order."""

    verdict: Verdict | None  # None of the reference
    comparison: Comparison | None  # None where it is not told
    words: str
    screens: tuple[Verdict, ...] = ()


def judge(
    own: Side,
    reference: Side,
    compared: Callable[[], Comparison | None],
    asked: Asked,
    *,
    smd: Smd | None = None,
) -> Judged:
    """Compare where both are large enough, and say what it comes to.

    A verdict stands also where its figures would give a smaller group away.
    """
    for each in (own, reference):
        if each.n < asked.smallest:
            return _unknown(_too_few(each, asked), asked)
    comparison, is_told = compared(), own.is_told and reference.is_told
    if comparison is None:
        nobody = words.nobody_beside(reference=reference.label)
        return _unknown(nobody if is_told else words.WITHHELD, asked)
    figures = figures_of(comparison, smd=smd, is_favourable=asked.is_favourable)
    screens = tuple(judged(each.screen, figures) for each in asked.screens)
    verdict = strictest(asked.screens, screens)
    if not is_told:
        return Judged(verdict, None, words.without_figures(verdict), screens)
    sentence = words.compared(
        comparison,
        verdict=verdict,
        who=own.label,
        reference=reference.label,
        by=decisive(asked.screens, screens)[0],
        deed=asked.deed,
        is_favourable=asked.is_favourable,
    )
    return Judged(verdict, comparison, sentence, screens)


def of_reference(own: Side, asked: Asked) -> Judged:
    """Say of the reference that it is one, or why nothing is told of it."""
    is_shown = own.is_told and own.n >= asked.smallest
    return Judged(None, None, REFERENCE if is_shown else _too_few(own, asked))


def _unknown(why: str, asked: Asked) -> Judged:
    nothing = Verdict.INSUFFICIENT
    return Judged(nothing, None, why, tuple(nothing for _ in asked.screens))


def _too_few(one: Side, asked: Asked) -> str:
    if one.is_untold or (not one.is_told and not 0 < one.n < asked.smallest):
        return words.WITHHELD
    return words.too_small(one.n, who=one.label, bounds=asked.bounds)
