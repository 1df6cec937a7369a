"""A group held against its reference: the same rule for a group and for two groups at once."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scoring.contract import FairnessBounds
from scoring.groups import words
from scoring.groups.compare import verdict_of
from scoring.groups.report import Comparison, Verdict
from scoring.groups.told import Untold

REFERENCE = "Reference group: the others are compared with it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a report judges and speaks: its bounds, and what being chosen means."""

    bounds: FairnessBounds
    deed: str = words.APPROVED
    is_favourable: bool = True
    is_selective: bool = False
    is_for_nobody: bool = False  # it is computed with and told to nobody: nothing is withheld
    untold: Untold = field(default_factory=Untold)

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


Judged = tuple[Verdict | None, Comparison | None, str]


def judge(
    own: Side, reference: Side, compared: Callable[[], Comparison | None], asked: Asked
) -> Judged:
    """Compare where both are large enough, and say what it comes to.

    A verdict stands also where its figures would give a smaller group away.
    """
    for each in (own, reference):
        if each.n < asked.smallest:
            return Verdict.INSUFFICIENT, None, _too_few(each, asked)
    comparison, is_told = compared(), own.is_told and reference.is_told
    if comparison is None:
        nobody = words.nobody_beside(reference=reference.label)
        return Verdict.INSUFFICIENT, None, nobody if is_told else words.WITHHELD
    verdict = verdict_of(comparison, asked.bounds.minimum_air)
    if not is_told:
        return verdict, None, words.without_figures(verdict)
    sentence = words.compared(
        comparison,
        verdict=verdict,
        who=own.label,
        reference=reference.label,
        bounds=asked.bounds,
        deed=asked.deed,
        is_favourable=asked.is_favourable,
    )
    return verdict, comparison, sentence


def of_reference(own: Side, asked: Asked) -> Judged:
    """Say of the reference that it is one, or why nothing is told of it."""
    is_shown = own.is_told and own.n >= asked.smallest
    return None, None, REFERENCE if is_shown else _too_few(own, asked)


def _too_few(one: Side, asked: Asked) -> str:
    if one.is_untold or (not one.is_told and not 0 < one.n < asked.smallest):
        return words.WITHHELD
    return words.too_small(one.n, who=one.label, bounds=asked.bounds)
