"""The stop button: from a moment on no model scores a product, and people decide everything."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from credit import serving
from credit.actions import alerts, audit, stage_moves
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, Product, PromotionRequest, Role, ServiceStop, User
from credit.words import moment_in_words


class StoppedAlready(ActionDenied):
    """Its models are stopped."""


class NotStopped(ActionDenied):
    """There is nothing to resume."""


class WhyMissing(ActionDenied):
    """A stop and a resumption are told in words."""


@transaction.atomic
def stop(*, product_id: int, by: User, at: datetime, why: str) -> ServiceStop:
    """Let no model of a product score from now on; a canary does not come back by itself."""
    require_role(by, Role.MODEL_VALIDATOR, to="stop the models of a product")
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    words = _checked(why, refusal=gettext("Say in a sentence why they stop."))
    before = product.stops.filter(resumed_at=None).select_related("stopped_by").first()
    if before is not None:
        words = gettext("{person} stopped the models of {product} already, {at} UTC.")
        raise StoppedAlready(
            words.format(
                person=before.stopped_by.known_as,
                product=product.slug,
                at=moment_in_words(before.stopped_at),
            )
        )
    if stage_moves.take_back_canary(product, by=by, at=at, note=words):
        state = PromotionRequest.State.SUPERSEDED
        stage_moves.end_request(product, state=state, by=by, at=at, why=words)
    made = ServiceStop.objects.create(product=product, stopped_by=by, stopped_at=at, why=words)
    audit.record(
        AuditEvent.Type.SERVICE_STOPPED, target=f"product:{product.slug}", by=by, at=at, why=words
    )
    transaction.on_commit(serving.forget_what_is_in_force)
    return made


@transaction.atomic
def resume(*, product_id: int, by: User, at: datetime, why: str) -> ServiceStop:
    """Let the champion score again."""
    require_role(by, Role.MODEL_VALIDATOR, to="let the models of a product score again")
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    words = _checked(why, refusal=gettext("Say in a sentence why they score again."))
    found = product.stops.filter(resumed_at=None).first()
    if found is None:
        raise NotStopped(
            gettext("The models of {product} are not stopped.").format(product=product.slug)
        )
    found.resumed_by, found.resumed_at, found.why_resumed = by, at, words
    found.save(update_fields=["resumed_by", "resumed_at", "why_resumed"])
    audit.record(
        AuditEvent.Type.SERVICE_RESUMED, target=f"product:{product.slug}", by=by, at=at, why=words
    )
    alerts.note_passed(cause="stopped", product=product, at=at)
    transaction.on_commit(serving.forget_what_is_in_force)
    return found


def _checked(why: str, *, refusal: str) -> str:
    words = why.strip()
    if not words:
        raise WhyMissing(refusal)
    return words
