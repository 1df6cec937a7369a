"""How often a key may call: a bucket a key, kept in the process and settled with all others.

A request takes a token from this process's bucket, in memory. Twice a second, if it is used at
all, what was taken is booked in PostgreSQL, and what the other processes left is read in the same
statement (decision record 0008).
"""

import math
import threading
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import DatabaseError, connection

SETTLED_EVERY = 0.5  # seconds
_BUCKETS_KEPT = 10_000
_LONGEST_DEBT = (
    60.0  # seconds of the rate: nobody waits longer for what other processes let through
)

# A table that is not logged: after a crash of the server every bucket is full again.
_SETTLE = """
INSERT INTO credit_rate_bucket AS kept (name, tokens, settled_at)
VALUES (%(name)s, %(burst)s - %(spent)s, clock_timestamp())
ON CONFLICT (name) DO UPDATE SET
    tokens = greatest(-%(most_debt)s, least(
        %(burst)s,
        kept.tokens - %(spent)s
            + %(rate)s * extract(epoch FROM clock_timestamp() - kept.settled_at)
    )),
    settled_at = clock_timestamp()
RETURNING tokens
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests a second for as long as one likes, and so many at once."""

    per_second: int
    burst: int


class Verdict(NamedTuple):
    """Whether a request may go on, and what is left."""

    limit: Limit
    is_allowed: bool
    remaining: int
    full_in: int  # seconds
    retry_in: int  # seconds; 0 where it is allowed


@dataclass(slots=True)
class _Bucket:
    tokens: float
    counted_at: float
    settled_at: float
    unsettled: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fill(self, limit: Limit, now: float) -> None:
        gained = (now - self.counted_at) * limit.per_second
        self.tokens = min(float(limit.burst), self.tokens + gained)
        self.counted_at = now

    def take(self, limit: Limit) -> Verdict:
        is_allowed = self.tokens >= 1
        if is_allowed:
            self.tokens -= 1
            self.unsettled += 1
        return Verdict(
            limit=limit,
            is_allowed=is_allowed,
            remaining=max(0, int(self.tokens)),
            full_in=math.ceil((limit.burst - self.tokens) / limit.per_second),
            retry_in=0 if is_allowed else math.ceil((1 - self.tokens) / limit.per_second),
        )


_buckets: dict[str, _Bucket] = {}
_here: dict[str, _Bucket] = {}  # never settled


def take(name: str, limit: Limit) -> Verdict:
    """Let one request of a caller through, or not."""
    now = time.monotonic()
    bucket = _buckets.get(name) or _new(_buckets, name, limit)
    with bucket.lock:
        bucket.fill(limit, now)
        if now - bucket.settled_at < SETTLED_EVERY:
            return bucket.take(limit)
        spent, bucket.unsettled, bucket.settled_at = bucket.unsettled, 0, now
    tokens = _settled(bucket, name, limit, spent)
    with bucket.lock:  # others of this process went on meanwhile, with what they knew
        bucket.tokens, bucket.counted_at = tokens - bucket.unsettled, time.monotonic()
        return bucket.take(limit)


def take_here(name: str, limit: Limit) -> Verdict:
    """Let one through, or not, as far as this process alone knows: no statement is spent on it."""
    bucket = _here.get(name) or _new(_here, name, limit)
    with bucket.lock:
        bucket.fill(limit, time.monotonic())
        return bucket.take(limit)


def _new(buckets: dict[str, _Bucket], name: str, limit: Limit) -> _Bucket:
    if len(buckets) >= _BUCKETS_KEPT:
        buckets.clear()  # of those that are settled PostgreSQL remembers what was booked
    started = _Bucket(float(limit.burst), time.monotonic(), -math.inf)
    return buckets.setdefault(name, started)


def _settled(bucket: _Bucket, name: str, limit: Limit, spent: int) -> float:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                _SETTLE,
                {
                    "name": name,
                    "spent": spent,
                    "burst": limit.burst,
                    "rate": limit.per_second,
                    "most_debt": limit.per_second * _LONGEST_DEBT,
                },
            )
            return float(cursor.fetchone()[0])
    except DatabaseError:
        with bucket.lock:
            bucket.unsettled += spent
        raise
