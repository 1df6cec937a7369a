"""Requests that a version serve: asked by one person, answered by another."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from credit import gate_laws, promotion_path
from credit.actions import audit, model_versions, stage_moves
from credit.actions.refusals import ActionDenied, NotAllowed, require_role
from credit.models import AuditEvent, ModelVersion, Product, PromotionRequest, Role, User
from credit.words import in_a_sentence

Stage = ModelVersion.Stage
State = PromotionRequest.State


class RequestDenied(ActionDenied):
    """Nobody may ask for this version to serve as things stand."""


class RequestUnderWay(RequestDenied):
    """Another request of the product is not over."""


class LawChanged(RequestDenied):
    """Its fairness was judged by a law that is not the law of this day."""


class RequestAnswered(ActionDenied):
    """Somebody answered it before, or it is over."""


class ApprovalDenied(ActionDenied):
    """Nobody may approve it as things stand."""


class NeedsAnother(NotAllowed):
    """Who asks does not answer."""


class WhyMissing(ActionDenied):
    """A request and its answer are told in words."""


@transaction.atomic
def request(*, version_id: int, by: User, at: datetime, why: str) -> PromotionRequest:
    """Ask that a version serve."""
    require_role(by, Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, to="ask for a promotion")
    said = _checked(why)
    version = stage_moves.locked(version_id)
    _check_can_be_asked_for(version, at=at)
    made = PromotionRequest.objects.create(
        product=version.product, version=version, requested_by=by, requested_at=at, why=said
    )
    _record(AuditEvent.Type.PROMOTION_REQUESTED, made, by=by, at=at, words=said)
    return made


@transaction.atomic
def approve(*, request_id: int, by: User, at: datetime, words: str) -> PromotionRequest:
    """Let a version go its way into service."""
    found, said = _to_be_answered(request_id, by=by, words=words)
    version = found.version
    to = promotion_path.NEXT[Stage(version.stage)]
    problem = stage_moves.standing_problem(version, to, at=at) or stage_moves.policy_problem(
        version, at=at
    )
    if problem:
        raise ApprovalDenied(problem)
    found.state, found.answered_by, found.answered_at, found.answer = State.APPROVED, by, at, said
    found.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    _record(AuditEvent.Type.PROMOTION_APPROVED, found, by=by, at=at, words=said)
    return found


@transaction.atomic
def refuse(*, request_id: int, by: User, at: datetime, words: str) -> PromotionRequest:
    """Say that a version does not serve, and why."""
    found, said = _to_be_answered(request_id, by=by, words=words)
    found.state, found.answered_by, found.answered_at, found.answer = State.REFUSED, by, at, said
    found.ended_at, found.ended_by, found.ending = at, by, said
    found.save()
    _record(AuditEvent.Type.PROMOTION_REFUSED, found, by=by, at=at, words=said)
    return found


@transaction.atomic
def withdraw(*, request_id: int, by: User, at: datetime, words: str) -> PromotionRequest:
    """End a request that is not over: who asked may, and any validator; a canary goes with it."""
    said = _checked(words)
    found = _locked(request_id)
    if found.requested_by_id != by.pk and not by.has_role(Role.MODEL_VALIDATOR):
        raise NotAllowed(gettext("Only who asked for it or a model validator may withdraw it."))
    if found.state not in PromotionRequest.UNDER_WAY:
        raise _over(found)
    stage_moves.take_back_canary(found.product, by=by, at=at, note=said)
    stage_moves.end_request(found.product, state=State.WITHDRAWN, by=by, at=at, why=said)
    found.refresh_from_db()
    return found


def _to_be_answered(request_id: int, *, by: User, words: str) -> tuple[PromotionRequest, str]:
    said = _checked(words)
    found = _locked(request_id)
    model_versions.check_may_sign(found.version, by)
    if found.requested_by_id == by.pk:
        raise NeedsAnother(gettext("Someone other than who asked for it must answer."))
    if found.state != State.OPEN:
        raise _over(found)
    return found, said


def _locked(request_id: int) -> PromotionRequest:
    """Hold the product first, as every move of a version does."""
    product_id = PromotionRequest.objects.values_list("product_id", flat=True).get(pk=request_id)
    Product.objects.select_for_update(no_key=True).get(pk=product_id)
    requests = PromotionRequest.objects.select_related("product", "version__product")
    return requests.select_for_update(of=("self",)).get(pk=request_id)


def _check_can_be_asked_for(version: ModelVersion, *, at: datetime) -> None:
    if version.stage not in {Stage.CANDIDATE, Stage.SHADOW}:
        words = gettext("{version} is {stage}: only a candidate or a shadow can be asked for.")
        stage = in_a_sentence(version.get_stage_display())
        raise RequestDenied(words.format(version=version.name, stage=stage))
    under_way = version.product.promotions.filter(state__in=PromotionRequest.UNDER_WAY)
    before = under_way.select_related("version__product", "requested_by").first()
    if before is not None:
        words = gettext("{person} asked for {version} already, and that is not over.")
        raise RequestUnderWay(
            words.format(person=before.requested_by.known_as, version=before.version.name)
        )
    changed = gate_laws.law_problem(version, on=at.date())
    if changed:
        raise LawChanged(changed)


def _over(found: PromotionRequest) -> RequestAnswered:
    words = gettext("The request for {version} is {state} already.")
    return RequestAnswered(
        words.format(version=found.version.name, state=in_a_sentence(found.get_state_display()))
    )


def _record(
    kind: AuditEvent.Type, found: PromotionRequest, *, by: User, at: datetime, words: str
) -> None:
    audit.record(
        kind,
        target=f"model:{found.version.name}",
        by=by,
        at=at,
        request=found.pk,
        words=words,
        bundle=found.version.bundle_hash,
    )


def _checked(words: str) -> str:
    said = words.strip()
    if not said:
        raise WhyMissing(gettext("Say in a sentence why."))
    return said
