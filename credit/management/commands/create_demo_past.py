from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone

from credit.actions import notices, officer_days, outcome_days, proposals
from credit.actions.officer_days import Given
from credit.actions.outcome_days import Told
from credit.management.console import ProductCommand, product_named
from credit.management.demo_people import LETTERS, SLUG, Applied, Desk, PastLoan, past_loans
from credit.models import Application, NoticeKind
from scoring.contract import Contract
from scoring.plurals import counted
from scoring.policy import Recommendation
from scoring.simulation import officer as officers
from scoring.simulation.officer import Codes, Said

MADE_UP, FIRST = "P-", 3001  # how their references begin, and go on
LOANS, DAYS = 300, 420  # so many, spread evenly
WEEK = timedelta(days=7)
MATURED = timedelta(days=385)  # the performance window of twelve months, and some days
SEED = 9  # gives a year two groups of age that are large enough to be told, and one that is not


class Command(ProductCommand):
    help = (
        "Give the demo's officers a past: made-up people over real past loans of consumer-loan, "
        "decided over a year and more, with the groups that partners send for monitoring, notices "
        "to who was declined, and outcomes where they have matured. For demonstrations: never run "
        "it against a real database. Where it was stopped it goes on, and a second time it changes "
        "nothing."
    )
    example = "create_demo_past --json"

    def work(self, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        done = Application.objects.filter(reference__startswith=MADE_UP).count()
        if done >= LOANS:
            return {"decided": 0}
        contract = product_named(SLUG).contracts.order_by("-number")[0].read()
        now = timezone.now()
        desk = Desk(now=now, seed=SEED, first=FIRST + done, begins=MADE_UP, names=LETTERS)
        _Past(desk, contract).decide(done=done)
        return {"decided": LOANS - done}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"Decided {counted(facts['decided'], 'application')}.")


class _Past:
    """Officers as the time machine makes them up: they know nothing that the model does not."""

    def __init__(self, desk: Desk, contract: Contract) -> None:
        self.desk, self.codes = desk, officers.codes_of(contract)

    def decide(self, *, done: int) -> None:
        """Go through the weeks from the first loan that is not there; a week is whole or not."""
        loans = past_loans(seed=SEED)[done:LOANS]
        ages = [timedelta(days=(DAYS - 7) * n / LOANS) for n in range(LOANS - done, 0, -1)]
        dated = zip(loans, ages, strict=True)
        for weeks, those in groupby(dated, key=lambda each: each[1] // WEEK):
            with transaction.atomic():
                self._decide_week(list(those), weeks=weeks)

    def _decide_week(self, dated: Sequence[tuple[PastLoan, timedelta]], *, weeks: int) -> None:
        """Let what came in a week be decided at its end, and tell what is known of it since."""
        until = self.desk.now - WEEK
        came = self.desk.receive([(loan, until - age) for loan, age in dated])
        decided_at = until - weeks * WEEK + timedelta(hours=1)
        approved = set(self._by_officer(came, at=decided_at))
        if decided_at < self.desk.now - MATURED:
            self._report([each for each in came if each.is_automatic or each.id in approved])

    def _by_officer(self, came: Sequence[Applied], *, at: datetime) -> Iterator[str]:
        """Decide what waits; give the ids of who was approved, and tell those who were declined."""
        said = {each.id: _said(each, self.codes) for each in came if not each.is_automatic}
        given = [
            Given(
                decision_id=decision_id,
                verdict=each.verdict,
                reason_code=each.reason_code,
                reason=each.reason,
            )
            for decision_id, each in said.items()
        ]
        for made in officer_days.record_each(given=given, by=self.desk.officer, at=at):
            proposals.sign(proposal_id=made.pk, by=self.desk.senior, at=at)
        for decision_id, each in said.items():
            if each.approves:
                yield decision_id
            else:
                self._tell(decision_id, at=at + timedelta(days=1))

    def _tell(self, decision_id: str, *, at: datetime) -> None:
        notices.issue(
            decision_id=decision_id, kind=NoticeKind.ADVERSE_ACTION, by=self.desk.officer, at=at
        )

    def _report(self, approved: Sequence[Applied]) -> None:
        observed_on = (self.desk.now - timedelta(days=10)).date()
        told = [
            Told(decision_id=each.id, is_bad=each.loan.is_bad, observed_on=observed_on)
            for each in approved
        ]
        outcome_days.report_each(told=told, by=self.desk.officer, at=self.desk.now)


def _said(each: Applied, codes: Codes) -> Said:
    recommended = Recommendation(each.recommendation)
    return officers.say(recommended, codes=codes, seed=SEED, loan=each.loan.row)
