"""How loans turned out, from those who know."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from credit import tenancy
from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import (
    ApiKey,
    Application,
    AuditEvent,
    Decision,
    OfficerDecision,
    Outcome,
    Role,
    User,
)
from scoring.results.windows import months_after

MOST_VERSIONS = 20  # what changes more often than this is no outcome


class NoOutcomePossible(ActionDenied):
    """There is no loan that could have turned out in any way."""


class OutcomeConflict(ActionDenied):
    """Another outcome was reported before; each door says how one corrects it there."""

    def __init__(self, sentence: str, *, newest: int) -> None:
        super().__init__(sentence)
        self.newest = newest  # number of the version that a correction names


class OutcomeMisdated(ActionDenied):
    """It cannot have been observed on that day."""


class NothingToCorrect(ActionDenied):
    """What it would correct was never reported, is not the newest version, or says the same."""


class CorrectionUnexplained(ActionDenied):
    """Nothing says why what was reported before is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Which version is wrong, and why."""

    corrects: int
    reason: str


def report(
    *,
    decision_id: str,
    is_bad: bool,
    observed_on: date,
    correction: Correction | None = None,
    by: User | None = None,
    key: ApiKey | None = None,
    at: datetime,
) -> Outcome:
    """Write an outcome; the same one again changes nothing. A partner reports on its own only.

    A correction is written beside what it corrects, which must be the newest version. Officers
    report; what was reported only a senior officer corrects, whoever reported it.
    """
    if key is None:
        check_staff(by, corrects=correction is not None)
    with tenancy.rows_of(key.partner if key is not None else None):
        decision = Decision.objects.select_related("application__product").get(pk=decision_id)
        application = Application.objects.select_for_update().get(pk=decision.application_id)
        asked = Outcome(
            decision=decision,
            number=correction.corrects + 1 if correction else 1,
            is_bad=is_bad,
            observed_on=observed_on,
            reported_at=at,
            reported_by=by,
            reported_with=key,
            reason=correction.reason if correction else "",
        )
        known = list(decision.outcomes.order_by("-number"))
        written = written_before(known, asked)
        if written is not None:
            return written
        settle(asked, application=application)
        asked.save(force_insert=True)
        audited(asked, application).save(force_insert=True)
        return asked


def settle(asked: Outcome, *, application: Application) -> None:
    """Check a new outcome against its loan, and say when its label matures."""
    decided_on = _decided_on(asked, application)
    _check_date(asked.observed_on, decided_on=decided_on, today=asked.reported_at.date())
    window = asked.decision.application.score.contract.read().outcome.window_months
    asked.matures_on = months_after(decided_on, window)


def check_staff(person: User | None, *, corrects: bool) -> None:
    """Refuse who may not say how a loan turned out, or not against what was said before."""
    if person is None:
        raise ValueError("an outcome comes from a person or with a key")
    require_role(person, Role.OFFICER, Role.SENIOR_OFFICER, to="report an outcome")
    if corrects:
        require_role(person, Role.SENIOR_OFFICER, to="correct an outcome")


def written_before(known: list[Outcome], asked: Outcome) -> Outcome | None:
    """Find the very same report; refuse one that does not follow from what is known."""
    newest = known[0] if known else None
    for before in known:
        if before.number == asked.number and _says(before) == _says(asked):
            return before
    if asked.corrects is None and newest is not None:
        raise OutcomeConflict(
            _("Another outcome was reported for this decision before."), newest=newest.number
        )
    if asked.corrects is not None:
        _check_correctable(newest, asked)
    return None


def _says(outcome: Outcome) -> tuple[bool, date, str]:
    return outcome.is_bad, outcome.observed_on, outcome.reason


def _check_correctable(newest: Outcome | None, asked: Outcome) -> None:
    if newest is None:
        raise NothingToCorrect(
            _("No outcome was reported for this decision that could be corrected.")
        )
    if newest.number != asked.corrects:
        words = _("The newest version of this outcome is {number}; only that can be corrected.")
        raise NothingToCorrect(words.format(number=newest.number))
    if newest.number >= MOST_VERSIONS:
        raise NothingToCorrect(
            _("An outcome has at most {most} versions.").format(most=MOST_VERSIONS)
        )
    if not asked.reason.strip():
        raise CorrectionUnexplained(_("Say in a sentence why what was reported is wrong."))
    if (newest.is_bad, newest.observed_on) == (asked.is_bad, asked.observed_on):
        raise NothingToCorrect(_("This says the same as the version that it would correct."))


def audited(outcome: Outcome, application: Application) -> AuditEvent:
    """Make the event of an outcome, to be written with it."""
    said = {"is_bad": outcome.is_bad, "observed_on": str(outcome.observed_on)}
    salt, is_first = bytes(application.salt), outcome.corrects is None
    told = AuditEvent.Type.OUTCOME_REPORTED if is_first else AuditEvent.Type.OUTCOME_CORRECTED
    return audit.event_of(
        told,
        target=f"decision:{outcome.decision_id}",
        by=outcome.reported_by,
        partner=outcome.reported_with.partner if outcome.reported_with else None,
        at=outcome.reported_at,
        version=outcome.number,
        outcome=audit.commit(salt, said),
        reason=audit.commit(salt, outcome.reason),
    )


def _decided_on(asked: Outcome, application: Application) -> date:
    decision = asked.decision
    if application.status == Application.Status.SUPERSEDED:
        words = _("This application was corrected: report on {decision}, which took its place.")
        raise NoOutcomePossible(words.format(decision=decision.superseded_by.decision_id))
    officer: OfficerDecision | None = getattr(decision, "officer_decision", None)
    # What an officer may still undo was told to no partner: to it nothing is approved yet.
    is_untold = asked.reported_with and officer and not officer.is_final(asked.reported_at)
    if application.status != Application.Status.APPROVED or is_untold:
        raise NoOutcomePossible(_("Only an approved application can have an outcome."))
    decided_at: datetime = officer.decided_at if officer else decision.decided_at
    return decided_at.date()


def _check_date(observed_on: date, *, decided_on: date, today: date) -> None:
    if observed_on > today:
        raise OutcomeMisdated(_("An outcome cannot have been observed in the future."))
    if observed_on < decided_on:
        raise OutcomeMisdated(_("An outcome cannot have been observed before the decision."))
