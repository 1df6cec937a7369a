"""What the service's levels come to as findings.

Budgets that burn, queues that grow, tasks that fail each time, silence.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from credit.models import Alert
from monitoring.findings import Finding, tell
from monitoring.service import pulses

LINK = "/monitoring/service/"
FAILS = "task_fails"


def tell_levels(levels: dict[str, Any], *, at: datetime) -> None:
    """Tell what was found, good or bad, and that whoever found it is alive."""
    alive = _silence(is_bad=False, message="The worker gives signs of life.")
    tell([alive, *_budgets(levels), *_queues(levels), *_failing(levels)], at=at)


def tell_of_silence(*, since: datetime, at: datetime) -> bool:
    """Tell that the worker has been silent too long, for a process that has watched since then."""
    sign = pulses.newest()
    heard = max(since, sign.at) if sign else since
    if at - heard <= pulses.SILENT:
        return False
    last = f"the last was on {sign.at:%-d %B %Y at %H:%M} UTC" if sign else "there never was one"
    minutes = (at - heard).total_seconds() // 60
    message = (
        f"No sign of life of the scheduled worker for {minutes:.0f} minutes or more: {last}."
        " Nothing is sealed, trained, delivered or checked meanwhile."
    )
    tell([_silence(is_bad=True, message=message)], at=at)
    return True


def _silence(*, is_bad: bool, message: str) -> Finding:
    return Finding(
        cause="worker_silent",
        product=None,
        segment="",
        is_bad=is_bad,
        message=message,
        n=None,
        link=LINK,
    )


def _budgets(levels: dict[str, Any]) -> Iterator[Finding]:
    """Give one finding an objective, of the shortest window that burns."""
    for each in levels["objectives"]:
        burning = next((window for window in each["windows"] if window["burns"]), None)
        told = burning or each["windows"][0]
        yield Finding(
            cause="error_budget_burns",
            product=None,
            segment=f"objective:{each['name']}",
            is_bad=burning is not None,
            message=_burning(told),
            n=told["n"],
            link=LINK,
        )


def _burning(window: dict[str, Any]) -> str:
    return (
        f"{window['bad']:,} of {window['n']:,} requests did not keep the promise within"
        f" {window['hours']:.0f} h: {window['rate']:.1f} times the rate that uses the budget up in"
        f" just its days, and {window['short_rate']:.1f} times in the last"
        f" {window['minutes']:.0f} minutes (alarm above {window['fastest']:.1f})."
    )


def _queues(levels: dict[str, Any]) -> Iterator[Finding]:
    for each in levels["queues"]:
        if each["now"] is None or each["bound"] is None:
            continue  # nothing is called usual yet
        yield Finding(
            cause="queue_grows",
            product=None,
            segment=f"queue:{each['name']}",
            is_bad=each["grows"],
            message=(
                f"{each['now']:,.0f} wait; at this hour of the last {each['days']} days it was"
                f" {each['middle']:,.0f} in the middle (alarm above {each['bound']:,.0f})."
            ),
            n=each["days"],
            link=LINK,
        )


def _failing(levels: dict[str, Any]) -> Iterator[Finding]:
    """Tell of each task that fails; of one that was told and fails no more, that it has passed."""
    bad = {f"task:{each['task']}": each for each in levels["failing"]}
    for segment, each in bad.items():
        message = (
            f"{each['task']} failed {each['failed']:,} times within {each['hours']:.0f} h and did"
            " not succeed once. What it counts, checks or sends stands still."
        )
        yield _task(segment, is_bad=True, message=message, n=each["failed"])
    told = Alert.objects.unresolved().filter(cause=FAILS, cleared_at=None).exclude(segment__in=bad)
    for segment in told.values_list("segment", flat=True):
        yield _task(segment, is_bad=False, message="It fails no more.", n=None)


def _task(segment: str, *, is_bad: bool, message: str, n: int | None) -> Finding:
    return Finding(
        cause=FAILS,
        product=None,
        segment=segment,
        is_bad=is_bad,
        message=message,
        n=n,
        link=LINK,
    )
