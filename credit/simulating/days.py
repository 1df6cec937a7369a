"""One day after the other: what comes to the door, what officers decide, what becomes known.

Each step finds out from the rows whether it was done, so a day that was begun can be begun again.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from credit.actions import daily_batches, officer_days, outcome_days, proposals
from credit.actions.officer_days import Given
from credit.actions.outcome_days import Told
from credit.models import Product, ProposedDecision
from credit.simulating import held as holding
from credit.simulating.asked import LEARNED, OFFICERS, RECEIVED, Asked
from credit.simulating.held import Held, Status
from credit.simulating.people import People
from scoring.contract import Contract
from scoring.results.windows import months_after
from scoring.simulation import officer as officers
from scoring.simulation.book import Loan

LATER = "Charged off after the performance window had ended without a loss."
ONE_DAY = timedelta(days=1)
WAITS = (Status.AWAITING_OFFICER, Status.AWAITING_SIGNATURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Becoming:
    """What will become known of a loan, and when."""

    held: Held
    told: Told


@dataclass(slots=True, kw_only=True)
class Days:
    """A stream of loans on its way through the product."""

    asked: Asked
    contract: Contract
    product: Product
    people: People
    loans: list[Loan]
    held: list[Held] = field(default_factory=list)
    _at_the_door: dict[date, list[Loan]] = field(default_factory=lambda: defaultdict(list))
    _for_officers: dict[date, list[Held]] = field(default_factory=lambda: defaultdict(list))
    _becoming: dict[date, list[Becoming]] = field(default_factory=lambda: defaultdict(list))

    def take_up(self, first: date) -> None:
        """Read back what was done before, and plan the rest from a day on."""
        self.held = holding.read(
            self.loans,
            product=self.product.pk,
            partner=self.people.partner.pk,
            since=self.asked.at(self.asked.start, RECEIVED),
            until=self.asked.at(self.asked.end + ONE_DAY, RECEIVED),
        )
        holding.count_outcomes(self.held, product=self.product.pk, partner=self.people.partner.pk)
        known = {each.loan.reference for each in self.held}
        for loan in self.loans:
            if loan.reference not in known and loan.applied_on >= first:
                self._at_the_door[loan.applied_on].append(loan)
        for each in self.held:
            self._plan(each, first=first)

    def run(self, day: date) -> None:
        """Live through one day."""
        self._receive(day)
        self._decide(day)
        self._learn(day)

    def _receive(self, day: date) -> None:
        coming = self._at_the_door.pop(day, [])
        if not coming:
            return
        at = self.asked.at(day, RECEIVED)
        daily_batches.decide(
            product=self.contract.slug,
            partner=self.people.partner,
            bodies=[loan.body(self.contract.slug) for loan in coming],
            at=at,
        )
        came = holding.read(
            coming,
            product=self.product.pk,
            partner=self.people.partner.pk,
            since=at,
            until=at + timedelta(seconds=1),
        )
        self.held += came
        for each in came:
            self._plan(each, first=day)

    def _plan(self, each: Held, *, first: date) -> None:
        """Say when the officer decides, a few days later, and what comes of it in the end."""
        each.decided_on = each.loan.applied_on
        if not each.is_automatic:
            waits = officers.days_taken(self.asked.seed, each.loan.row)
            each.decided_on += timedelta(days=waits)
        stored = self.asked.stored(each.decided_on)
        ends = months_after(stored, self.contract.outcome.window_months)
        each.matures_on = self.asked.of_stream(ends)
        if each.status in WAITS:
            self._for_officers[max(first, each.decided_on)].append(each)
        elif each.is_approved:
            self._await(each, first=first)

    def _decide(self, day: date) -> None:
        waiting = self._for_officers.pop(day, [])
        given = {each.decision_id: self._said(each) for each in waiting}
        to_decide = [
            Given(
                decision_id=each.decision_id,
                verdict=given[each.decision_id].verdict,
                reason_code=given[each.decision_id].reason_code,
                reason=given[each.decision_id].reason,
            )
            for each in waiting
            if each.status == Status.AWAITING_OFFICER
        ]
        are_proposed = any(each.status == Status.AWAITING_SIGNATURE for each in waiting)
        if to_decide:
            proposed = officer_days.record_each(
                given=to_decide, by=self.people.officer, at=self.asked.at(day, OFFICERS)
            )
            are_proposed = are_proposed or bool(proposed)
        if are_proposed:
            self._sign([each.decision_id for each in waiting], day)
        for each in waiting:
            each.status = Status.APPROVED if given[each.decision_id].approves else Status.DECLINED
            if each.is_approved:
                self._await(each, first=day)

    def _sign(self, ids: list[str], day: date) -> None:
        """Let the senior officer sign what is above the officer's authority."""
        waiting = ProposedDecision.objects.filter(
            decision__in=ids, state=ProposedDecision.State.WAITING
        )
        for proposal_id in waiting.order_by("pk").values_list("pk", flat=True):
            proposals.sign(
                proposal_id=proposal_id,
                by=self.people.senior,
                at=self.asked.at(day, OFFICERS) + timedelta(hours=1),
            )

    def _said(self, each: Held) -> officers.Said:
        return officers.say(
            each.recommendation,
            codes=officers.codes_of(self.contract),
            seed=self.asked.seed,
            loan=each.loan.row,
        )

    def _await(self, each: Held, *, first: date) -> None:
        """Plan what will become known of an approved loan, as far as it was not told."""
        for day, is_bad in _becomes(each)[each.told :]:
            is_correction = is_bad and day > each.matures_on
            told = Told(
                decision_id=each.decision_id,
                is_bad=is_bad,
                observed_on=self.asked.stored(day),
                corrects=1 if is_correction else None,
                reason=LATER if is_correction else "",
            )
            self._becoming[max(first, day)].append(Becoming(held=each, told=told))

    def _learn(self, day: date) -> None:
        known = self._becoming.pop(day, [])
        if not known:
            return
        outcome_days.report_each(
            told=[each.told for each in known],
            by=self.people.senior,  # some are corrections
            at=self.asked.at(day, LEARNED),
        )
        for each in known:
            each.held.told += 1


def _becomes(each: Held) -> list[tuple[date, bool]]:
    """Say what is known when: a loss when it is charged off, else none at the window's end."""
    matures, failed = each.matures_on, each.loan.failed_on
    if failed is None:
        return [(matures, False)]
    failed = max(failed, each.decided_on)
    return [(failed, True)] if failed <= matures else [(matures, False), (failed, True)]
