"""Made-up decisions by the million, written with COPY: what `bench_tables` measures beside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from psycopg import Cursor

from credit.audit_chain import MONTH
from credit.considering import Considered
from scoring.canonical import canonical

AT_ONCE = 20_000
MADE_UP = "B-"  # how references of made-up applications begin
EVENTS_FROM = 10**9  # numbers that no real event of this database has
WAITING = 250  # of all rows, however many: officers keep up
# Of the first rows one in three waits, until enough do, and as many applicants are owed a notice:
# what waits is of this month.
_STATUSES = ("awaiting_officer", "declined", "approved")
ONE_IN = len(_STATUSES)
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
COLUMNS = {
    "credit_application": "id, product_id, partner_id, reference, amount, term_months, features,"
    " status, received_at, salt",
    "credit_score": "application_id, partner_id, contract_id, route, model_version_id,"
    " bundle_hash, pd, margin, points, base_points, score, band, contributions, warnings",
    "credit_decision": "id, partner_id, policy_id, recommendation, policy_results, automatic,"
    " decided_at",
    "vault.applicant_attribute": "application_id, attribute, value, recorded_at",
    "credit_auditevent": "id, type, target, partner_id, at, details, hash",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How many rows, from when to when, the first one's number, and whose they are."""

    rows: int
    first: int
    since: datetime
    until: datetime
    partners: tuple[int, ...]
    waiting: int = WAITING


def public_id(at: datetime, number: int) -> str:
    """Make an id as ULIDs are, with a running number for what is random in them."""
    ms, said = int(at.timestamp() * 1000), ""
    for _ in range(10):
        said = _DIGITS[ms & 31] + said
        ms >>= 5
    return f"{said}{number:016d}"


def write(cursor: Cursor[Any], made: Considered, span: Span) -> Iterator[int]:
    """Write the rows in the order of time; says after each part how many they were."""
    rows = _rows(_Said(made), span)
    while part := list(islice(rows, AT_ONCE)):
        for place, (table, columns) in enumerate(COLUMNS.items()):
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                copy.write("".join([row[place] for row in part]))
        yield len(part)


def _rows(said: "_Said", span: Span) -> Iterator[tuple[str, ...]]:
    step = (span.until - span.since) / span.rows
    waiting = span.waiting * ONE_IN
    for i in range(span.rows):
        at: datetime = span.since + i * step
        partner = span.partners[i % len(span.partners)]
        number = span.first + i
        status = _STATUSES[number % ONE_IN] if number < waiting else "approved"
        yield said.rows(at, number, partner=partner, status=status)


class _Said:
    """What every row says alike, in the words of COPY, put together once."""

    def __init__(self, made: Considered) -> None:
        figures = made.figures
        self.product, self.policy = made.terms.product.pk, made.terms.policy_version.pk
        self.features = _json(made.values)
        names = (
            *("contract_id", "route", "model_version_id", "bundle_hash", "pd", "margin"),
            *("points", "base_points", "score", "band"),
        )
        said = [str(figures[name]) for name in names]
        self.score = "\t".join([*said, _json(figures["contributions"]), "[]"])
        rules = _json(made.verdict["policy_results"])
        self.decisions = {
            status: f"{said}\t{rules}\t{said}"
            for status, said in (("declined", "decline"), ("approved", "approve"))
        } | {"awaiting_officer": f"refer\t{rules}\t"}
        self.details = _json(made.evidence)

    def rows(self, at: datetime, number: int, *, partner: int, status: str) -> tuple[str, ...]:
        """Give a decision's row for each table of `COLUMNS`."""
        made, when = public_id(at, number), at.isoformat()
        event = (at.year * 100 + at.month) * MONTH + EVENTS_FROM + number
        return (
            (
                f"{made}\t{self.product}\t{partner}\t{MADE_UP}{number}\t4200.00\t24\t{self.features}\t"
                f"{status}\t{when}\t\\\\x{number:032x}\n"
            ),
            f"{made}\t{partner}\t{self.score}\n",
            f"{made}\t{partner}\t{self.policy}\t{self.decisions[status]}\t{when}\n",
            f"{made}\tage_group\tunder_25\t{when}\n",
            (
                f"{event}\tapplication_decided\tdecision:{made}\t{partner}\t{when}\t"
                f"{self.details}\t{number:064x}\n"
            ),
        )


def _json(value: object) -> str:
    return canonical(value).decode().replace("\\", "\\\\")
