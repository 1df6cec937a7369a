"""A task of the worker's that is counted, whatever comes of it, on a connection that is kept.

Celery would close the connection after each task; making one anew took PostgreSQL, and us, longer
than most tasks take.
"""

import time
from collections.abc import Callable
from typing import Any, ClassVar, ParamSpec

from celery import Task, shared_task, states
from django.db import close_old_connections, connections

from credit import meters

P = ParamSpec("P")


class MeteredTask(Task):  # type: ignore[misc] # Celery is untyped
    """Celery calls these around each task, in the process that works it."""

    is_due: ClassVar[Callable[[], bool] | None] = None

    def before_start(self, *_what: Any) -> None:
        """Note when it began; let go of a connection that the database has closed meanwhile."""
        close_old_connections()
        self.request.began, self.request.spent = time.perf_counter(), meters.spent()

    def after_return(self, state: str, *_what: Any) -> None:
        """Count how long it took, by how it ended; what a failed one held goes with its session."""
        meters.worked(self.name, state, time.perf_counter() - self.request.began)
        meters.used("worker", meters.spent() - self.request.spent)
        if state != states.SUCCESS and not self.request.is_eager:
            connections.close_all()


def task(
    name: str, *, is_due: Callable[[], bool] | None = None
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make a function a task: with a question, beat sends it only where the answer is yes.

    The question is about rows, and takes less than a message would.
    """
    asked = staticmethod(is_due) if is_due else None
    made: Callable[[Callable[P, None]], Callable[P, None]] = shared_task(name=name, is_due=asked)
    return made
