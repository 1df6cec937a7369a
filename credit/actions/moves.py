"""Applications taken up and moved on: of two people at once the second is told, and what of."""

from collections.abc import Collection

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from credit.actions.refusals import ActionDenied
from credit.models import (
    Application,
    Decision,
    OfferAnswer,
    OfficerDecision,
    OfficerVerdict,
    Score,
)
from credit.words import in_a_sentence, moment_in_words

Status = Application.Status


class AlreadyDecided(ActionDenied):
    """The application waits for nobody."""


class NotThatFar(ActionDenied):
    """The application waits, but for something else."""


def take_up(decision_id: str, *statuses: Status) -> Decision:
    """Hold an application until the transaction ends; refuse one that is in none of the statuses.

    Called first by every action on an application, so that they come one after another. What is
    joined to it never changes, so that a wait for the lock makes none of it old.
    """
    decision = Decision.objects.select_related("policy__contract").get(pk=decision_id)
    held = Application.objects.select_for_update(of=("self",))
    decision.application = held.select_related("partner", "score__contract").get(pk=decision_id)
    if decision.application.status in statuses:
        return decision
    if decision.application.status in Application.WAITING:
        now = decision.application.get_status_display()
        raise NotThatFar(_("Nothing was changed: the application is now “%s”.") % now)
    raise AlreadyDecided(_what_ended_it(decision))


def hold_each(decision_ids: Collection[str]) -> dict[str, Decision]:
    """Hold applications until the transaction ends; give their decisions, with scores.

    A query a table, each looking at its months alone. Features and contributions, which take
    longer to read than all the rest, stay where they are.
    """
    held = Application.objects.select_for_update().filter(pk__in=decision_ids).defer("features")
    applications = {each.pk: each for each in held.order_by("pk")}
    decisions = list(
        Decision.objects.filter(pk__in=decision_ids).defer("policy_results").order_by("pk")
    )
    for each in decisions:
        each.application = applications[each.pk]
    prefetch_related_objects(
        decisions,
        Prefetch("application__score", Score.objects.only("contract", "pd")),
        "application__score__contract",
    )
    return {each.pk: each for each in decisions}


def move(application: Application, *, to: Status) -> None:
    """Move an application on, as its table of states allows."""
    if to not in Application.NEXT_STATUSES[application.status]:
        raise NotThatFar(
            _("“%(now)s” does not become “%(to)s”.")
            % {"now": application.get_status_display(), "to": to.label}
        )
    application.status = to
    application.save(update_fields=["status"])


def _what_ended_it(decision: Decision) -> str:
    if decision.application.status == Status.SUPERSEDED:
        return _("This application was corrected: the corrected one is to be decided.")
    made = OfficerDecision.objects.select_related("decided_by").filter(decision=decision).first()
    status = decision.application.status
    if status in {Status.WITHDRAWN, Status.INCOMPLETE}:
        return _("This application is over: %s.") % _ended(decision)
    if made is None:
        return _("Policy decided this application already, within its automatic zone.")
    said = _("%(who)s decided this application already: %(what)s, %(when)s UTC.") % {
        "who": made.decided_by.known_as,
        "what": in_a_sentence(made.get_verdict_display()),
        "when": moment_in_words(made.decided_at),
    }
    answer = OfferAnswer.objects.filter(decision=decision).first()
    if answer is None or made.verdict != OfficerVerdict.COUNTER_OFFER:
        return said
    return said + " " + _("The offer: %s.") % in_a_sentence(answer.get_answer_display())


def _ended(decision: Decision) -> str:
    return in_a_sentence(decision.application.get_status_display())
