"""What reports tell of the groups of one attribute, or of two, as sets of the same people."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.fairness.earlier import Earlier
from monitoring.fairness.gathered import Gathered, Ids, Part, is_alike
from monitoring.fairness.told_figures import ALL, UNSTATED, Figure, cells_of, figures_of
from scoring.groups.told_together import Told

Said = Mapping[str, Any]
Mask = NDArray[np.bool_]
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """The groups of each attribute, and last whoever is in none of them; of two, every pair."""

    values: tuple[tuple[str, ...], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many groups each attribute has."""
        return tuple(len(each) + 1 for each in self.values)

    def of_group(self, axis: int, *values: str) -> Mask:
        """Give the kinds of some groups of an attribute, whatever the other one's."""
        found = np.zeros(self.shape, dtype=bool)
        at = [self.values[axis].index(value) for value in values]
        np.moveaxis(found, axis, 0)[at] = True
        return found.ravel()

    def of_cell(self, cell: Sequence[str]) -> Mask:
        """Give the one kind of two groups at once."""
        one, other = (self.of_group(axis, each) for axis, each in enumerate(cell))
        return np.asarray(one & other)

    def secrets(self) -> Mask:
        """Give each group, and of two attributes each two of them at once."""
        groups = [
            self.of_group(axis, value)
            for axis, values in enumerate(self.values)
            for value in values
        ]
        cells = [
            one & other
            for one in groups[: len(self.values[0])]
            for other in groups[len(self.values[0]) :]
        ]
        return np.array([*groups, *cells])

    def number(self, groups: Sequence[Sequence[str | None]]) -> NDArray[np.int64]:
        """Give the number of each person's kind, by the group of each attribute."""
        found = [_places(values, known) for values, known in zip(self.values, groups, strict=True)]
        return np.asarray(np.ravel_multi_index(np.array(found, dtype=np.int64), self.shape))


def _places(values: Sequence[str], groups: Sequence[str | None]) -> list[int]:
    at = {value: place for place, value in enumerate(values)}
    return [at.get(each or "", len(values)) for each in groups]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Reports beside one another."""

    names: Names
    parts: Mapping[int, Sequence[Part]]  # by the place of the report
    reports: Sequence[Earlier]
    ids: Ids  # of everybody, in order
    kinds: Kinds
    kind: NDArray[np.int64]
    _laid_out: dict[tuple[int, ...], Mapping[str, Mask]] = field(default_factory=dict)

    def told(
        self, at: int, wanted: Callable[[Figure], bool] = bool, *, with_cells: bool = True
    ) -> list[Told]:
        """Lay out what a report tells."""
        found: dict[bytes, tuple[Mask, list[Mask]]] = {}
        for people, kinds, _ in self._counts(at, wanted, with_cells=with_cells):
            found.setdefault(people.tobytes(), (people, []))[1].append(kinds)
        return [Told(people=people, kinds=np.array(kinds)) for people, kinds in found.values()]

    def is_as_told(self, at: int) -> bool:
        """Say whether a report's people can still be counted as it told them."""
        return all(
            n in (UNSTATED, int(kinds[self.kind[people]].sum()))
            for people, kinds, n in self._counts(at, bool, with_cells=True)
        )

    def _counts(
        self, at: int, wanted: Callable[[Figure], bool], *, with_cells: bool
    ) -> Iterator[tuple[Mask, Mask, int]]:
        """Give each count: of which people, of which kinds, and how many it told."""
        for axis, name in enumerate(self.names):
            for attribute in self.reports[at].attributes(name):
                sets = self._sets(
                    at, [each for each in self.parts[at] if is_alike(each, attribute)]
                )
                for figure in filter(wanted, figures_of(attribute)):
                    yield sets[figure.of], self._kinds(axis, attribute, figure), figure.n
        if with_cells and len(self.names) > 1:
            everybody = self._sets(at, self.parts[at])[ALL]
            for cell, n in cells_of(self.reports[at].report, self.names).items():
                yield everybody, self.kinds.of_cell(cell), n

    def _kinds(self, axis: int, attribute: Said, figure: Figure) -> Mask:
        if figure.group is not None:
            return self.kinds.of_group(axis, figure.group)
        return ~self.kinds.of_group(axis, *(each["value"] for each in attribute["groups"]))

    def _sets(self, at: int, parts: Sequence[Part]) -> Mapping[str, Mask]:
        """Say who is in each set of some of a report's parts; asked for again and again."""
        key = (at, *(part.product.pk for part in parts))
        if key not in self._laid_out:
            found: dict[str, Mask] = defaultdict(lambda: np.zeros(len(self.ids), dtype=bool))
            for part in parts:
                places = np.searchsorted(self.ids, part.ids)
                for of, is_in in part.sets.items():
                    found[of][places[is_in]] = True
            self._laid_out[key] = found
        return self._laid_out[key]


def beside(gathered: Gathered, reports: Sequence[Earlier], names: Names) -> Beside:
    """Read the people of reports, and look up their groups."""
    parts = {at: gathered.of(report) for at, report in enumerate(reports)}
    everybody = [part for each in parts.values() for part in each]
    ids = np.unique(np.concatenate([part.ids for part in everybody]))
    kinds = Kinds(values=tuple(_values(reports, name) for name in names))
    groups, people = [], ids.astype(np.str_).tolist()
    for name in names:
        known = gathered.groups(everybody, name)
        groups.append([known.get(each) for each in people])
    return Beside(
        names=names, parts=parts, reports=reports, ids=ids, kinds=kinds, kind=kinds.number(groups)
    )


def _values(reports: Sequence[Earlier], name: str) -> tuple[str, ...]:
    named = {
        group["value"]
        for report in reports
        for attribute in report.attributes(name)
        for group in attribute["groups"]
    }
    return tuple(sorted(named))
