"""Rows of the queue as its template writes them.

The rows of a page say much alike. A template would look up and translate that anew for each; here
a row's words are put together once, and the template only puts them in their places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext

from credit.queries.queue import QueueRow
from frontend.templatetags.evenhand import NOTHING, humane, icon, money, percent, visible
from frontend.templatetags.queue_words import Sign, clock, person, received


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """One application that waits, in words."""

    address: str
    reference: str
    name: str  # empty where none was said
    due: Sign
    received: str
    verdict: str
    recommendation: Sign
    score: str
    band: str
    pd: str
    amount: str
    term: str
    product_name: str
    partner_name: str
    is_mine: bool
    held_by: str
    marks: tuple[Sign, ...]  # what else keeps it from being decided at once


def shown(rows: Sequence[QueueRow], *, now: datetime) -> list[ShownRow]:
    """Put rows into the reader's words."""
    words = _Words()
    return [words.row(row, now=now) for row in rows]


class _Words:
    """What many rows say alike, said once for a page in its reader's language."""

    def __init__(self) -> None:
        self.recommended: dict[str, Sign] = {}
        self.unscored = Sign(drawn=icon("refer"), words=gettext("No model scored it"))
        self.referred_up = Sign(drawn=icon("refer-up"), words=gettext("Referred up"), is_loud=True)
        self.of_status = {
            "awaiting_signature": Sign(
                drawn=icon("info"), words=gettext("Needs a signature"), is_loud=True
            ),
            "awaiting_information": Sign(drawn="", words=gettext("Waits for information")),
            "counter_offered": Sign(drawn="", words=gettext("Counter-offer made")),
        }

    def row(self, row: QueueRow, *, now: datetime) -> ShownRow:
        is_scored = row.route != "none"
        return ShownRow(
            address=reverse("application", args=(row.decision_id,)),
            reference=visible(row.reference),
            name=person(row.name),
            due=clock(row.due_at, row.clock_stopped_at, now),
            received=received(row.received_at, now),
            verdict=row.recommendation if is_scored else "refer",
            recommendation=self.recommendation(row.recommendation) if is_scored else self.unscored,
            score=NOTHING if row.score is None else str(row.score),
            band=row.band or NOTHING,
            pd=percent(row.pd),
            amount=money(row.amount, row.currency),
            term=gettext("%(months)s mo") % {"months": row.term_months} if row.term_months else "",
            product_name=row.product_name,
            partner_name=row.partner_name or NOTHING,
            is_mine=row.is_mine,
            held_by=row.held_by,
            marks=self.marks(row),
        )

    def recommendation(self, verdict: str) -> Sign:
        if verdict not in self.recommended:
            words = humane(verdict)
            self.recommended[verdict] = Sign(drawn=icon(verdict), words=capfirst(words))
        return self.recommended[verdict]

    def marks(self, row: QueueRow) -> tuple[Sign, ...]:
        marked = (self.referred_up,) if row.is_referred_up else ()
        status = self.of_status.get(row.status)
        return (*marked, status) if status else marked
