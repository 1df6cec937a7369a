"""What the service shows of itself on Home: how it answers, its budgets, its worker, its queue."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from credit.models import AuditSeal, Product
from credit.words import day_in_words
from monitoring.gauges import Gauge, State
from monitoring.service import periods as service
from monitoring.service import pulses
from monitoring.service.queries import DECIDING, BudgetView, budgets_of, queues_of, recent
from monitoring.service.requests import Answers
from monitoring.service.wording import number, percent, span, time

UNSEALED_FOR = timedelta(minutes=1)  # a seal comes every five seconds


def answering(_product: Product, *, at: datetime) -> Gauge:
    """Say how fast decisions were answered of late, and how many failed by our fault."""
    length, counts = recent(at=at)
    found = Answers.of(counts, [DECIDING])
    sign = pulses.newest()
    burning = (
        sign is not None
        and not sign.is_silent(at=at)
        and any(
            window.burns
            for each in budgets_of(sign)
            if each.name.startswith("decisions_")
            for window in each.windows
        )
    )
    state: State = "bad" if burning else "watch" if found.faults else "good"
    p95 = gettext("95 of 100 within {time}").format(time=time(found.quantile(0.95)))
    faults = ngettext("{n} fault of ours", "{n} faults of ours", found.faults)
    return Gauge(
        name="answering",
        label=gettext("Decisions answered"),
        state=state if found.n else "unknown",
        value=p95 if found.answered else gettext("none was asked for"),
        detail=gettext(
            "{n} in the last {span}; {faults}. Times are known between two bounds."
        ).format(
            n=number(found.n), span=span(length), faults=faults.format(n=number(found.faults))
        ),
        link=reverse("service"),
    )


def budget(_product: Product, *, at: datetime) -> Gauge:
    """Show the error budget that is nearest to its end."""
    sign = pulses.newest()
    known = [each for each in budgets_of(sign) if each.left is not None]
    worst = min(known, key=lambda each: each.left or 0.0, default=None)
    if sign is None or worst is None or sign.is_silent(at=at):
        return Gauge(
            name="budget",
            label=gettext("Error budget"),
            state="unknown",
            value=gettext("not known"),
            detail=gettext("Too few requests for even one to fail, or no worker counted them."),
            link=reverse("service"),
        )
    return _of_budget(worst, any(window.burns for each in known for window in each.windows))


def _of_budget(worst: BudgetView, is_burning: bool) -> Gauge:  # noqa: FBT001 - named by its caller
    left = worst.left or 0.0
    return Gauge(
        name="budget",
        label=gettext("Error budget"),
        state="bad" if is_burning else worst.state,
        value=gettext("{share} left").format(share=percent(left, 0)),
        detail=gettext(
            "{objective}: {bad} of {n} requests since {day} failed it, and {allowed} may. It is the"
            " lowest of all."
        ).format(
            objective=worst.label,
            bad=number(worst.bad),
            n=number(worst.n),
            day=day_in_words(worst.since.date()),
            allowed=number(worst.allowed),
        ),
        link=reverse("service"),
        level=max(0.0, left),
    )


def queue(_product: Product, *, at: datetime) -> Gauge:
    """Say how much waits for officers, and whether that is usual at this hour."""
    sign = pulses.newest()
    found = next((each for each in queues_of(sign) if each.name == "applications"), None)
    now = sign.standing.get(service.APPLICATIONS) if sign else None
    if sign is None or now is None or sign.is_silent(at=at):
        return _unknown("queue", gettext("Queue"), reverse("queue"))
    state: State = "bad" if found and found.grows else "good"
    if found is None or found.bound is None:
        state = "unknown"
        usual = gettext("Nothing is usual yet: that takes 14 days.")
    else:
        usual = gettext(
            "At this hour of {days} days it was {middle}; from {bound} it is unusual."
        ).format(
            days=number(found.days), middle=number(found.middle or 0), bound=number(found.bound)
        )
    wait = timedelta(seconds=sign.standing.get("application_longest_wait_seconds", 0))
    return Gauge(
        name="queue",
        label=gettext("Queue"),
        state=state,
        value=gettext("{n} wait").format(n=number(now)),
        detail=gettext("The first for {span}. {usual}").format(span=span(wait), usual=usual),
        link=reverse("queue"),
    )


def worker(_product: Product, *, at: datetime) -> Gauge:
    """Say when the scheduled worker last gave a sign of life, and what failed of late."""
    sign = pulses.newest()
    label, link = gettext("Scheduled worker"), reverse("service")
    if sign is None:
        return _unknown("worker", label, link)
    length, counts = recent(at=at)
    tasks = counts.get("tasks", {}).items()
    ran = round(sum(values[-1] for _, values in tasks))
    failed = round(sum(values[-1] for name, values in tasks if name.endswith(" FAILURE")))
    silent, failing = sign.is_silent(at=at), len(sign.levels.get("failing", ()))
    return Gauge(
        name="worker",
        label=label,
        state="bad" if silent or failing else "watch" if failed else "good",
        value=_of_worker(silent=silent, failing=failing),
        detail=gettext(
            "Its last sign of life is {age} old. Of {n} tasks in the last {span} {failed} failed."
        ).format(age=span(at - sign.at), n=number(ran), span=span(length), failed=number(failed)),
        link=link,
    )


def _of_worker(*, silent: bool, failing: int) -> str:
    if silent:
        return gettext("silent")
    if failing:
        words = ngettext("{n} task fails each time", "{n} tasks fail each time", failing)
        return words.format(n=number(failing))
    return gettext("at work")


def sealing(_product: Product, *, at: datetime) -> Gauge:
    """Say whether the audit trail is sealed as it goes on."""
    sign, last = pulses.newest(), AuditSeal.objects.order_by("-number").first()
    label, link = gettext("Audit trail"), reverse("audit")
    if sign is None:
        return _unknown("sealing", label, link)
    if last is None:
        return _unknown("sealing", label, link, why=gettext("Nothing has been sealed yet."))
    unsealed, age = sign.standing.get("audit_events_unsealed", 0), at - last.sealed_at
    late = sign.is_silent(at=at) or (unsealed > 0 and age > UNSEALED_FOR)
    return Gauge(
        name="sealing",
        label=label,
        state="bad" if late else "good",
        value=gettext("not sealed") if late else gettext("sealed"),
        detail=gettext(
            "Seal {number} is {age} old; {n} events waited for one a minute ago. Only verifying"
            " the chain proves it."
        ).format(number=number(last.number), age=span(age), n=number(unsealed)),
        link=link,
    )


def _unknown(name: str, label: str, link: str, *, why: str = "") -> Gauge:
    return Gauge(
        name=name,
        label=label,
        state="unknown",
        value=gettext("not known"),
        detail=why or gettext("No worker has given a sign of life."),
        link=link,
    )
