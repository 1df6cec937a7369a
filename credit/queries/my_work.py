"""What an officer has done and what came of it: for their own eyes alone."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from credit.models import (
    Application,
    ContractVersion,
    Decision,
    OfficerDecision,
    Outcome,
    Score,
    User,
)
from scoring.results.windows import months_after

if TYPE_CHECKING:
    from scoring.proportions import Interval

PERIOD = timedelta(days=365)
PERIOD_OF_OUTCOMES = timedelta(days=5 * 365)  # they come a year or more after the decision
WEEKS = 8
# Decisions of one officer, or agreements to compare with: the newest count. What stands beside
# them is read for each, so a page's time does not grow with what is stored.
MOST = 1_000
ENOUGH = 20  # fewer say nothing about a rate
NEAR = 0.05  # of PD: what lies nearer is the same neighbourhood


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of n with its exact interval; without one where n is too small to say anything."""

    count: int
    n: int
    share: float | None = None
    interval: "Interval | None" = None
    mean_pd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """How many decisions fell into a week, which begins on this Monday."""

    begins: date
    decided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MyWork:
    """An officer's year until `until`; outcomes are of five years, rates of the newest `MOST`."""

    since: datetime
    until: datetime
    today: int
    last_7_days: int
    decided: int
    weeks: list[Week]
    median_days: float | None  # from receipt to decision
    overrides: Rate  # of what was recommended to approve or to decline
    approved_against: int
    declined_against: int
    own_outcomes: Rate  # bads among one's approvals against the recommendation
    agreed_outcomes: Rate  # bads among approvals as recommended, of the same neighbourhood
    difference: "Interval | None"  # of the two, in shares


@dataclass(frozen=True, slots=True)
class _Made:
    decision_id: str
    verdict: str
    is_override: bool
    decided_at: datetime
    recommendation: str
    pd: float | None
    product: int
    received_at: datetime


def my_work(viewer: User, *, at: datetime) -> MyWork:
    """Sum up what `viewer` decided, and how it turned out."""
    theirs = OfficerDecision.objects.filter(
        decided_by=viewer, decided_at__gt=at - PERIOD, decided_at__lte=at
    )
    monday = _monday(at)
    since = datetime.combine(monday - timedelta(weeks=WEEKS - 1), time(), at.tzinfo)
    lately = list(theirs.filter(decided_at__gte=since).values_list("decided_at", flat=True))
    made = _made(theirs)
    judged = [each for each in made if each.recommendation != "refer"]
    against = [each for each in made if each.is_override]
    own, agreed = _compared(_approved_against(viewer, at=at), at=at)
    return MyWork(
        since=at - PERIOD,
        until=at,
        today=sum(each.date() == at.date() for each in lately),
        last_7_days=sum(each > at - timedelta(days=7) for each in lately),
        decided=theirs.count(),
        weeks=_weeks(lately, monday),
        median_days=_median_days(made),
        overrides=_rate(len(against), len(judged)),
        approved_against=sum(each.verdict == "approve" for each in against),
        declined_against=sum(each.verdict == "decline" for each in against),
        own_outcomes=own,
        agreed_outcomes=agreed,
        difference=_difference(own, agreed),
    )


def _approved_against(viewer: User, *, at: datetime) -> list[_Made]:
    return _made(
        OfficerDecision.objects.filter(
            decided_by=viewer,
            is_override=True,
            verdict="approve",
            decided_at__gt=at - PERIOD_OF_OUTCOMES,
            decided_at__lte=at,
        )
    )


def _made(found: QuerySet[OfficerDecision]) -> list[_Made]:
    """Load the newest of these with what stands beside each: a question a table.

    Joined, PostgreSQL would go through all months to find what it can look up.
    """
    newest = found.order_by("-decided_at", "pk")[:MOST]
    rows = list(newest.values_list("pk", "verdict", "is_override", "decided_at"))
    ids = [row[0] for row in rows]
    said = dict(Decision.objects.filter(pk__in=ids).values_list("pk", "recommendation"))
    pds = dict(Score.objects.filter(pk__in=ids).values_list("pk", "pd"))
    came = {
        pk: (product, received_at)
        for pk, product, received_at in Application.objects.filter(pk__in=ids).values_list(
            "pk", "product_id", "received_at"
        )
    }
    return [_Made(*row, said[row[0]], pds[row[0]], *came[row[0]]) for row in rows]


