"""What processes count for `/metrics`, kept by the minute so that it needs no Prometheus.

A machine's processes count in files of their own (decision record 12), which nobody else can read.
So a process of each machine writes their sums down, in the database that all share. What rose
between two minutes is added up over machines; a sum that fell began anew, as Prometheus has it.
"""

import os
import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from prometheus_client.metrics_core import Metric

from credit import counting, meters
from monitoring.models import MinuteCounts

# By group and series. A histogram is its seconds, then how many took at most each bound, then all.
Counts = dict[str, dict[str, list[float]]]

BOUNDS: Final = (*meters.SECONDS, float("inf"))  # of the requests' seconds
KEPT: Final = timedelta(days=3)
LOOKED_BACK: Final = timedelta(hours=1)  # for the sums that a machine's next ones are compared with
GROUPS: Final = {
    "evenhand_request_seconds": ("requests", ("method", "route", "status")),
    "evenhand_task_seconds": ("tasks", ("task", "state")),
    "evenhand_decisions": ("decisions", ("product", "route")),
    "evenhand_batch_rows": ("batch_rows", ("product", "result")),
    "evenhand_processor_seconds": ("processor", ("part",)),
}


def keep(*, at: datetime) -> bool:
    """Write down what this machine has counted, unless one of its processes did this minute."""
    minute = at.replace(second=0, microsecond=0)
    if MinuteCounts.objects.filter(machine=machine(), minute=minute).exists():
        return False
    row = MinuteCounts(machine=machine(), minute=minute, counted_at=at, counts=counted())
    MinuteCounts.objects.bulk_create([row], ignore_conflicts=True)
    return True


def forget(*, at: datetime) -> None:
    """Remove minutes that hours were made of long ago."""
    MinuteCounts.objects.filter(minute__lt=at - KEPT).delete()


def machine() -> str:
    """Name what shares a folder of counts: a host or container, or a process that counts alone."""
    host = socket.gethostname()[:80]
    return host if counting.FOLDER else f"{host}/{os.getpid()}"


def counted() -> Counts:
    """Read what all processes of this machine have counted until now."""
    found: Counts = defaultdict(dict)
    for metric in counting.everywhere().collect():
        if metric.name in GROUPS:
            group, labels = GROUPS[metric.name]
            for name, value, place in _values(metric, labels):
                series = found[group].setdefault(name, [])
                series.extend([0.0] * (place + 1 - len(series)))
                series[place] = round(series[place] + value, 6)
    return dict(found)


def rises(*, since: datetime, until: datetime) -> list[tuple[datetime, Counts]]:
    """List what each machine counted from one time to the next, by the moment it was written."""
    by_machine: dict[str, list[tuple[datetime, Counts]]] = defaultdict(list)
    found = MinuteCounts.objects.filter(minute__gt=since - LOOKED_BACK, minute__lte=until).order_by(
        "machine", "counted_at"
    )
    for name, at, counts in found.values_list("machine", "counted_at", "counts"):
        by_machine[name].append((at, counts))
    return [
        (at, _difference(before, after))
        for rows in by_machine.values()
        for (_, before), (at, after) in pairwise(rows)
        if since < at <= until
    ]


def machines(*, since: datetime, until: datetime) -> int:
    """Count the machines that told something."""
    told = MinuteCounts.objects.filter(counted_at__gt=since, counted_at__lte=until)
    return told.values("machine").distinct().count()


def total(several: Iterable[Counts]) -> Counts:
    """Add up counts by group and series; of two releases' bounds the later ones stay."""
    summed: Counts = {}
    for counts in several:
        for group, series in counts.items():
            own = summed.setdefault(group, {})
            for name, values in series.items():
                sofar = own.get(name, [])
                same = len(sofar) == len(values)
                own[name] = (
                    [round(a + b, 6) for a, b in zip(sofar, values, strict=True)]
                    if same
                    else values
                )
    return summed


def _difference(before: Counts, after: Counts) -> Counts:
    """Give what rose. Where anything fell or is gone, the machine began to count anew."""
    if _began_anew(before, after):
        return after
    return {
        group: {
            name: _rose(before.get(group, {}).get(name), values)
            for name, values in series.items()
            if values != before.get(group, {}).get(name)
        }
        for group, series in after.items()
    }


def _rose(then: list[float] | None, now: list[float]) -> list[float]:
    return [round(b - a, 6) for a, b in zip(then, now, strict=True)] if then else now


def _began_anew(before: Counts, after: Counts) -> bool:
    return any(
        len(values) != len(after.get(group, {}).get(name, []))
        or after[group][name][-1] < values[-1]
        for group, series in before.items()
        for name, values in series.items()
    )


def _values(metric: Metric, labels: tuple[str, ...]) -> Iterator[tuple[str, float, int]]:
    """Give each sample's series, its value, and its place in the series."""
    bounds = _bounds(metric)
    for sample in metric.samples:
        name = " ".join(sample.labels.get(label, "") for label in labels)
        if sample.name.endswith(("_sum", "_total")):
            yield name, sample.value, 0
        elif sample.name.endswith("_bucket"):
            yield name, sample.value, 1 + bounds[sample.labels["le"]]


def _bounds(metric: Metric) -> Mapping[str, int]:
    """Give the places of a histogram's bounds, smallest first and `+Inf` last."""
    found = {sample.labels["le"] for sample in metric.samples if "le" in sample.labels}
    return {bound: place for place, bound in enumerate(sorted(found, key=float))}
