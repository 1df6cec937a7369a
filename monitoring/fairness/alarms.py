"""Which groups of a month's reports are outside bounds so surely that somebody must look.

A report judges each comparison alone, at 5 %. A month makes some ten of them, so of months in
which nobody is treated otherwise many would raise an alarm. Over all of a month together it is at
most 5 % (Holm); what the reports say stays as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitoring.models import FairnessReport
from scoring.groups.report import Verdict
from scoring.holm import holm

LEVEL = 0.05  # that a month in which nobody is treated otherwise raises an alarm at all

Group = tuple[str, str]  # attribute, group


def alarms(
    reports: Sequence[FairnessReport], *, before: Sequence[FairnessReport] = ()
) -> list[frozenset[Group]]:
    """Give the groups of each of a month's reports that are outside bounds, beyond chance.

    A group whose figures are withheld has no p-value to be held against the others. It must not be
    overlooked because another group is small: it is given where it was outside bounds at the same
    stage in the month `before` too, which chance does to one in hundreds.
    """
    compared = {
        (at, name): group["p_value"]
        for at, report in enumerate(reports)
        for name, group in _groups(report)
        if group["p_value"] is not None
    }
    sure = holm(compared, level=LEVEL)
    again = {(report.stage, name) for report in before for name in _outside(report)}
    return [
        frozenset(
            name
            for name in _outside(report)
            if (at, name) in sure or ((at, name) not in compared and (report.stage, name) in again)
        )
        for at, report in enumerate(reports)
    ]


def _outside(report: FairnessReport) -> frozenset[Group]:
    verdicts = ((name, group["verdict"]) for name, group in _groups(report))
    return frozenset(name for name, verdict in verdicts if verdict == Verdict.OUTSIDE)


def _groups(report: FairnessReport) -> Iterator[tuple[Group, Mapping[str, Any]]]:
    for attribute in report.report["attributes"]:
        for group in attribute["groups"]:
            yield (attribute["name"], group["value"]), group
