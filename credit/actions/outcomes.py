"""How loans turned out, from those who know."""

import calendar
from datetime import date, datetime

from credit import tenancy
from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import ApiKey, Application, AuditEvent, Decision, Outcome, Role, User


class NoOutcomePossible(ActionDenied):
    """There is no loan that could have turned out in any way."""


class OutcomeConflict(ActionDenied):
    """Another outcome was reported before."""


class OutcomeMisdated(ActionDenied):
    """It cannot have been observed on that day."""


def report(
    *,
    decision_id: str,
    is_bad: bool,
    observed_on: date,
    by: User | None = None,
    key: ApiKey | None = None,
    at: datetime,
) -> Outcome:
    """Write an outcome; the same one again changes nothing. A partner reports on its own only."""
    if key is None:
        _check_staff(by)
    with tenancy.rows_of(key.partner if key is not None else None):
        decision = Decision.objects.select_related("application__product").get(pk=decision_id)
        application = Application.objects.select_for_update().get(pk=decision.application_id)
        known = Outcome.objects.filter(decision=decision).first()
        if known is not None:
            return _same(known, is_bad=is_bad, observed_on=observed_on)
        decided_on = _decided_on(decision, application)
        _check_date(observed_on, decided_on=decided_on, today=at.date())
        window = decision.application.score.contract.read().outcome.window_months
        outcome = Outcome.objects.create(
            decision=decision,
            is_bad=is_bad,
            observed_on=observed_on,
            reported_at=at,
            reported_by=by,
            reported_with=key,
            matures_on=months_after(decided_on, window),
        )
        audit.record(
            AuditEvent.Type.OUTCOME_REPORTED,
            target=f"decision:{decision.pk}",
            by=by,
            partner=key.partner if key is not None else None,
            at=at,
            outcome=audit.commit(
                bytes(application.salt), {"is_bad": is_bad, "observed_on": str(observed_on)}
            ),
        )
        return outcome


def months_after(day: date, months: int) -> date:
    """Go some months on; the 31st becomes the last day of a shorter month.

    Examples
    --------
    >>> months_after(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _check_staff(by: User | None) -> None:
    if by is None:
        raise ValueError("an outcome comes from a person or with a key")
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="report an outcome")


def _same(known: Outcome, *, is_bad: bool, observed_on: date) -> Outcome:
    if (known.is_bad, known.observed_on) != (is_bad, observed_on):
        raise OutcomeConflict("Another outcome was reported for this decision before.")
    return known


def _decided_on(decision: Decision, application: Application) -> date:
    if application.status != Application.Status.APPROVED:
        raise NoOutcomePossible("Only an approved application can have an outcome.")
    officer = getattr(decision, "officer_decision", None)
    decided_at: datetime = officer.decided_at if officer else decision.decided_at
    return decided_at.date()


def _check_date(observed_on: date, *, decided_on: date, today: date) -> None:
    if observed_on > today:
        raise OutcomeMisdated("An outcome cannot have been observed in the future.")
    if observed_on < decided_on:
        raise OutcomeMisdated("An outcome cannot have been observed before the decision.")
