"""Whose decisions differ from those of their peers, with few false alarms over all of them.

In one look, Holm's step-down over every officer and every question: 5 % / 12 that anybody is named
where nobody differs. A look a month, over the twelve months before it: so over any twelve looks
5 % at most, however much they share (Bonferroni).

Who is found leaves the peers of the others before those are asked again. Else one biased officer
would make the rest look biased the other way.

Source: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scoring.officers import tables
from scoring.officers.parts import Verdict
from scoring.officers.tables import Spread, Tables

FALSE_ALARMS = 0.05  # over all officers, questions, and twelve looks
LOOKS = 12
FEWEST_OFFICERS = 3  # of two, each differs from the other as much

P_values = Mapping[int, float]  # by officer
Question = Callable[[frozenset[int]], P_values]  # without those who were found already


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """An officer who differs from peers in one question."""

    question: str
    officer: int
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look: of whom what was asked, and who differs, the surest first."""

    asked: Mapping[str, frozenset[int]]
    differs: tuple[Differs, ...]

    def verdict(self, question: str, officer: int) -> Verdict:
        """Say what the look came to for one officer."""
        if any((each.question, each.officer) == (question, officer) for each in self.differs):
            return Verdict.DIFFERS
        is_asked = officer in self.asked.get(question, frozenset())
        return Verdict.NOT_SHOWN if is_asked else Verdict.INSUFFICIENT


def find(questions: Mapping[str, Question], *, level: float = FALSE_ALARMS / LOOKS) -> Look:
    """Name who differs.

    Parameters
    ----------
    questions : mapping of name to function
        Each gives the p-values by officer, without those it is told to leave out.
    level : float
        The chance of naming anybody where nobody differs.

    Examples
    --------
    >>> def bias(without):
    ...     return {who: p for who, p in {1: 0.5, 2: 1e-6, 3: 0.01}.items() if who not in without}
    >>> [found.officer for found in find({"bias": bias}).differs]
    [2]
    """
    out: dict[str, frozenset[int]] = dict.fromkeys(questions, frozenset())
    answers = {name: ask(out[name]) for name, ask in questions.items()}
    asked = {name: frozenset(each) for name, each in answers.items()}
    family, found = sum(len(each) for each in answers.values()), list[Differs]()
    while surest := min(_all(answers), default=None):
        p_value, name, officer = surest
        if p_value > level / (family - len(found)):
            break
        found.append(Differs(question=name, officer=officer, p_value=p_value))
        out[name] |= {officer}
        answers[name] = questions[name](out[name])
    return Look(asked=asked, differs=tuple(found))


def _all(answers: Mapping[str, P_values]) -> Iterator[tuple[float, str, int]]:
    return ((p, name, who) for name, each in answers.items() for who, p in each.items())


def unlike_peers(by_officer: Mapping[int, Tables], *, asked: frozenset[int]) -> Question:
    """Ask of each officer whether exposure matters to them as it does to all the others.

    `by_officer` holds the tables of everybody, strata apart, so that a strict officer is compared
    with themselves; `asked` are those of whom there is enough to ask.
    """
    if not by_officer:  # the group of nobody is known
        return lambda _without: {}
    tilt = _common(list(by_officer.values()))
    spreads = {who: tables.spread(found, tilt=tilt) for who, found in by_officer.items()}

    def ask(without: frozenset[int]) -> P_values:
        left = {who: each for who, each in spreads.items() if who not in without}
        if len(left) < FEWEST_OFFICERS:
            return {}
        others, total = _without_each(left), sum(by_officer[who].total for who in left)
        return {
            who: tables.beside(
                spreads[who], by_officer[who].total, others[who], total - by_officer[who].total
            )
            for who in left
            if who in asked
        }

    return ask


def _common(found: list[Tables]) -> float:
    whole = Tables(
        both=np.concatenate([each.both for each in found]),
        exposed=np.concatenate([each.exposed for each in found]),
        true=np.concatenate([each.true for each in found]),
        n=np.concatenate([each.n for each in found]),
    )
    estimate = tables.odds_ratio(whole)
    return 0.0 if estimate is None else float(np.clip(estimate.value, -5, 5))


def _without_each(spreads: Mapping[int, Spread]) -> dict[int, Spread]:
    """Convolve all spreads but one, for each one: what comes before it with what comes after."""
    order = list(spreads)
    before, after = [tables.together([])], [tables.together([])]
    for who in order[:-1]:
        before.append(tables.together([before[-1], spreads[who]]))
    for who in reversed(order[1:]):
        after.append(tables.together([after[-1], spreads[who]]))
    return {
        who: tables.together([first, last])
        for who, first, last in zip(order, before, reversed(after), strict=True)
    }
