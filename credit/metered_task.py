"""A task of the worker's that is counted, whatever comes of it."""

import time
from typing import Any

from celery import Task

from credit import meters


class MeteredTask(Task):  # type: ignore[misc] # Celery is untyped
    """Celery calls these around each task, in the process that works it."""

    def before_start(self, *_what: Any) -> None:
        """Note when it began."""
        self.request.began, self.request.spent = time.perf_counter(), meters.spent()

    def after_return(self, state: str, *_what: Any) -> None:
        """Count how long it took, by how it ended."""
        meters.worked(self.name, state, time.perf_counter() - self.request.began)
        meters.used("worker", meters.spent() - self.request.spent)
