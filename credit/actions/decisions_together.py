"""Decisions of several requests at once: scored in one run, written in one statement.

One thread does it for all who wait, over one connection of the process. Only a serving process does
so, and says so when it begins; elsewhere each is made and written alone (decision records 37, 40).
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from credit import considering, ladder, serving
from credit.actions import decided, decision_rows
from credit.actions.decided import Decided
from credit.actions.decision_sql import statement
from credit.actions.idempotency import Idempotency
from credit.considering import Asked, Considered
from credit.serving import Terms, UnknownProduct
from credit.together import Together
from scoring.features import InputRefused
from scoring.policy import Recommendation

MOST = 8  # at once
PATIENCE = 0.005  # seconds for those that are about to ask: reading a request takes less than one
LONGEST_COMING = 0.02  # seconds after which whoever still sends its body is waited for no more
BACK_WITHIN = 0.004  # seconds: who keeps a connection busy sends the next request at once
# What a fault of ours raises, at one of several, or a database that is away.
FAULTS = (
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
    *(psycopg.Error, Error),
)


class Made(NamedTuple):
    """A decision that was made with others, and perhaps written."""

    considered: Considered
    decided: Decided | None = None  # None: it is not written, and is to be written alone
    is_written: bool = False  # or its key was taken before


class _Asking(NamedTuple):
    asked: Asked
    idempotency: Idempotency
    name: tuple[int, str]  # its partner and key


class _Row(NamedTuple):
    name: tuple[int, str]
    considered: Considered
    decided: Decided
    texts: list[bytes | None]


class _Writer:
    """A connection, and who waits for it."""

    def __init__(self) -> None:
        self._connection: BaseDatabaseWrapper | None = None
        self._together = Together(
            self._make,
            most=MOST,
            coming=_are_coming,
            patience=PATIENCE,
            back_within=BACK_WITHIN,
        )

    def made(self, asked: Asked, *, partner_id: int, idempotency: Idempotency) -> Made | None:
        name = (partner_id, idempotency.key)
        return self._together.write(name, _Asking(asked, idempotency, name))

    def comes(self) -> None:
        self._together.comes()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _make(self, asking: Sequence[_Asking]) -> list[Made | None]:
        try:
            return self._made(asking)
        except FAULTS:  # whom it concerns meets it again alone
            return [None] * len(asking)

    def _made(self, asking: Sequence[_Asking]) -> list[Made | None]:
        considered = _considered([each.asked for each in asking])
        made = [None if each is None else Made(considered=each) for each in considered]
        for is_named in (False, True):
            rows = {
                place: _row(its, each, is_named=is_named)
                for place, (its, each) in enumerate(zip(asking, considered, strict=True))
                if each is not None and _is_named(each) is is_named and _is_plain(each)
            }
            written = self._written(list(rows.values()), is_named=is_named) if rows else None
            if written is not None:
                made = [
                    _of(rows[at], written) if at in rows else its for at, its in enumerate(made)
                ]
        return made

    def _written(self, rows: Sequence[_Row], *, is_named: bool) -> set[str] | None:
        """Write rows, and say which ids were; None where it failed for one and so for all."""
        asked = statement(rows=len(rows), is_claimed=True, is_named=is_named)
        # In one order everywhere, so that two processes do not wait for each other's keys.
        in_order = sorted(rows, key=lambda row: row.name)
        texts = [text for row in in_order for text in row.texts]
        try:
            return set(asked.column_of(self._open(), texts))
        except (psycopg.Error, Error):  # whatever it is, each finds out alone
            return None

    def _open(self) -> BaseDatabaseWrapper:
        """Give the connection; only one thread at a time asks."""
        if self._connection is None:
            self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
            self._connection.inc_thread_sharing()
        if self._connection.connection is not None and self._connection.connection.closed:
            self._connection.close()
        self._connection.ensure_connection()
        return self._connection


_writer: _Writer | None = None
_coming: dict[int, float] = {}  # threads and since when; each notes itself, which needs no lock


def begin() -> None:
    """Make and write decisions together from now on, in this process."""
    global _writer  # noqa: PLW0603 - one a process
    _writer = _Writer()


def end() -> None:
    """Make and write each alone again."""
    global _writer  # noqa: PLW0603
    if _writer is not None:
        _writer.close()
    _writer = None


@contextmanager
def coming() -> Iterator[None]:
    """Say that this thread is about to ask for a decision: others may wait a moment for it."""
    me = threading.get_ident()
    _coming[me] = time.monotonic()
    if _writer is not None:
        _writer.comes()
    try:
        yield
    finally:
        _coming.pop(me, None)


def made(asked: Asked, idempotency: Idempotency | None) -> Made | None:
    """Have a decision made with those of other threads; None: it is to be made alone."""
    if _writer is None or asked.partner is None or idempotency is None:
        return None
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return None
    _coming.pop(threading.get_ident(), None)
    return _writer.made(asked, partner_id=asked.partner.pk, idempotency=idempotency)


def _are_coming() -> int:
    lately = time.monotonic() - LONGEST_COMING
    return sum(since > lately for since in list(_coming.values()))


def _considered(asked: Sequence[Asked]) -> list[Considered | None]:
    """Consider some; None for whoever is refused, or is out of the ordinary."""
    if len(asked) == 1:
        return [_alone(asked[0])]
    terms = [_terms(each) for each in asked]
    found: list[Considered | None] = [None] * len(asked)
    for its in {id(each): each for each in terms if each is not None}.values():
        places = [place for place, each in enumerate(terms) if each is its]
        at = asked[places[0]].at
        some = [asked[place] for place in places]
        made = considering.consider_at_once(its, some, at=at, seconds=None)
        for place, each in zip(places, made, strict=True):
            found[place] = each if isinstance(each, Considered) else None
    return found


def _alone(asked: Asked) -> Considered | None:
    try:
        return considering.consider(
            product=asked.product, partner=asked.partner, body=asked.body, at=asked.at
        )
    except InputRefused:
        return None


def _terms(asked: Asked) -> Terms | None:
    """Find what decides; None where nothing does, or where a canary is to be timed alone."""
    if not isinstance(asked.product, str):
        return None
    try:
        found = serving.terms(asked.product, at=asked.at)
    except UnknownProduct:
        return None
    reference = asked.body.get("reference")
    is_canarys = isinstance(reference, str) and ladder.canary_for(found, reference) is not None
    return None if is_canarys else found


def _is_plain(considered: Considered) -> bool:
    """Whether nothing else is to be written with it, nor drawn before."""
    may_be_drawn = considered.recommended.recommendation is Recommendation.DECLINE
    has_lane = considered.terms.policy.exploration is not None
    return not considered.troubles and not (may_be_drawn and has_lane)


def _is_named(considered: Considered) -> bool:
    return considered.application.applicant is not None


def _row(asking: _Asking, considered: Considered, *, is_named: bool) -> _Row:
    told = decided.told(considered)
    values = decision_rows.values(
        considered,
        event=decided.event_of(considered),
        idempotency=asking.idempotency,
        answer=told.text,
    )
    texts = statement(is_claimed=True, is_named=is_named).texts(values)
    return _Row(asking.name, considered, told, texts)


def _of(row: _Row, written: set[str]) -> Made:
    return Made(
        considered=row.considered,
        decided=row.decided,
        is_written=row.considered.id in written,
    )
