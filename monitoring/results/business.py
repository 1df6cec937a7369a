"""What a day of business came to, by product, partner and model. For the worker: it reads rows.

Everything is counted on the day on which it happened, so that what was counted stands: an approval
on the day it was given, whenever the application came. What can still move a day is an undone
decision and feedback that is given late, and so the last days are counted anew.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from credit.audit_chain import MONTH
from credit.ids import first_id
from credit.models import Product
from monitoring.periods import Counted, Kind
from scoring.results.durations import FIRST, RATIO

LONGEST_LOOK = timedelta(days=62)  # from a what-if to the decision: older events are not asked
LONGEST_OFFER = timedelta(days=400)  # from an application to what became of an offer made on it
Row = dict[str, Any]
EVERYTHING, OF_A_PARTNER = 3, 1
_OF_A_ROW = {"of_what", "partner", "version", "bin", "n"}

_SEGMENTS = "GROUPING SETS ((), (partner.slug), (score.model_version_id))"
# Of what: 3 is everything, 1 a partner, 2 a version; beside it, nothing tells those without one.
_BY = """partner.slug AS partner, score.model_version_id AS version,
    grouping(partner.slug, score.model_version_id) AS of_what"""
_GAINS = """
    count(*) FILTER (WHERE {approved} AND score.pd IS NOT NULL) AS lent,
    coalesce(sum({amount}) FILTER (WHERE {approved} AND score.pd IS NOT NULL), 0) AS amount,
    coalesce(sum({amount} * score.pd) FILTER (WHERE {approved}), 0) AS amount_pd,
    coalesce(sum({amount} * {amount}) FILTER (WHERE {approved} AND score.pd IS NOT NULL), 0)
        AS amount2,
    coalesce(sum({amount} * {amount} * score.pd) FILTER (WHERE {approved}), 0) AS amount2_pd
"""
_CAME = f"""
SELECT {_BY},
    count(*) AS applications, min(application.received_at) AS first_at,
    count(*) FILTER (WHERE decision.automatic = 'approve') AS automatic_approved,
    count(*) FILTER (WHERE decision.automatic = 'decline') AS automatic_declined,
    count(*) FILTER (WHERE decision.automatic = '') AS to_a_person,
    {_GAINS.format(approved="decision.automatic = 'approve'", amount="application.amount::float8")}
FROM credit_application application
JOIN credit_score score ON score.application_id = application.id
JOIN credit_decision decision ON decision.id = application.id
LEFT JOIN credit_partner partner ON partner.id = application.partner_id
WHERE application.product_id = %(product)s AND application.status <> 'superseded'
    AND application.id >= %(low)s AND application.id < %(below)s
    AND score.application_id >= %(low)s AND score.application_id < %(below)s
    AND decision.id >= %(low)s AND decision.id < %(below)s
GROUP BY {_SEGMENTS}
"""  # noqa: S608 - put together from this file alone
_MADE_BOUNDS = """
SELECT min(decision_id), max(decision_id) FROM credit_officerdecision
WHERE decided_at >= %(since)s AND decided_at < %(until)s
"""
_AMOUNT = "coalesce(made.offered_amount, application.amount)::float8"
_MADE = f"""
SELECT {_BY},
    count(*) AS made,
    count(*) FILTER (WHERE made.verdict = 'approve') AS officer_approved,
    count(*) FILTER (WHERE made.verdict = 'decline') AS officer_declined,
    count(*) FILTER (WHERE made.verdict = 'counter_offer') AS offered,
    count(*) FILTER (WHERE decision.recommendation <> 'refer') AS recommended,
    count(*) FILTER (WHERE made.is_override AND decision.recommendation <> 'refer') AS overrides,
    count(*) FILTER (WHERE EXISTS (SELECT FROM credit_auditevent event
        WHERE event.target = 'decision:' || made.decision_id AND event.type = 'what_if_used'
            AND event.id >= %(events_from)s))
        AS what_if,
    count(*) FILTER (WHERE EXISTS (SELECT FROM credit_reasonfeedback said
        WHERE said.decision_id = made.decision_id)) AS reasons_judged,
    coalesce(sum((SELECT count(*) FROM credit_recommendationfeedback said
        WHERE said.decision_id = made.decision_id AND said.is_helpful)), 0) AS thumbs_up,
    coalesce(sum((SELECT count(*) FROM credit_recommendationfeedback said
        WHERE said.decision_id = made.decision_id AND NOT said.is_helpful)), 0) AS thumbs_down,
    {_GAINS.format(approved="made.verdict = 'approve'", amount=_AMOUNT)}
FROM credit_officerdecision made
JOIN credit_application application ON application.id = made.decision_id
JOIN credit_score score ON score.application_id = made.decision_id
JOIN credit_decision decision ON decision.id = made.decision_id
LEFT JOIN credit_partner partner ON partner.id = application.partner_id
WHERE made.decided_at >= %(since)s AND made.decided_at < %(until)s
    AND application.product_id = %(product)s
    AND application.id >= %(first)s AND application.id <= %(last)s
    AND score.application_id >= %(first)s AND score.application_id <= %(last)s
    AND decision.id >= %(first)s AND decision.id <= %(last)s
