"""What a new report may not tell beside what was told before: see record 39.

Two reports of one stage can be subtracted, and so can any number of them. So whatever a new one
would tell is held against all that hang together with it, before it is stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from credit.models import Product, User
from monitoring.fairness import apart_words as words
from monitoring.fairness.earlier import Earlier, stored, tied
from monitoring.fairness.gathered import Gathered
from monitoring.fairness.populations import Reader, Sample
from monitoring.fairness.told_as_sets import Beside, Names, beside
from monitoring.fairness.told_figures import ALL, OUTCOMES, Figure, cells_of, figures_of, tells
from scoring.groups.told import Untold
from scoring.groups.told_together import Told, gives_away


@dataclass(slots=True)
class Withheld:
    """What a report does not tell, by attribute or two of them, and why."""

    attributes: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    strata: dict[str, str] = field(default_factory=dict)
    pairs: dict[Names, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.attributes, self.outcomes, self.strata, self.pairs))

    @property
    def untold(self) -> Untold:
        """The same, without the reasons."""
        return Untold(
            attributes=frozenset(self.attributes),
            outcomes=frozenset(self.outcomes),
            strata=frozenset(self.strata),
            pairs=frozenset(self.pairs),
        )

    def why(self, name: str) -> list[str]:
        """Say what of an attribute is not told, and why."""
        found = (each.get(name) for each in (self.attributes, self.outcomes, self.strata))
        return [each for each in found if each]

    def why_pair(self, names: Names) -> str:
        """Say why two attributes at once are not told."""
        return self.pairs.get(names, "")


def withheld(
    fresh: Earlier,
    *,
    stage: str,
    samples: Sequence[tuple[Product, Sample]],
    by: User | None,
    reader: Reader | None = None,
) -> Withheld:
    """Hold all that a new report would tell against what hangs together with it.

    `fresh` is the report as it would be alone, `samples` are the people it counts. Nothing is read
    where no report of before overlaps it, or tells just the same.
    """
    found = Withheld()
    gathered = Gathered(stage=stage, by=by, stored=stored(stage), reader=reader or Reader())
    gathered.add(fresh, samples)
    names = dict.fromkeys(each["name"] for each in fresh.report["attributes"] if figures_of(each))
    for name in names:
        one = _held(gathered, fresh, (name,))
        if one is not None:
            _judge(one, name, found)
    for pair in fresh.report.get("pairs", ()):
        both: Names = tuple(pair["names"])
        if cells_of(fresh.report, both) and not set(both) & set(found.attributes):
            two = _held(gathered, fresh, both)
            if two is not None:
                _judge_pair(two, both, found)
    return found


def tell_too_much(gathered: Gathered, new: Sequence[Earlier], *, name: str, smallest: int) -> bool:
    """Say whether several new reports of one scope tell too much of an attribute together."""
    before = _before(gathered, new[0], (name,))
    found = beside(gathered, [*new, *before], (name,))
    told = [each for at in range(len(new)) for each in found.told(at)]
    own = range(len(new), len(found.reports))
    if not all(found.is_as_told(at) for at in own):
        return True
    return gives_away(
        found.kind,
        before=[each for at in own for each in found.told(at)],
        new=told,
        secrets=found.kinds.secrets(),
        smallest=smallest,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A new report, the first, beside those of before."""

    beside: Beside
    least: int
    within: str

    @property
    def before(self) -> range:
        return range(1, len(self.beside.reports))

    def gives_away(self, new: Sequence[Told], before: Sequence[int]) -> bool:
        """Hold new counts against what some of the others tell; of two groups at once, of all."""
        wanted = bool if len(self.beside.names) == 1 else _is_all
        return gives_away(
            self.beside.kind,
            before=[each for at in before for each in self.beside.told(at, wanted)],
            new=new,
            secrets=self.beside.kinds.secrets(),
            smallest=self.least,
        )

    def collides(self, new: Sequence[Told]) -> Earlier | None:
        """Find a report beside which the new counts give somebody away; None where none does.

        Where only several together do, it is the newest of those that overlap.
        """
        if not self.gives_away(new, self.before):
            return None
        fresh = self.beside.reports[0].scope
        met = [at for at in self.before if self.beside.reports[at].scope.meets(fresh)]
        alone = (at for at in met if self.gives_away(new, [at]))
        return self.beside.reports[next(alone, met[0] if met else 1)]

    def changed(self) -> Earlier | None:
        """Find a report whose people can no longer be counted as it told them."""
        found = (at for at in self.before if not self.beside.is_as_told(at))
        at = next(found, None)
        return None if at is None else self.beside.reports[at]


def _held(gathered: Gathered, fresh: Earlier, names: Names) -> _Held | None:
    before = _before(gathered, fresh, names)
    if not before:
        return None
    return _Held(
        beside=beside(gathered, [fresh, *before], names),
        least=max(1, fresh.report["minimum_group"]),
        within=fresh.report["within"],
    )


def _before(gathered: Gathered, fresh: Earlier, names: Names) -> list[Earlier]:
    """Find what hangs together with a report, each that tells the same of the same once."""
    found = tied(fresh.scope, gathered.stored, tells=lambda report: tells(report, *names))
    seen = {_content(fresh, names)}
    apart = []
    for each in found:
        if (content := _content(each, names)) not in seen:
            seen.add(content)
            apart.append(each)
    return apart


def _content(report: Earlier, names: Names) -> tuple[object, ...]:
    figures = [
        (name, tuple(figures_of(each))) for name in names for each in report.attributes(name)
    ]
    cells = tuple(cells_of(report.report, names).items()) if len(names) > 1 else ()
    return report.scope, tuple(figures), cells


def _judge(one: _Held, name: str, found: Withheld) -> None:
    """Take the figures of all first: outcomes and strata are told only with them."""
    if (changed := one.changed()) is not None:
        found.attributes[name] = words.changed(changed)
        return

    def collides(*steps: Callable[[Figure], bool]) -> Earlier | None:
        return one.collides(one.beside.told(0, lambda figure: any(each(figure) for each in steps)))

    steps = [_is_all]
    if (report := collides(*steps)) is not None:
        found.attributes[name] = words.figures(report, least=one.least)
        return
    if (report := collides(*steps, _is_outcome)) is not None:
        found.outcomes[name] = words.outcomes(report, least=one.least)
    else:
        steps.append(_is_outcome)
    if (report := collides(*steps, _is_stratum)) is not None:
        found.strata[name] = words.strata(report, least=one.least, within=one.within)


def _judge_pair(two: _Held, names: Names, found: Withheld) -> None:
    """Take each attribute's groups first: beside cells that were told, they could tell others."""
    collides = partial(_collides_of_all, two)
    if (changed := two.changed()) is not None:
        found.pairs[names] = words.changed(changed, is_pair=True)
    elif (report := collides(with_cells=False)) is not None:
        found.attributes |= dict.fromkeys(names, words.figures(report, least=two.least))
    elif (report := collides(with_cells=True)) is not None:
        found.pairs[names] = words.pair(report, least=two.least)


def _collides_of_all(two: _Held, *, with_cells: bool) -> Earlier | None:
    return two.collides(two.beside.told(0, _is_all, with_cells=with_cells))


def _is_all(figure: Figure) -> bool:
    return figure.of == ALL


def _is_outcome(figure: Figure) -> bool:
    return figure.of in OUTCOMES


def _is_stratum(figure: Figure) -> bool:
    return not (_is_all(figure) or _is_outcome(figure))
