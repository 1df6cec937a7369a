"""How applications ended, which notices left, and how loans turned out."""

from typing import Any

import numpy as np

from credit.management.made_up.casts import Cast
from credit.management.made_up.columns import only
from credit.management.made_up.verdicts import HOUR, REFER

Columns = dict[str, Any]
DAY = 24 * HOUR
ACCEPTED, UNANSWERED = 0.6, 0.1  # of counter-offers
THUMBS = 0.02  # of officers' decisions
UNKNOWN, MISTAKEN = 0.04, 0.005  # of outcomes: never reported, put right later
MONTH = np.timedelta64(1, "M")
_BY_VERDICT = np.array(["approved", "counter_offered", "declined", ""])  # the last: of no officer


def found(came: Columns, cast: Cast, *, last: int, rng: np.random.Generator) -> Columns:
    """Say where each application stands in the end, and which notices and answers there were."""
    n = len(came["number"])
    answered_at = came["made_at"] + (DAY * rng.uniform(1, 6, n)).astype(np.int64)
    answered = (came["verdict_no"] == REFER) & (answered_at <= last) & (rng.random(n) >= UNANSWERED)
    accepted = answered & (rng.random(n) < ACCEPTED)
    status = _status(came)
    status[answered] = "declined"
    status[accepted] = "approved"
    told = np.isin(status, ["declined", "counter_offered"]) & ~came["owed"]
    said_at = np.where(came["made"], came["made_at"], came["at"])
    thumbs = came["made"] & (rng.random(n) < THUMBS)
    return {
        "status": status,
        "answer": only(answered, np.where(accepted, "accepted", "refused")),
        "answered_at": answered_at,
        "told": np.where(told, status, ""),
        "notice_at": np.minimum(said_at + (DAY * rng.uniform(0.1, 2, n)).astype(np.int64), last),
        "notice_by": rng.choice(np.array(cast.officers), n),
        "helpful": only(thumbs, rng.random(n) < 0.8),
        "lent_at": said_at,
    }


def _status(came: Columns) -> Any:
    by_policy = np.where(came["automatic"] == "approve", "approved", "declined")
    status = np.where(came["made"], _BY_VERDICT[came["verdict_no"]], by_policy)
    status = status.astype("<U24")
    status[came["waits"]] = "awaiting_officer"
    status[came["withdrawn"]] = "withdrawn"
    status[came["superseded"]] = "superseded"
    return status


def outcomes(came: Columns, *, window: int, last: int, rng: np.random.Generator) -> Columns:
    """Say how loans turned out, as far as it was known at `last`: bad ones earlier than good."""
    n = len(came["number"])
    decided_on = came["lent_at"].astype("datetime64[ms]").astype("datetime64[D]")
    matures_on = _months_after(decided_on, window)
    is_bad = rng.random(n) < came["pd"]
    days = (matures_on - decided_on).astype(np.int64)
    after = np.where(is_bad, (days * rng.uniform(0.2, 1, n)).astype(np.int64), days)
    observed_on = decided_on + after.astype("timedelta64[D]")
    reported = observed_on.astype("datetime64[ms]").astype(np.int64)
    reported = reported + DAY + (DAY * rng.uniform(0, 4, n)).astype(np.int64)
    known = (came["status"] == "approved") & (rng.random(n) >= UNKNOWN) & (reported <= last)
    put_right = reported + 10 * DAY
    mistaken = known & (rng.random(n) < MISTAKEN) & (put_right <= last)
    return {
        "is_bad": only(known, is_bad),
        "observed_on": observed_on,
        "matures_on": matures_on,
        "reported_at": reported,
        "put_right_at": only(mistaken, put_right),
    }


def _months_after(day: Any, months: int) -> Any:
    """Add months, and end with the month where it has no such day."""
    month = day.astype("datetime64[M]") + months
    first, following = month.astype("datetime64[D]"), (month + MONTH).astype("datetime64[D]")
    of_month = (day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    days = np.minimum(of_month, (following - first).astype(np.int64) - 1)
    return first + days.astype("timedelta64[D]")
