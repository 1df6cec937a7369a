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

    def ask(without: frozenset[int]) -> P_values:
        left = {who: each for who, each in by_officer.items() if who not in without}
        if len(left) < FEWEST_OFFICERS:
            return {}
        whole = tables.joined(list(left.values()))
        tilt = tables.common(whole)
        spreads = {who: tables.spread(each, tilt=tilt) for who, each in left.items()}
        return {
            who: tables.beside(spreads[who], left[who].total, others, whole.total - left[who].total)
            for who, others in _others(spreads, whole.total)
            if who in asked
        }

    return ask


def _others(spreads: Mapping[int, Spread], total: int) -> Iterator[tuple[int, Spread]]:
    """Convolve all spreads but one, for each one: what comes before it with what comes after.

    Only for what can be left of the total for them.
    """
    order = list(spreads)
    after = [tables.together([])]
    for who in reversed(order[1:]):
        after.append(tables.together([after[-1], spreads[who]]))
    before = tables.together([])
    for who in order:
        own = spreads[who]
        high = total - own.first
        yield (
            who,
            tables.sum_within(before, after.pop(), low=high - own.chances.size + 1, high=high),
        )
        before = tables.together([before, own])
