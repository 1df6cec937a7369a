"""A candidate's fairness as a gate: by its contract's bound and by the law of its places."""

from collections.abc import Iterator, Sequence
from typing import Any

from scoring.contract import FairnessBounds
from scoring.groups.laws import Figures, figures_of, judged
from scoring.groups.report import FairnessReport, GroupReport, Verdict
from scoring.groups.screens import Placed, Use


def gate_of(
    found: FairnessReport, *, bounds: FairnessBounds, screens: Sequence[Placed]
) -> dict[str, Any]:
    """Say whether a report passes, and whether it blocks a promotion where it does not.

    The stricter of contract and law: it fails where the contract's ratio is outside, or a screen
    that blocks by the law of a place; and it blocks where either says so of what failed. Screens
    that a law only shows change nothing here.

    Parameters
    ----------
    found : FairnessReport
        By the contract's own bound.
    screens : sequence of Placed
        Of the contract's jurisdictions, on the day of the training.

    Returns
    -------
    dict
        `name`, `passed`, `detail`, `blocking`, as a version keeps its gates.
    """
    blocking = [each for each in screens if each.screen.use is Use.BLOCKS]
    failed = [(each, groups) for each in blocking if (groups := list(_outside(each, found)))]
    is_outside = found.verdict is Verdict.OUTSIDE
    passed = not is_outside and not failed
    may_block = bounds.blocks_promotion or bool(blocking)
    return {
        "name": "fairness",
        "passed": passed,
        "detail": " ".join([found.words, *(_sentence(each, groups) for each, groups in failed)]),
        "blocking": may_block if passed else _blocks(bounds, is_outside) or bool(failed),
    }


def _figures_of(group: GroupReport) -> Figures:
    if group.comparison is None:
        return Figures()
    return figures_of(group.comparison, smd=None, is_favourable=True)


def _blocks(bounds: FairnessBounds, is_outside: bool) -> bool:  # noqa: FBT001 - two facts
    return bounds.blocks_promotion and is_outside


def _outside(placed: Placed, found: FairnessReport) -> Iterator[str]:
    for attribute in found.attributes:
        for group in attribute.groups:
            if judged(placed.screen, _figures_of(group)) is Verdict.OUTSIDE:
                yield group.label


def _sentence(placed: Placed, groups: Sequence[str]) -> str:
    screen = placed.screen
    return (
        f"By the law pack of {placed.place}, the screen “{screen.name}” ({screen.threshold:g}) "
        f"keeps it from being promoted: {', '.join(groups)}."
    )
