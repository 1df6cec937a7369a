"""Which counts of people a stored fairness report tells of an attribute, stated or in effect."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

Said = Mapping[str, Any]
ALL: Final = "all"
GOOD: Final = "good"
BAD: Final = "bad"
KNOWN: Final = "known"  # the outcome is
OFFERED: Final = "offered"  # less than was asked for
OUTCOMES: Final = frozenset({GOOD, BAD, KNOWN, OFFERED})
UNSTATED: Final = -1  # of a count that is told only in effect


class Figure(NamedTuple):
    """How many people of a group, of two at once, or of no known group, are told."""

    of: str  # all that the report is about, or whom of them; else the stratum
    group: str | None  # None: whose group is not known
    n: int


def stratum(name: str) -> str:
    """Give the people of a stratum a name that none of the others has."""
    return f"in {name}"


def figures_of(attribute: Said) -> list[Figure]:
    """List the counts that are told of an attribute; none where it cannot be assessed."""
    found = [each for group in attribute["groups"] for each in _of_group(group)]
    if found and attribute.get("n_missing") is not None:
        found.append(Figure(ALL, None, attribute["n_missing"]))
    return found + list(_of_strata(attribute))


def tells(report: Said, *names: str) -> bool:
    """Say whether a report tells any count of one of these attributes."""
    return any(each["name"] in names and figures_of(each) for each in report["attributes"])


def cells_of(report: Said, names: tuple[str, ...]) -> dict[tuple[str, str], int]:
    """List the counts that are told of two attributes at once."""
    return {
        tuple(cell["values"]): cell["n"]
        for pair in report.get("pairs", ())
        if tuple(pair["names"]) == names
        for cell in pair["cells"]
        if cell["n"] is not None
    }


def _of_group(group: Said) -> Iterator[Figure]:
    """With how many are bad, of whom it is known, how many are good is told too."""
    value = group["value"]
    stated = {ALL: "n", GOOD: "tpr_n", BAD: "fpr_n", KNOWN: "bad_n", OFFERED: "offered_n"}
    told = {of: group[name] for of, name in stated.items() if group.get(name) is not None}
    if KNOWN in told:
        told = {GOOD: UNSTATED, BAD: UNSTATED, **told}
    yield from (Figure(of, value, n) for of, n in told.items())


def _of_strata(attribute: Said) -> Iterator[Figure]:
    named = (each["value"] for each in attribute["groups"] if each.get("is_reference"))
    reference, found = next(named, ""), {}
    for each in attribute.get("strata", ()):
        found[stratum(each["stratum"]), each["value"]] = each["n"]
        found[stratum(each["stratum"]), reference] = each["reference_n"]
    yield from (Figure(of, value, n) for (of, value), n in found.items() if n is not None)
