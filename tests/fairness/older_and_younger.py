"""Older and younger people, men and women, of whom some are approved."""

from scoring import fairness
from scoring.contract import FairnessBounds, Protected, ProtectedGroup

BOUNDS = FairnessBounds(minimum_air=0.8, minimum_group=30, blocks_promotion=False)


def attribute(name, *groups):
    return Protected(
        name=name,
        label=name.capitalize(),
        source=None,
        assessable=True,
        groups=tuple(ProtectedGroup(value=each, label=each) for each in groups),
        reference=groups[0],
    )


AGE, SEX = attribute("age", "older", "younger"), attribute("sex", "men", "women")


def report(*, approved, of, reference=(700, 1000), minimum_group=30, bad=None):
    """Compare `approved` of `of` younger people with the older ones."""
    selected = [i < reference[0] for i in range(reference[1])] + [i < approved for i in range(of)]
    groups = ["older"] * reference[1] + ["younger"] * of
    found = fairness.report(
        selected=selected,
        bad=bad,
        groups=groups,
        reference="older",
        minimum_group=minimum_group,
        minimum_air=0.8,
        attribute="age",
        label="Age",
    )
    return found, found.groups[-1]


def people(approved, of, reference=(700, 1000)):
    selected = [i < reference[0] for i in range(reference[1])] + [i < approved for i in range(of)]
    return selected, ["older"] * reference[1] + ["younger"] * of
