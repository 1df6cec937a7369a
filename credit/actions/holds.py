"""Legal holds: what a complaint or an investigation needs stays past its retention."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, Decision, LegalHold, Product, Role, User


class NothingToHold(ActionDenied):
    """There is no such decision."""


class NoSuchPeriod(ActionDenied):
    """A product's records are held by whole months."""


class HeldAlready(ActionDenied):
    """A hold of this decision is not lifted."""


class LiftedAlready(ActionDenied):
    """It holds nothing any more."""


class WhyMissing(ActionDenied):
    """A hold, and its end, are told in words."""


@transaction.atomic
def place(*, decision_id: str, why: str, by: User, at: datetime) -> LegalHold:
    """Keep all records of a decision until the hold is lifted."""
    require_role(by, Role.COMPLIANCE, to="place a legal hold")
    said = _checked(why)
    decisions = Decision.objects.select_related("application__product")
    decision = decisions.filter(pk=decision_id).first()
    if decision is None:
        raise NothingToHold(gettext("There is no decision {id}.").format(id=decision_id))
    application = decision.application
    try:
        with transaction.atomic():
            made = LegalHold.objects.create(
                product=application.product,
                decision_id=decision.pk,
                since=application.received_at.date(),
                why=said,
                placed_by=by,
                placed_at=at,
            )
    except IntegrityError as twice:
        words = gettext("A hold of the decision {id} is not lifted yet.")
        raise HeldAlready(words.format(id=decision_id)) from twice
    words_bound = audit.commit(bytes(application.salt), said)  # they may be about a person
    _record(AuditEvent.Type.HOLD_PLACED, made, by=by, at=at, words=words_bound)
    return made


@transaction.atomic
def place_on_months(
    *, product_id: int, since: date, until: date | None, why: str, by: User, at: datetime
) -> LegalHold:
    """Keep all records of what a product received in whole months; `until` is not included."""
    require_role(by, Role.COMPLIANCE, to="place a legal hold")
    said = _checked(why)
    is_whole = since.day == 1 and (until is None or (until.day == 1 and since < until))
    if not is_whole:
        raise NoSuchPeriod(gettext("A product is held by whole months, the first before the last."))
    made = LegalHold.objects.create(
        product=Product.objects.get(pk=product_id),
        since=since,
        until=until,
        why=said,
        placed_by=by,
        placed_at=at,
    )
    _record(AuditEvent.Type.HOLD_PLACED, made, by=by, at=at, words=said)
    return made


@transaction.atomic
def lift(*, hold_id: int, why: str, by: User, at: datetime) -> LegalHold:
    """Let retention have its way again."""
    require_role(by, Role.COMPLIANCE, to="lift a legal hold")
    said = _checked(why)
    holds = LegalHold.objects.select_related("product").select_for_update(of=("self",))
    found = holds.get(pk=hold_id)
    if found.lifted_at is not None:
        raise LiftedAlready(gettext("This hold was lifted already."))
    found.lifted_by, found.lifted_at, found.why_lifted = by, at, said
    found.save(update_fields=["lifted_by", "lifted_at", "why_lifted"])
    _record(AuditEvent.Type.HOLD_LIFTED, found, by=by, at=at, words=_bound(found, said))
    return found


def _bound(hold: LegalHold, said: str) -> str:
    """Bind words about a decision without saying them."""
    decision = Decision.objects.select_related("application").filter(pk=hold.decision_id).first()
    return audit.commit(bytes(decision.application.salt), said) if decision else said


def _record(kind: AuditEvent.Type, hold: LegalHold, *, by: User, at: datetime, words: str) -> None:
    of_one, of_many = f"decision:{hold.decision_id}", f"product:{hold.product.slug}"
    audit.record(
        kind,
        target=of_one if hold.decision_id else of_many,
        by=by,
        at=at,
        hold=hold.pk,
        since=hold.since.isoformat(),
        until=hold.until.isoformat() if hold.until else None,
        words=words,
    )


def _checked(why: str) -> str:
    said = why.strip()
    if not said:
        raise WhyMissing(gettext("Say in a sentence why."))
    return said
