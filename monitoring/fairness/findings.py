"""What reports on live decisions come to, told to the list of alerts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from monitoring.findings import Finding, tell
from monitoring.models import FairnessReport
from scoring.groups.report import Verdict

CAUSE = "fairness_outside"


def tell_of(reports: Iterable[FairnessReport], *, at: datetime) -> None:
    """Tell what each product's stage came to.

    Insufficient evidence tells nothing: it neither opens an alert nor lets one pass (law 10).
    """
    found = sorted((report for report in reports if report.product), key=_stage_of)
    told = [_finding(list(of_stage)) for _, of_stage in groupby(found, key=_stage_of)]
    tell([each for each in told if each is not None], at=at)


def _stage_of(report: FairnessReport) -> tuple[int, str]:
    return report.product_id or 0, report.stage


def _finding(reports: Sequence[FairnessReport]) -> Finding | None:
    """Take the worst of what a month's champions came to at one stage."""
    worst = next((each for each in reports if _verdict(each) == Verdict.OUTSIDE), None)
    within = all(_verdict(each) == Verdict.WITHIN for each in reports)
    report = worst or (reports[0] if within else None)
    if report is None:
        return None
    return Finding(
        cause=CAUSE,
        product=report.product,
        segment=f"stage:{report.stage}",
        is_bad=worst is not None,
        message=f"{report.get_stage_display()}, {report.report['period']}. "
        f"{report.report['verdict_words']}",
        n=report.report["n"],
        link=f"/fairness/reports/{report.pk}/",
    )


def _verdict(report: FairnessReport) -> str:
    return str(report.report["verdict"])
