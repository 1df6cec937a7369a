"""Many outcomes from one person at once, by the rules of one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import prefetch_related_objects

from credit.actions import outcomes
from credit.actions.moves import hold_each
from credit.models import AuditEvent, Decision, Outcome, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How one loan turned out; `corrects` and `reason` where another thing was told before."""

    decision_id: str
    is_bad: bool
    observed_on: date
    corrects: int | None = None
    reason: str = ""


@transaction.atomic
def report_each(*, told: Sequence[Told], by: User, at: datetime) -> int:
    """Write outcomes; what was told before is left as it is. Say how many are new.

    Raises what `outcomes.report` does, and then writes none.
    """
    outcomes.check_staff(by, corrects=any(each.corrects for each in told))
    ids = [each.decision_id for each in told]
    decisions = hold_each(ids)
    prefetch_related_objects(list(decisions.values()), "officer_decision")
    known = defaultdict(list)
    for outcome in Outcome.objects.filter(decision__in=ids).order_by("decision_id", "-number"):
        known[outcome.decision_id].append(outcome)
    made = []
    for each in told:
        asked = _asked(each, decisions[each.decision_id], by=by, at=at)
        if outcomes.written_before(known[each.decision_id], asked) is None:
            outcomes.settle(asked, application=asked.decision.application)
            known[each.decision_id].insert(0, asked)
            made.append(asked)
    Outcome.objects.bulk_create(made)
    AuditEvent.objects.bulk_create(
        outcomes.audited(each, each.decision.application) for each in made
    )
    return len(made)


def _asked(each: Told, decision: Decision, *, by: User, at: datetime) -> Outcome:
    return Outcome(
        decision=decision,
        number=each.corrects + 1 if each.corrects else 1,
        is_bad=each.is_bad,
        observed_on=each.observed_on,
        reported_at=at,
        reported_by=by,
        reason=each.reason,
    )
