import json
import logging

import pytest
from django.db import IntegrityError


@pytest.fixture
def line_of():
    """Give what the product's own formatter makes of a log record."""
    from django.conf import settings  # noqa: PLC0415

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


def test_a_line_without_a_fault_says_nothing_of_one(line_of):
    assert "exceptions" not in line_of(record_of(None))
