"""What the running product logs of a whole day holds no word of anybody, and no secret."""

from a_day import MARK, RARE, settings_of

# What came of it: without this a request that never arrived would look like one never logged.
CAME = {
    "a webhook": 201,
    "a webhook: wrong": 400,
    "decided": 201,
    "read": 200,
    "found": 200,
    "refused: a value": 400,
    "refused: a number": 400,
    "refused: a field": 400,
    "refused: a group": 400,
    "refused: an applicant": 400,
    "refused: a product": 400,
    "refused: JSON": 400,
    "refused: bytes": 400,
    "refused: a type": 415,
    "refused: a name": 400,
    "refused: a host": 400,
    "refused: a query": 400,
    "refused: a cursor": 400,
    "refused: a path": 404,
    "refused: an id": 404,
    "refused: a key": 401,
    "broken": 500,
    "an outcome": 409,
    "feedback": 201,
    "feedback: wrong": 400,
    "feedback withdrawn": 201,
    "all feedback": 200,
    "a token": 200,
    "no token": 401,
    "no scope": 400,
    "by token": 200,
    "a file": 202,
    "a stranger": 429,
    "an officer": 302,
    "a comment": 302,
    "what if": 422,
    "a correction": 422,
    "an entry": 422,
    "a note": 302,
    "a question": 302,
    "an answer": 302,
    "no reason": 422,
    "a verdict": 302,
    "a decline": 302,
    "a notice": 302,
    "a review": 302,
    "page: a page": 404,
    "page: an application": 404,
    "page: a method": 403,
    "page: no token": 403,
    "page: a host": 400,
    "page: a cookie": 302,
    "a batch": 200,
    "no webhook": 200,
}


def lines_with(day, *words):
    """Give the lines of each log, and of the metrics, that hold one of the words."""
    written = {**day.log.read(), "metrics": day.metrics}
    return [
        (name, line[:300])
        for name, text in written.items()
        for line in text.splitlines()
        if any(word in line for word in words)
    ]


def test_the_day_was_a_full_one(day):
    assert {what: statuses[-1] for what, statuses in day.statuses.items()} == CAME
    assert day.came  # a message to a webhook, which was refused
    assert lines_with(day, '"broken"'), "the web's fault was not logged"
    assert lines_with(day, "raised unexpected: IntegrityError"), "nor the worker's"
    assert lines_with(day, "violates not-null constraint"), "nor the operator's"


def test_nothing_that_somebody_wrote_is_written_down(day):
    assert lines_with(day, MARK) == []


def test_nothing_that_an_applicant_is_is_written_down(day):
    assert lines_with(day, *RARE.values(), "62_and_over") == []


def test_no_secret_is_written_down(day, stack):
    secrets = day.secrets | {user["password"] for user in stack["users"]}
    ours = [part for url in settings_of(stack).values() for part in _passwords(url)]

    assert len(secrets) > 5
    assert all(len(secret) > 7 for secret in (*secrets, *ours))
    assert lines_with(day, *secrets, *ours) == []


def _passwords(value):
    """Give the password of an address, or a key that is no address."""
    _, found, rest = value.partition("://")
    if not found:
        return [value] if len(value) > 20 and "/" not in value else []
    return [rest.partition("@")[0].rpartition(":")[2]] if "@" in rest else []


def test_what_may_be_written_down_is(day, stack):
    for known in (stack["key"].split("_")[1], "demo-partner", day.decision_id):
        assert lines_with(day, known)