GROUP BY {_SEGMENTS}
"""  # noqa: S608 - put together from this file alone
_HOURS = f"""
SELECT {_BY},
    CASE WHEN hours <= %(shortest)s THEN 0
        ELSE ceil(ln(hours / %(shortest)s) / ln(%(ratio)s::float8) - 1e-9)::int END AS bin,
    count(*) AS n
FROM (
    SELECT decision_id, application.partner_id, extract(
        epoch FROM made.decided_at - application.received_at)::float8 / 3600 AS hours
    FROM credit_officerdecision made
    JOIN credit_application application ON application.id = made.decision_id
    WHERE made.decided_at >= %(since)s AND made.decided_at < %(until)s
        AND application.product_id = %(product)s
        AND application.id >= %(first)s AND application.id <= %(last)s
) taken
JOIN credit_score score ON score.application_id = taken.decision_id
LEFT JOIN credit_partner partner ON partner.id = taken.partner_id
WHERE score.application_id >= %(first)s AND score.application_id <= %(last)s
GROUP BY GROUPING SETS ((bin), (partner.slug, bin), (score.model_version_id, bin))
"""  # noqa: S608 - put together from this file alone
_ANSWERED = f"""
SELECT {_BY},
    count(*) FILTER (WHERE answered.answer = 'accepted') AS offers_accepted,
    count(*) FILTER (WHERE answered.answer = 'refused') AS offers_refused,
    count(*) FILTER (WHERE answered.answer = 'lapsed') AS offers_lapsed,
    {_GAINS.format(approved="answered.answer = 'accepted'", amount=_AMOUNT)}
FROM credit_offeranswer answered
JOIN credit_application application ON application.id = answered.decision_id
JOIN credit_score score ON score.application_id = answered.decision_id
LEFT JOIN credit_officerdecision made ON made.decision_id = answered.decision_id
LEFT JOIN credit_partner partner ON partner.id = application.partner_id
WHERE answered.recorded_at >= %(since)s AND answered.recorded_at < %(until)s
    AND application.product_id = %(product)s
    AND answered.decision_id >= %(offered)s AND answered.decision_id < %(below)s
    AND application.id >= %(offered)s AND application.id < %(below)s
    AND score.application_id >= %(offered)s AND score.application_id < %(below)s
GROUP BY {_SEGMENTS}
"""  # noqa: S608 - put together from this file alone


def compute(product: Product | None, since: datetime, until: datetime) -> Counted:
    """Count what happened to a product's applications from a moment until another."""
    if product is None:
        raise ValueError("business is counted by product")
    asked = {
        "product": product.pk,
        "since": since,
        "until": until,
        "low": first_id(since),
        "below": first_id(until),
        "offered": first_id(since - LONGEST_OFFER),
        "events_from": int(f"{since - LONGEST_LOOK:%Y%m}") * MONTH,
        "shortest": FIRST,
        "ratio": RATIO,
    }
    found: dict[str, Row] = {"": {}}
    for query in (_CAME, _ANSWERED):
        for row in _rows(query, asked):
            _add(found, row)
    bounds = next(_rows(_MADE_BOUNDS, asked))
    if bounds["min"] is not None:
        asked |= {"first": bounds["min"], "last": bounds["max"]}
        for row in _rows(_MADE, asked):
            _add(found, row)
        for row in _rows(_HOURS, asked):
            _add(found, {**row, "hours": {str(row["bin"]): row["n"]}, "bin": None, "n": None})
    return found


KIND = Kind(name="business", length=timedelta(days=1), again=3, compute=compute)


def _rows(query: str, asked: Row) -> Iterator[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        names = [column.name for column in cursor.description]
        yield from (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def _segment(row: Row) -> str | None:
    """Name what a row is of; None where no partner sent it, or no model scored it."""
    if row["of_what"] == EVERYTHING:
        return ""
    name = "partner" if row["of_what"] == OF_A_PARTNER else "version"
    return None if row[name] is None else f"{name}:{row[name]}"


def _add(found: dict[str, Row], row: Row) -> None:
    """Add a row's counts to its segment."""
    segment = _segment(row)
    if segment is None:
        return
    told = {name: _plain(value) for name, value in row.items() if name not in _OF_A_ROW and value}
    found[segment] = added(found.get(segment, {}), told)


def added(one: Row, other: Row) -> Row:
    """Add what two periods, or two parts of one, came to.

    Examples
    --------
    >>> added({"made": 2, "hours": {"48": 1}}, {"made": 1, "hours": {"48": 2, "50": 1}})
    {'made': 3, 'hours': {'48': 3, '50': 1}}
    """
    found = dict(one)
    for name, value in other.items():
        if isinstance(value, dict):
            found[name] = added(found.get(name, {}), value)
        elif isinstance(value, str):  # the first application of all
            found[name] = min(found.get(name, value), value)
        else:
            found[name] = found.get(name, 0) + value
    return found


def _plain(value: object) -> object:
    """Give a value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return int(value) if isinstance(value, Decimal) else value  # a sum of counts
