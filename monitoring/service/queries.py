"""The service as pages and commands show it: what was promised, what came of it, what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from credit.words import Words
from monitoring.gauges import State
from monitoring.periods import Kind, figures_of
from monitoring.service import periods as service
from monitoring.service import pulses
from monitoring.service.counts import Counts
from monitoring.service.pulses import Sign
from monitoring.service.requests import Answers, Between, routes

DECIDING: Final = "POST api/v1/decisions"
OBJECTIVES: Final[Mapping[str, Words]] = {
    "decisions_answered": _("Decisions answered"),
    "decisions_in_time": _("Decisions in time"),
    "reads_answered": _("Questions about decisions answered"),
    "pages_answered": _("Pages of officers answered"),
    "pages_in_time": _("Pages of officers in time"),
}
QUEUES: Final[Mapping[str, Words]] = {
    "applications": _("Applications that wait for an officer"),
    "tasks": _("Messages that no worker has taken"),
}
_WORST_FIRST: Final[tuple[State, ...]] = ("bad", "watch", "good", "unknown")
WATCH_BELOW: Final = 0.25  # of a budget left
THOUSAND: Final = 1000
HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time that a page shows, in periods of one kind."""

    name: str  # as in "48 hours": in the address
    kind: Kind
    periods: int

    def since(self, at: datetime) -> datetime:
        """Give the moment after which the first of its periods begins."""
        return at - self.kind.length * self.periods


