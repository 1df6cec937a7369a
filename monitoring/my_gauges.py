"""What Home shows an officer of the officer's own work."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from credit.models import OfficerDecision, User
from credit.queries import queue, signatures
from monitoring.gauges import Gauge
from monitoring.service.wording import number


def my_day(viewer: User, *, at: datetime) -> Gauge:
    """Count what one decided today, holds, and what is late in the queue that all share."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    decided = OfficerDecision.objects.filter(
        decided_by=viewer, decided_at__gte=day, decided_at__lt=day + timedelta(days=1)
    ).count()
    counts = queue.standing(viewer=viewer, at=at).counts
    return Gauge(
        name="my_day",
        label=gettext("My day"),
        state="watch" if counts.late else "good",
        value=ngettext("{n} decided", "{n} decided", decided).format(n=number(decided)),
        detail=gettext(
            "Today since midnight UTC. You hold {mine}; of the {all} that wait, of all products,"
            " {late} are late."
        ).format(mine=number(counts.mine), all=number(counts.awaiting), late=number(counts.late)),
        link=reverse("my_work"),
    )


def signatures_waiting(viewer: User, *, at: datetime) -> Gauge:  # noqa: ARG001 - as every gauge
    """Count the decisions of others that one may sign."""
    n = signatures.count(viewer=viewer)
    return Gauge(
        name="signatures",
        label=gettext("Signatures"),
        state="watch" if n else "good",
        value=gettext("{n} wait").format(n=number(n)),
        detail=gettext("Decisions of others that need a second person now."),
        link=reverse("signatures"),
    )
