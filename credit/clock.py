"""Celery's beat, but where the rows say that a task has nothing to do, no message is sent.

A message that came to nothing cost beat, broker and worker some milliseconds, most of a thousand
times an hour. The question is the one that the task itself begins with, so nothing becomes later;
a message that is lost is sent again, for the rows still say so.
"""

from typing import Any

import psycopg
import structlog
from celery.beat import PersistentScheduler
from django.db import Error, connections

log = structlog.get_logger("credit.clock")


class Clock(PersistentScheduler):  # type: ignore[misc] # Celery is untyped
    """One process, with a connection that it keeps."""

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Send what is due by the clock, unless its rows say that there is nothing to do."""
        if self.is_wanted(entry.task):
            super().apply_entry(entry, producer=producer)

    def is_wanted(self, task: str) -> bool:
        """Ask; where the rows cannot be asked, the task finds out why."""
        is_due = getattr(self.app.tasks.get(task), "is_due", None)
        if is_due is None:
            return True
        try:
            return bool(is_due())
        except (Error, psycopg.Error) as away:
            log.warning("part_away", part="database", error=type(away).__name__)
            connections.close_all()
            return True
