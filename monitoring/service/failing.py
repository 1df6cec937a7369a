"""Which of the worker's tasks fail each time: rules without a database.

Nobody misses what such a task would have found, so nothing else would tell of it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from celery import states

from credit.schedule import EVERY
from monitoring.service.counts import Counts

PERIODS: Final = 3  # looked back: so many times it was due
LEAST: Final = timedelta(hours=1)  # looked back
FEWEST: Final = 2  # failures
FAILURE, SUCCESS = states.FAILURE, states.SUCCESS


def looked_back(seconds: int) -> timedelta:
    """Say over how long a task is looked at that is due each so many seconds.

    Examples
    --------
    >>> [looked_back(seconds).total_seconds() / 3600 for seconds in (5, 3_600, 86_400)]
    [1.0, 3.0, 72.0]
    """
    return max(LEAST, PERIODS * timedelta(seconds=seconds))


SPANS: Final = frozenset(looked_back(seconds) for _, seconds in EVERY.values())


def failing(counted: Mapping[timedelta, Counts]) -> list[dict[str, Any]]:
    """List the tasks that failed and did not succeed once, of what was counted over `SPANS`."""
    found = []
    for task, seconds in EVERY.values():
        span = looked_back(seconds)
        failed, succeeded = _runs(counted[span], task)
        if failed >= FEWEST and not succeeded:
            found.append({"task": task, "failed": failed, "hours": span / timedelta(hours=1)})
    return found


def _runs(counted: Counts, task: str) -> tuple[int, int]:
    """Count a task's runs that failed, and those that succeeded."""
    of_all = counted.get("tasks", {})
    failed, succeeded = (of_all.get(f"{task} {state}", [0.0])[-1] for state in (FAILURE, SUCCESS))
    return round(failed), round(succeeded)
