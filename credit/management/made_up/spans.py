"""How many rows are made up, from when to when, and how each is named."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MADE_UP = "B-"  # how references of made-up applications begin
EVENTS_FROM = 10**9  # numbers that no real event of this database has
WAITING = 250  # of all rows, however many: officers keep up
# Of the first rows one in three waits, until enough do, and as many applicants are owed a notice:
# what waits is of this month.
ONE_IN = 3
WAITS, OWED = range(2)  # the remainders that say which
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How many rows, from when to when, the first one's number, and how many of all wait."""

    rows: int
    first: int
    since: datetime
    until: datetime
    waiting: int = WAITING

    @property
    def step(self) -> timedelta:
        """How long after each application the next one comes."""
        return (self.until - self.since) / self.rows


def public_id(at: datetime, number: int) -> str:
    """Make an id as ULIDs are, with a running number for what is random in them."""
    return id_of(int(at.timestamp() * 1000), number)


def id_of(ms: int, number: int) -> str:
    """Make the id of a moment in milliseconds."""
    said = "".join([_DIGITS[ms >> shift & 31] for shift in range(45, -1, -5)])
    return f"{said}{number:016d}"
