import json
import logging

import pytest
from django.conf import settings
from django.db import IntegrityError

from credit.logs import WithoutItsWords


@pytest.fixture
def line_of():
    """Give what the product's own formatter makes of a log record."""
    wanted = settings.LOGGING["formatters"]["json"]
    formatter = wanted["()"](**{key: value for key, value in wanted.items() if key != "()"})
    return lambda record: json.loads(formatter.format(record))


def record_of(error):
    return logging.LogRecord(
        "celery.app.trace", logging.ERROR, "somewhere.py", 1, "it broke", (), error
    )


def raised(message):
    with pytest.raises(IntegrityError) as caught:
        raise IntegrityError(message)
    return caught._excinfo


def test_a_fault_tells_where_it_happened_and_nothing_that_was_sent(line_of):
    line = line_of(record_of(raised("Failing row contains (Anna Canary, 1200).")))

    assert line["exceptions"][0]["type"] == "django.db.utils.IntegrityError"
    assert line["exceptions"][0]["frames"][0].endswith(" raised")
    assert "Canary" not in json.dumps(line)


def test_a_failed_task_is_named_without_its_words(line_of):
    told = {"name": "credit.work_batches", "exc": "IntegrityError('Anna Canary')"}
    record = record_of(raised("Anna Canary"))
    record.msg, record.args = "Task %(name)s raised unexpected: %(exc)s", told

    line = line_of(record) if WithoutItsWords().filter(record) else None

    assert line["event"] == "Task credit.work_batches raised unexpected: IntegrityError"
    assert "Canary" not in json.dumps(line)


def test_celery_s_own_lines_go_through_that():
    assert settings.LOGGING["loggers"]["celery.app.trace"]["filters"] == ["without_its_words"]


def test_a_line_without_a_fault_says_nothing_of_one(line_of):
    assert "exceptions" not in line_of(record_of(None))