SPANS: Final = (
    Span(name="hours", kind=service.HOURS, periods=48),
    Span(name="days", kind=service.DAYS, periods=30),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """How fast a budget burns within a time: 1 uses it up in just its days."""

    hours: float
    minutes: float
    n: int
    bad: int
    rate: float
    short_rate: float
    fastest: float
    burns: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """What was promised, how often it was not kept, and what is left of the budget for that."""

    name: str
    label: Words
    share: float
    within: float | None
    days: int
    since: datetime  # not that many days ago yet, where counting began later
    n: int
    bad: int
    allowed: float
    left: float | None  # None: too few requests for even one to fail
    windows: tuple[WindowView, ...]
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """A queue now, and at this hour of earlier days. None where it is not known yet."""

    name: str
    label: Words
    now: float | None
    days: int
    middle: float | None
    bound: float | None
    grows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """One hour or day."""

    starts_at: datetime
    answers: Answers
    decisions: Answers
    p50: Between | None  # of decisions, as are the next two
    p95: Between | None
    p99: Between | None
    waiting: tuple[float, float] | None  # applications: the mean and the most
    busy: float  # worker processes at work, on average


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteView:
    """Requests of one route in the whole span."""

    name: str
    answers: Answers
    p50: Between | None
    p95: Between | None
    p99: Between | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """One of the worker's tasks in the whole span."""

    name: str
    n: int
    failed: int
    seconds: float  # on average


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """Who decided, as a share of a product's decisions or of the rows of its files."""

    product: str
    route: str
    count: int
    n: int

    @property
    def share(self) -> float:
        """Of all that were scored of the product."""
        return self.count / self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Processor time of the span, and its price. None a thousand where nothing was decided."""

    web: float  # seconds, as are the next two
    worker: float
    statements: float
    decisions: int
    price: float  # of an hour of a processor
    currency: str

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.web + self.worker + self.statements

    @property
    def a_thousand(self) -> float | None:
        """What a thousand decisions cost."""
        if not self.decisions:
            return None
        return self.seconds / HOUR * self.price / self.decisions * THOUSAND


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """Everything on the page."""

    at: datetime
    sign: Sign | None
    is_silent: bool
    budgets: tuple[BudgetView, ...]
    queues: tuple[QueueView, ...]
    since: datetime | None  # of the first period that there is
    minutes: int  # with a sign of life
    machines: int
    periods: tuple[PeriodView, ...]
    routes: tuple[RouteView, ...]
    tasks: tuple[TaskView, ...]
    shares: tuple[ShareView, ...]
    cost: Cost
    connections: tuple[float, float] | None  # the most of the span, and the server's limit


def service_view(span: Span, *, at: datetime) -> ServiceView:
    """Read what the worker has counted: a few dozen rows, however much was decided."""
    sign = pulses.newest()
    found = figures_of(span.kind.name, None, since=span.since(at), until=at)
    whole = service.added_up(figures for _, figures in found)
    counts = whole["counts"]
    return ServiceView(
        at=at,
        sign=sign,
        is_silent=sign is None or sign.is_silent(at=at),
        budgets=budgets_of(sign),
        queues=queues_of(sign),
        since=found[0][0] if found else None,
        minutes=whole["minutes"],
        machines=whole["machines"],
        periods=tuple(_period(starts, figures) for starts, figures in found),
        routes=_routes(counts),
        tasks=_tasks(counts),
        shares=_shares(counts),
        cost=_cost(counts, whole["statements"]),
        connections=_connections(whole["standing"]),
    )


def budgets_of(sign: Sign | None) -> tuple[BudgetView, ...]:
    """Read the budgets that the worker last found, the worst first."""
    stored = sign.levels.get("objectives", []) if sign else []
    found = (_budget(each) for each in stored)
    return tuple(sorted(found, key=lambda each: _WORST_FIRST.index(each.state)))


def queues_of(sign: Sign | None) -> tuple[QueueView, ...]:
    """Read the queues that the worker last found."""
    stored = sign.levels.get("queues", []) if sign else []
    return tuple(QueueView(label=QUEUES.get(each["name"], each["name"]), **each) for each in stored)


def _budget(stored: dict[str, Any]) -> BudgetView:
    windows = tuple(WindowView(**window) for window in stored["windows"])
    left = stored["left"]
    return BudgetView(
        name=stored["name"],
        label=OBJECTIVES.get(stored["name"], stored["name"].replace("_", " ")),
        share=stored["share"],
        within=stored["within"],
        days=stored["days"],
        since=datetime.fromisoformat(stored["since"]),
        n=stored["n"],
        bad=stored["bad"],
        allowed=stored["allowed"],
        left=left,
        windows=windows,
        state=_state(left, is_burning=any(window.burns for window in windows)),
    )


def _state(left: float | None, *, is_burning: bool) -> State:
    if is_burning or (left is not None and left < 0):
        return "bad"
    if left is None:
        return "unknown"
    return "watch" if left < WATCH_BELOW else "good"


def _period(starts_at: datetime, figures: dict[str, Any]) -> PeriodView:
    counts = figures["counts"]
    decisions = Answers.of(counts, [DECIDING])
    waiting = figures["standing"].get(service.APPLICATIONS)
    worked = sum(values[0] for values in counts.get("tasks", {}).values())
    minutes = figures["minutes"]
    return PeriodView(
        starts_at=starts_at,
        answers=Answers.of(counts),
        decisions=decisions,
        p50=decisions.quantile(0.5),
        p95=decisions.quantile(0.95),
        p99=decisions.quantile(0.99),
        waiting=(waiting[1] / waiting[3], waiting[2]) if waiting else None,
        busy=worked / (60 * minutes) if minutes else 0.0,
    )


def _routes(counts: Counts) -> tuple[RouteView, ...]:
    found = [(name, Answers.of(counts, [name])) for name in routes(counts)]
    most_frequent_first = sorted(found, key=lambda one: (-one[1].asked, one[0]))
    return tuple(
        RouteView(
            name=name,
            answers=answers,
            p50=answers.quantile(0.5),
            p95=answers.quantile(0.95),
            p99=answers.quantile(0.99),
        )
        for name, answers in most_frequent_first
    )


def _tasks(counts: Counts) -> tuple[TaskView, ...]:
    by_name: dict[str, list[tuple[str, list[float]]]] = {}
    for name, values in counts.get("tasks", {}).items():
        task, _, state = name.rpartition(" ")
        by_name.setdefault(task, []).append((state, values))
    found = (_task(name, states) for name, states in by_name.items())
    return tuple(sorted(found, key=lambda each: (-each.failed, each.name)))


def _task(name: str, states: list[tuple[str, list[float]]]) -> TaskView:
    n = round(sum(values[-1] for _, values in states))
    return TaskView(
        name=name,
        n=n,
        failed=round(sum(values[-1] for state, values in states if state == "FAILURE")),
        seconds=sum(values[0] for _, values in states) / n if n else 0.0,
    )


def _shares(counts: Counts) -> tuple[ShareView, ...]:
    found: dict[str, dict[str, int]] = {}
    for name, values in (
        *counts.get("decisions", {}).items(),
        *counts.get("batch_rows", {}).items(),
    ):
        product, _, route = name.partition(" ")
        if route != "refused":
            of = found.setdefault(product, {})
            of[route] = of.get(route, 0) + round(values[0])
    return tuple(
        ShareView(product=product, route=route, count=count, n=sum(by_route.values()))
        for product, by_route in sorted(found.items())
        for route, count in sorted(by_route.items(), key=lambda one: -one[1])
        if count
    )


def _cost(counts: Counts, statements: float) -> Cost:
    spent = {part: values[0] for part, values in counts.get("processor", {}).items()}
    return Cost(
        web=spent.get("web", 0.0),
        worker=spent.get("worker", 0.0),
        statements=statements,
        decisions=sum(share.count for share in _shares(counts)),
        price=settings.EVENHAND_PROCESSOR_HOUR,
        currency=settings.EVENHAND_PROCESSOR_CURRENCY,
    )


def _connections(standing: dict[str, list[float] | None]) -> tuple[float, float] | None:
    used, limit = standing["database_connections"], standing["database_connections_limit"]
    return (used[2], limit[2]) if used and limit else None


def recent(*, at: datetime, hours: int = 2) -> tuple[timedelta, Counts]:
    """Give what was counted in the running hour and those before it, and how long that is."""
    since = at - service.HOURS.length * hours
    found = figures_of(service.HOURS.name, None, since=since, until=at)
    if not found:
        return timedelta(0), {}
    return at - found[0][0], service.added_up(figures for _, figures in found)["counts"]
