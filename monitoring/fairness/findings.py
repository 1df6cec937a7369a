"""What reports on live decisions come to, told to the list of alerts."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from credit.models import Product
from monitoring.fairness import months
from monitoring.fairness.alarms import Group, alarms
from monitoring.fairness.months import Month
from monitoring.findings import Finding, tell
from monitoring.models import FairnessReport
from scoring.groups.report import Verdict

CAUSE = "fairness_outside"
Stage = FairnessReport.Stage
# What follows from the recommendation: outside for the same groups, they are no findings of
# their own.
FOLLOWING = (Stage.FINAL, Stage.TERMS)
Judged = tuple[FairnessReport, frozenset[Group]]  # and the groups that raise an alarm


def tell_of_newest(*, at: datetime) -> None:
    """Tell what each product's newest month came to; an older month is no news.

    Each finding is of the moment when its report was made, so that telling it again counts
    nothing.
    """
    for product in Product.objects.order_by("pk"):
        month = months.newest(product, at=at)
        found = findings_of(_stored(month), before=_stored(month.before()))
        for report, finding in found:
            tell([finding], at=report.created_at)


def _stored(month: Month) -> list[FairnessReport]:
    return list(month.reports().select_related("product").order_by("stage", "pk"))


def findings_of(
    reports: Sequence[FairnessReport], *, before: Sequence[FairnessReport] = ()
) -> list[tuple[FairnessReport, Finding]]:
    """Say what a product's month came to, by stage, each with the report that shows it.

    Insufficient evidence tells nothing: it neither opens an alert nor lets one pass (law 10).
    Neither does what is outside bounds and may be chance, nor what follows from another stage.
    """
    judged = sorted(zip(reports, alarms(reports, before=before), strict=True), key=_stage)
    first = _alarmed(judged, Stage.RECOMMENDATION)
    following = [each for each in FOLLOWING if _alarmed(judged, each) & first]
    found = list[tuple[FairnessReport, Finding]]()
    for stage, each in groupby(judged, key=_stage):
        of_stage = list(each)
        told = first if stage in FOLLOWING else frozenset[Group]()
        also = following if stage == Stage.RECOMMENDATION else []
        found += _found(of_stage, told=told, also=also)
    return found


def _found(
    judged: Sequence[Judged], *, told: frozenset[Group], also: Sequence[Stage]
) -> Iterator[tuple[FairnessReport, Finding]]:
    """Take the first of a stage's reports that raises an alarm, or any where all are within."""
    bad = next((report for report, groups in judged if groups - told), None)
    if bad:
        yield bad, _finding(bad, is_bad=True, also=also)
    elif all(report.report["verdict"] == Verdict.WITHIN for report, _ in judged):
        yield judged[0][0], _finding(judged[0][0], is_bad=False, also=())


def _finding(report: FairnessReport, *, is_bad: bool, also: Sequence[Stage]) -> Finding:
    said = [
        f"{report.get_stage_display()}, {report.report['period']}.",
        report.report["verdict_words"],
        *([law["words"]] if (law := report.report.get("law")) else []),
        *(f"It shows as well in: {Stage(each).label}." for each in also),
    ]
    return Finding(
        cause=CAUSE,
        product=report.product,
        segment=f"stage:{report.stage}",
        is_bad=is_bad,
        message=" ".join(said),
        n=report.report["n"],
        link=f"/fairness/reports/{report.pk}/",
    )


def _alarmed(judged: Sequence[Judged], stage: Stage) -> frozenset[Group]:
    found = [groups for report, groups in judged if report.stage == stage]
    return frozenset[Group]().union(*found)


def _stage(judged: Judged) -> str:
    return judged[0].stage
