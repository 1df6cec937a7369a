"""Some rows of a batch, decided in memory and made ready to be written in few statements."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from django.db import connections

from credit import canary_counts, considering
from credit.considering import Considered
from credit.models import Partner
from credit.serving import ModelUnavailable, Terms
from credit.untrusted_rows import RowsRefused
from scoring.features import FieldProblem, InputRefused
from scoring.files.request_rows import Row

AT_ONCE = 1_000  # rows of a transaction: a third of a second
MOST_BYTES = 8 * 1024 * 1024  # of them as JSON, ten times as much in memory; else fewer rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Consecutive rows with their results; `json` texts hold a row of a table an item."""

    at: datetime
    terms: Terms
    first: int
    decided: int
    refused: int
    applications: str
    applicants: str
    scores: str
    decisions: str
    results: str
    evidence: dict[str, dict[str, str | int]]  # by decision
    monitoring: list[tuple[str, str, str]]  # application, attribute, group
    routes: dict[str, int]
    troubles: dict[str, ModelUnavailable]  # by cause
    canary: dict[tuple[int, datetime], Counter[str]]  # how it did, by version and minute
    ended_by: RowsRefused | None  # the file cannot be read any further

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.decided + self.refused

    @property
    def last(self) -> int:
        """The number of the last one."""
        return self.first + self.rows - 1


@dataclass(frozen=True, slots=True)
class Taken:
    """The next rows of a file, and why it cannot be read any further, if so."""

    rows: list[Row]
    ended_by: RowsRefused | None


def take(rows: Iterator[Row]) -> Taken:
    """Take some rows; those before the place where the file breaks off count."""
    taken: list[Row] = []
    size = 0
    try:
        for row in islice(rows, AT_ONCE):
            taken.append(row)
            size += row.bytes
            if size >= MOST_BYTES:
                break
    except RowsRefused as refused:
        return Taken(taken, refused)
    return Taken(taken, None)


def considered(taken: Taken, *, first: int, found: Terms, partner: Partner, at: datetime) -> Chunk:
    """Decide some rows; it writes nothing, so it may run beside a writing."""
    try:
        return chunk_of(taken, first=first, found=found, partner=partner, at=at)
    finally:
        connections.close_all()  # of this thread: a fallback scorecard may have been read


def chunk_of(
    taken: Taken,
    *,
    first: int,
    found: Terms,
    partner: Partner,
    at: datetime,
) -> Chunk:
    """Decide some rows on the connection of whoever asks."""
    rows = taken.rows
    bodies = [row.body for row in rows if row.body is not None]
    told = iter(considering.consider_each(found, bodies, partner=partner, at=at))
    results = [
        (row.number, next(told) if row.body is not None else InputRefused(row.problems))
        for row in rows
    ]
    made = [each for _, each in results if isinstance(each, Considered)]
    return Chunk(
        at=at,
        terms=found,
        first=first,
        decided=len(made),
        refused=len(rows) - len(made),
        applications=_written(_application(each) for each in made),
        applicants=_written(
            {"id": each.id, **asdict(each.application.applicant)}
            for each in made
            if each.application.applicant
        ),
        scores=_written({"id": each.id, **each.figures} for each in made),
        decisions=_written({"id": each.id, **each.verdict} for each in made),
        results=_written(_result(number, each) for number, each in results),
        evidence={each.id: each.evidence for each in made},
        monitoring=[
            (each.id, *group) for each in made for group in each.application.monitoring.items()
        ],
        routes=dict(Counter(str(each.route) for each in made)),
        troubles={trouble.cause: trouble for each in made for trouble in each.troubles},
        canary=canary_counts.counted(
            tried for each in made if (tried := canary_counts.tried_by(each))
        ),
        ended_by=taken.ended_by,
    )


def _application(made: Considered) -> dict[str, Any]:
    application = made.application
    return {
        "id": made.id,
        "reference": application.reference,
        "amount": str(application.requested.amount),
        "term_months": application.requested.term_months,
        "features": made.values,
        "status": str(made.status),
        "salt": made.salt.hex(),
    }


def _result(number: int, told: Considered | InputRefused) -> dict[str, Any]:
    if isinstance(told, Considered):
        return {"number": number, "decision_id": told.id, "problems": []}
    return {
        "number": number,
        "decision_id": None,
        "problems": [_problem(each) for each in told.problems],
    }


def _problem(problem: FieldProblem) -> dict[str, str]:
    return {"pointer": problem.pointer, "code": problem.code, "detail": problem.message}


def _written(rows: Iterable[dict[str, Any]]) -> str:
    return orjson.dumps(list(rows)).decode()
