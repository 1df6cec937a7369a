"""What an officer has done and what came of it: for their own eyes alone."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from django.db.models import Q

from credit.models import OfficerDecision, Outcome, User

if TYPE_CHECKING:
    from scoring.proportions import Interval

PERIOD = timedelta(days=365)
PERIOD_OF_OUTCOMES = timedelta(days=5 * 365)  # they come a year or more after the decision
WEEKS = 8
MOST = 5_000  # decisions of one officer, or agreements to compare with: the newest count
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
    """An officer's year until `until`; outcomes are of five years."""

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
    made = _made(viewer, since=at - PERIOD, at=at)
    judged = [each for each in made if each.recommendation != "refer"]
    against = [each for each in made if each.is_override]
    own, agreed = _compared(_approved_against(viewer, at=at), at=at)
    return MyWork(
        since=at - PERIOD,
        until=at,
        today=sum(each.decided_at.date() == at.date() for each in made),
        last_7_days=sum(each.decided_at > at - timedelta(days=7) for each in made),
        decided=len(made),
        weeks=_weeks(made, at=at),
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
        viewer, Q(verdict="approve", is_override=True), since=at - PERIOD_OF_OUTCOMES, at=at
    )


def _made(viewer: User, *terms: Q, since: datetime, at: datetime) -> list[_Made]:
    found = OfficerDecision.objects.filter(
        *terms, decided_by=viewer, decided_at__gt=since, decided_at__lte=at
    ).values_list(
        *("decision_id", "verdict", "is_override", "decided_at", "decision__recommendation"),
        *("decision__application__score__pd", "decision__application__product_id"),
        "decision__application__received_at",
    )
    return [_Made(*row) for row in found.order_by("-decided_at", "pk")[:MOST]]


def _weeks(made: list[_Made], *, at: datetime) -> list[Week]:
    """Count by week, the newest first; weeks without a decision count too."""
    monday = at.date() - timedelta(days=at.weekday())
    counted = Counter(
        each.decided_at.date() - timedelta(days=each.decided_at.weekday()) for each in made
    )
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
    """Give outcome and PD of each agreement in the neighbourhood of one of these."""
    pds = [each.pd for each in own if each.pd is not None]
    if not pds:
        return []
    products = {each.product for each in own}
    agreed = OfficerDecision.objects.filter(
        Q(decision__application__score__pd__gte=min(pds) - NEAR)
        & Q(decision__application__score__pd__lte=max(pds) + NEAR),
        verdict="approve",
        is_override=False,
        decided_at__gt=at - PERIOD_OF_OUTCOMES,
        decision__application__product__in=products,
        decision__outcomes__matures_on__lte=at.date(),
    ).values_list(
        *("decision_id", "decision__application__score__pd", "decision__application__product_id")
    )
    rows = list(agreed.order_by("-decided_at", "pk").distinct()[:MOST])
    near = {pk: pd for pk, pd, product in rows if _is_near(pd, product, own)}
    bad_of = _matured(list(near), at=at)
    return [(bad_of[pk], pd) for pk, pd in near.items() if pk in bad_of]


def _is_near(pd: float, product: int, own: list[_Made]) -> bool:
    return any(
        each.product == product and each.pd is not None and abs(each.pd - pd) <= NEAR
        for each in own
    )


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
