"""Applications that a person here types in: the same decision as a partner's, by the same rules."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from credit.actions import audit, decisions
from credit.actions.refusals import ActionDenied, require_role
from credit.ids import new_id
from credit.models import AuditEvent, Decision, HandEntry, Role, User

_KEPT = 6  # last characters of an id: enough to tell a day's references apart


class OwnEntry(ActionDenied):
    """Whoever typed an application in decides it only where policy lets them."""


@transaction.atomic
def enter(
    *,
    product: str,
    body: Mapping[str, object],
    form: str,
    confirmed: Collection[str] = (),
    by: User,
    at: datetime,
) -> HandEntry:
    """Have an application decided that was typed in; the same form sent again changes nothing.

    `confirmed` names the features whose unlikely values the person stands by. Raises
    `InputRefused` and then stores nothing.
    """
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="enter an application")
    before = HandEntry.objects.filter(form=form).first()
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return _entered(product, body, form=form, confirmed=confirmed, by=by, at=at)
    except IntegrityError:  # the same form at the same time
        return HandEntry.objects.get(form=form)


def follow(*, of: Decision, to: str, at: datetime) -> None:
    """Keep, when an application is corrected, who had typed it in."""
    entry = HandEntry.objects.filter(decision=of).first()
    if entry is not None:
        HandEntry.objects.create(
            decision_id=to,
            form=new_id(at),
            confirmed=entry.confirmed,
            entered_by_id=entry.entered_by_id,
            entered_at=entry.entered_at,
        )


def check_may_decide(decision: Decision, person: User) -> None:
    """Refuse whoever typed the application in, unless its policy lets them decide it."""
    entry = HandEntry.objects.filter(decision=decision, entered_by=person).first()
    if entry is None or decision.policy.read().policy.may_decide_own_entries:
        return
    raise OwnEntry(_("You entered this application yourself: a colleague has to decide it."))


def _entered(
    product: str,
    body: Mapping[str, object],
    *,
    form: str,
    confirmed: Collection[str],
    by: User,
    at: datetime,
) -> HandEntry:
    named = {"product": product, **body}
    if not named.get("reference"):
        named["reference"] = f"H-{at:%y%m%d}-{new_id(at)[-_KEPT:]}"
    made = decisions.decide_typed(product=product, partner=None, body=named, at=at)
    entry = HandEntry.objects.create(
        decision_id=made.decision_id,
        form=form,
        confirmed=sorted(confirmed),
        entered_by=by,
        entered_at=at,
    )
    audit.record(
        AuditEvent.Type.APPLICATION_ENTERED,
        target=f"decision:{made.decision_id}",
        by=by,
        at=at,
        confirmed=entry.confirmed,
    )
    return entry
