"""What a web process does beside answering: once a minute, in a thread of its own.

It writes down what its machine has counted, and it notices a worker that is silent, which that
worker cannot tell itself. Several processes do no harm: the first in a minute does it.
"""

import threading
from datetime import datetime
from typing import Final

import psycopg
import structlog
from django.db import Error, connection
from django.utils import timezone

from credit import meters
from monitoring.service import counts

EVERY: Final = 60.0  # seconds
AFTER: Final = 5.0  # seconds: a process that comes up has something better to do

log = structlog.get_logger("monitoring.web")


class WebTasks(threading.Thread):
    """Ends with its process; a database that is away is asked again a minute later."""

    def __init__(self) -> None:
        super().__init__(name="web tasks", daemon=True)
        self.stopped = threading.Event()
        self.began: datetime = timezone.now()
        self.spent = 0.0

    def run(self) -> None:
        """Look once a minute until it is told to stop."""
        wait = AFTER
        while not self.stopped.wait(wait):
            wait = EVERY
            try:
                self.look(at=timezone.now())
            except (Error, psycopg.Error) as away:
                log.warning("part_away", part="database", error=type(away).__name__)
            finally:
                connection.close()

    def look(self, *, at: datetime) -> None:
        """Add up this process's time, write the machine's counts down, listen for the worker."""
        spent = meters.spent()
        meters.used("web", spent - self.spent)
        self.spent = spent
        if counts.keep(at=at):
            # It brings the tasks of credit along; a process that comes up can do without.
            from monitoring.service import checks as service_checks  # noqa: PLC0415

            service_checks.tell_of_silence(since=self.began, at=at)


def start() -> None:
    """Begin; called once by each process that serves."""
    WebTasks().start()
