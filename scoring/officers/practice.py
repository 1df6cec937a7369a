"""How like themselves officers judge the same case twice, and how often they need no advice.

Practice shows some cases a second time without saying so, and says what the model gave only after
the answer: so both are judged blind.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from scoring.officers.parts import ENOUGH, Part, part
from scoring.proportions import Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A chance of default that an officer gave, and what stood behind it."""

    said: float
    pd: float
    before: float | None  # what the same officer said of the same case the first time
    approve_at_most: float  # the cut-offs of the product
    decline_at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """How far second answers are from first ones; without figures where there are too few."""

    n: int
    moved: float | None = None  # mean distance, 0 to 1
    low: float | None = None
    high: float | None = None
    error: float | None = None  # standard error of one answer
    turned: Part  # of the cases that came twice, on the other side of the cut-offs' middle


def consistency(answers: Sequence[Answer]) -> Consistency:
    """Compare second answers with the first ones to the same case.

    The standard error of one answer is the root of half the mean squared distance of pairs.

    Source: J. M. Bland and D. G. Altman, BMJ 313 (1996) 744.

    Examples
    --------
    >>> pair = Answer(said=0.4, pd=0.3, before=0.2, approve_at_most=0.2, decline_at_least=0.4)
    >>> found = consistency([pair] * 20)
    >>> round(found.moved, 3), round(found.error, 3), found.turned.share
    (0.2, 0.141, 1.0)
    """
    pairs = [(each, each.before) for each in answers if each.before is not None]
    turned = sum(_declines(each, each.said) != _declines(each, before) for each, before in pairs)
    if len(pairs) < ENOUGH:
        return Consistency(n=len(pairs), turned=part(turned, len(pairs)))
    apart = [abs(each.said - before) for each, before in pairs]
    moved, half = fmean(apart), Z * stdev(apart) / math.sqrt(len(apart))
    return Consistency(
        n=len(pairs),
        moved=moved,
        low=max(0.0, moved - half),
        high=moved + half,
        error=math.sqrt(fmean(each**2 for each in apart) / 2),
        turned=part(turned, len(pairs)),
    )


def unaided(answers: Sequence[Answer]) -> Part:
    """Say how often first answers fall on the side that the model would have recommended.

    Of cases that the model would not refer. An officer who agrees far more often once the
    recommendation stands on the page leans on it.
    """
    judged = [
        each
        for each in answers
        if each.before is None and not each.approve_at_most < each.pd < each.decline_at_least
    ]
    same = sum(_declines(each, each.said) == _declines(each, each.pd) for each in judged)
    return part(same, len(judged))


def _declines(answer: Answer, chance: float) -> bool:
    return chance > (answer.approve_at_most + answer.decline_at_least) / 2
