"""Logs as one JSON object a line, with the request they belong to and no personal data."""

import logging
import sys
from typing import Any, BinaryIO

import orjson
import structlog

from credit.tracebacks import without_words

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

# Threads and processes are told nowhere, so nobody need find them out (Python's logging how-to,
# "Optimization").
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False

structlog.configure(
    processors=[
        *_SHARED,
        without_words,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


def straight(name: str, *, into: BinaryIO | None = None) -> Any:
    """Give a logger for the line of each request, which goes to stderr past Python's logging.

    The line is the same; the way there took more processor time than checking an application.
    """
    return structlog.wrap_logger(
        structlog.BytesLogger(into or sys.stderr.buffer, name=name),
        processors=[
            *_SHARED,
            without_words,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    ).bind()  # else it would be bound anew for each line


class WithoutItsWords(logging.Filter):
    """Keeps what a failed task's exception is, and not what it says."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite Celery's line about it; `without_words` tells where it happened."""
        if isinstance(record.args, dict) and record.exc_info and record.exc_info[0]:
            record.args = {**record.args, "exc": record.exc_info[0].__name__}
        return True


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            # Other libraries' lines as well: their arguments are not kept either.
            "foreign_pre_chain": [*_SHARED, without_words],
        },
    },
    "filters": {"without_its_words": {"()": WithoutItsWords}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers would say it twice.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "axes": {"level": "WARNING"},  # its lines hold user names and addresses
        # Their lines hold paths and hosts, which may hold anything; the line of the request says
        # what came of it, and `broken` where it broke.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        # The sealing alone would be 17,000 lines a day.
        "celery.app.trace": {"level": "WARNING", "filters": ["without_its_words"]},
        "celery.beat": {"level": "WARNING"},
        "matplotlib": {"level": "WARNING"},  # comes along with fairlearn; tells of its fonts
    },
}