def _monday(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


def _weeks(decided: list[datetime], monday: date) -> list[Week]:
    """Count by week, the newest first; weeks without a decision count too."""
    counted = Counter(_monday(each) for each in decided)
    begins = [monday - timedelta(weeks=back) for back in range(WEEKS)]
    return [Week(begins=day, decided=counted[day]) for day in begins]


def _median_days(made: list[_Made]) -> float | None:
    spans = [(each.decided_at - each.received_at).total_seconds() / 86_400 for each in made]
    return median(spans) if spans else None


def _compared(approved: list[_Made], *, at: datetime) -> tuple[Rate, Rate]:
    """Set own approvals against the recommendation beside the team's approvals as recommended.

    Beside each of one's own stand the agreements of the same product whose PD is near. What was
    declined has no outcome, whoever declined it, so nothing is said of it.
    """
    bad_of = _matured([each.decision_id for each in approved], at=at)
    own = [each for each in approved if each.decision_id in bad_of and each.pd is not None]
    pds = [each.pd for each in own if each.pd is not None]
    matched = _agreed(own, at=at)
    return (
        _rate(sum(bad_of[each.decision_id] for each in own), len(own), pds),
        _rate(sum(is_bad for is_bad, _ in matched), len(matched), [pd for _, pd in matched]),
    )


def _matured(ids: list[str], *, at: datetime) -> dict[str, bool]:
    found = Outcome.objects.filter(decision__in=ids).as_of(at)
    return {each.decision_id: each.is_bad for each in found if each.matures_on <= at.date()}


def _agreed(own: list[_Made], *, at: datetime) -> list[tuple[bool, float]]:
    """Give outcome and PD of each agreement in the neighbourhood of one of these.

    They are looked for among the newest whose loans have run through the window.
    """
    if not own:
        return []
    agreed = OfficerDecision.objects.filter(
        verdict="approve",
        is_override=False,
        decided_at__gt=at - PERIOD_OF_OUTCOMES,
        decided_at__lt=_matured_before({each.product for each in own}, at=at),
    )
    pds = _in_order(own)
    near = {each.decision_id: each.pd for each in _made(agreed) if _is_near(each, pds)}
    bad_of = _matured(list(near), at=at)
    return [(bad_of[pk], pd) for pk, pd in near.items() if pk in bad_of and pd is not None]


def _matured_before(products: set[int], *, at: datetime) -> datetime:
    """Say before when a loan was lent that has matured under the shortest of their windows."""
    contracts = ContractVersion.objects.filter(product__in=products)
    window = min(each.read().outcome.window_months for each in contracts)
    return datetime.combine(months_after(at.date(), -window) + timedelta(days=1), time(), at.tzinfo)


def _in_order(own: list[_Made]) -> dict[int, list[float]]:
    """Put PDs in order by product, so that the nearest one is found without looking at each."""
    pds: dict[int, list[float]] = defaultdict(list)
    for each in own:
        insort(pds[each.product], each.pd or 0.0)
    return pds


def _is_near(made: _Made, pds: dict[int, list[float]]) -> bool:
    known = pds.get(made.product, [])
    if made.pd is None:
        return False
    first = bisect_left(known, made.pd - NEAR)
    return first < len(known) and known[first] <= made.pd + NEAR


def _rate(count: int, n: int, pds: list[float] | None = None) -> Rate:
    mean_pd = sum(pds) / len(pds) if pds else None
    if n < ENOUGH:
        return Rate(count=count, n=n, mean_pd=mean_pd)
    # It brings scipy along, which takes a second to load, and only such pages ask.
    from scoring.proportions import Share, exact  # noqa: PLC0415

    share = Share(count=count, n=n)
    return Rate(count=count, n=n, share=share.value, interval=exact(share), mean_pd=mean_pd)


def _difference(own: Rate, agreed: Rate) -> "Interval | None":
    if own.share is None or agreed.share is None:
        return None
    from scoring.proportions import Share, difference_interval  # noqa: PLC0415 - as above

    return difference_interval(
        Share(count=own.count, n=own.n), Share(count=agreed.count, n=agreed.n)
    )
