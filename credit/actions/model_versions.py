"""Model versions: registered by a training, promoted and retired by people."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from credit import promotion_path
from credit.actions import audit, stage_moves
from credit.actions.refusals import ActionDenied, NotAllowed, require_role
from credit.models import (
    AuditEvent,
    ModelVersion,
    Product,
    PromotionRequest,
    Role,
    Snapshot,
    User,
)
from credit.words import in_a_sentence

Stage = ModelVersion.Stage
State = PromotionRequest.State


class PromotionDenied(ActionDenied):
    """Nobody may make this version the champion as things stand."""


class PromotionNotAllowed(NotAllowed):
    """Not this person may sign for this version."""


class ShadowDenied(ActionDenied):
    """Nobody may put this version into shadow as things stand."""


class RetirementDenied(ActionDenied):
    """There is nothing to retire."""


class RollbackDenied(ActionDenied):
    """There is no champion to go back to, it cannot serve, or another is champion by now."""


@transaction.atomic
def register(
    *,
    snapshot: Snapshot,
    bundle_hash: str,
    model_sha256: str,
    validation_sha256: str,
    metrics: dict[str, Any],
    gates: list[dict[str, Any]],
    scorecard: dict[str, Any] | None = None,
    trained_by: User,
    at: datetime,
) -> ModelVersion:
    """Write down what a training made, as a candidate."""
    product = Product.objects.select_for_update(no_key=True).get(pk=snapshot.product_id)
    version = ModelVersion.objects.create(
        product=product,
        number=product.versions.count() + 1,
        contract=snapshot.contract,
        snapshot=snapshot,
        bundle_hash=bundle_hash,
        model_sha256=model_sha256,
        validation_sha256=validation_sha256,
        metrics=metrics,
        gates=gates,
        scorecard=scorecard,
        trained_by=trained_by,
        trained_at=at,
    )
    stage_moves.write_down(version, by=trained_by, at=at)
    audit.record(
        AuditEvent.Type.MODEL_TRAINED,
        target=f"model:{version.name}",
        by=trained_by,
        at=at,
        bundle=bundle_hash,
        snapshot=snapshot.rows_sha256,
    )
    return version


@transaction.atomic
def shadow(*, version_id: int, by: User, at: datetime, note: str) -> ModelVersion:
    """Let a version score beside the champion from now on; it answers nobody."""
    version = stage_moves.locked(version_id)
    _check_can_shadow(version, by=by, at=at)
    stage_moves.move(version, Stage.SHADOW, by=by, at=at, note=note)
    audit.record(
        AuditEvent.Type.MODEL_SHADOWED,
        target=f"model:{version.name}",
        by=by,
        at=at,
        note=note,
        bundle=version.bundle_hash,
    )
    return version


@transaction.atomic
def promote(*, version_id: int, by: User, at: datetime, note: str) -> ModelVersion:
    """Make a version the champion and retire the one it replaces.

    Where the policy asks for steps, a version that may replace a champion has taken them all.
    """
    version = stage_moves.locked(version_id)
    _check_can_promote(version, by=by, at=at)
    _end_what_is_under_way(version, by=by, at=at)
    champions = version.product.versions.filter(stage=Stage.CHAMPION)
    for outgoing in champions.select_for_update(no_key=True):
        _retire(outgoing, by=by, at=at, note=f"replaced by {version.name}")
    stage_moves.move(version, Stage.CHAMPION, by=by, at=at, note=note)
    audit.record(
        AuditEvent.Type.MODEL_PROMOTED,
        target=f"model:{version.name}",
        by=by,
        at=at,
        note=note,
        bundle=version.bundle_hash,
    )
    return version


@transaction.atomic
def roll_back(
    *, product_id: int, instead_of: str, by: User, at: datetime, note: str = ""
) -> ModelVersion:
    """Make the champion before the champion again; the one that goes never serves any more.

    `instead_of` names the champion that is to go, as whoever signs saw it: of two who go back at
    once the second would otherwise take back the good one. A canary that runs beside it goes too:
    it was compared with what was wrong. One signature and no words are enough, since seconds may
    count.
    """
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    outgoing = product.versions.filter(stage=Stage.CHAMPION).select_for_update(no_key=True).first()
    before = ModelVersion.objects.before_the_champion(product)
    version = before.select_for_update(no_key=True).first()
    if outgoing is not None and outgoing.name != instead_of:
        raise RollbackDenied(
            gettext(
                "{version} is the champion now, and not {before}. Look before you go back."
            ).format(version=outgoing.name, before=instead_of)
        )
    if outgoing is None or version is None:
        raise RollbackDenied(
            gettext("{product} has no champion to go back to.").format(product=product.slug)
        )
    check_may_sign(version, by)
    problem = stage_moves.bundle_problem(version) or stage_moves.policy_problem(version, at=at)
    if problem:
        raise RollbackDenied(problem)
    _stop_canary(product, by=by, at=at, note=f"rolled back to {version.name}")
    outgoing.rolled_back_at = at
    outgoing.save(update_fields=["rolled_back_at"])
    _retire(outgoing, by=by, at=at, note=note, is_rollback=True)
    stage_moves.move(version, Stage.CHAMPION, by=by, at=at, note=note, is_rollback=True)
    audit.record(
        AuditEvent.Type.MODEL_ROLLED_BACK,
        target=f"model:{version.name}",
        by=by,
        at=at,
        note=note,
        bundle=version.bundle_hash,
        instead_of=outgoing.name,
    )
    return version


@transaction.atomic
def retire(*, version_id: int, by: User, at: datetime, note: str) -> ModelVersion:
    """Take a version out for good. Without a champion every application goes to a person."""
    require_role(by, Role.MODEL_VALIDATOR, to="retire a model")
    version = stage_moves.locked(version_id)
    if Stage.RETIRED not in version.NEXT_STAGES[version.stage]:
        raise RetirementDenied(
            gettext("{version} is {stage} already.").format(
                version=version.name, stage=in_a_sentence(version.get_stage_display())
            )
        )
    if version.stage == Stage.CHAMPION:
        _stop_canary(version.product, by=by, at=at, note=f"{version.name} is retired")
    under_way = version.promotions.filter(state__in=PromotionRequest.UNDER_WAY)
    if under_way.exists():
        stage_moves.end_request(version.product, state=State.WITHDRAWN, by=by, at=at, why=note)
    return _retire(version, by=by, at=at, note=note)


def _end_what_is_under_way(version: ModelVersion, *, by: User, at: datetime) -> None:
    """End the request that led here; one that led elsewhere is overtaken, its canary too."""
    is_its_own = promotion_path.approved(version) is not None
    stage_moves.end_request(
        version.product,
        state=State.COMPLETED if is_its_own else State.SUPERSEDED,
        by=by,
        at=at,
        why=f"{version.name} is the champion",
    )
    stage_moves.take_back_canary(
        version.product, by=by, at=at, note=f"{version.name} is the champion", but=version
    )


def _stop_canary(product: Product, *, by: User, at: datetime, note: str) -> None:
    if stage_moves.take_back_canary(product, by=by, at=at, note=note):
        stage_moves.end_request(product, state=State.SUPERSEDED, by=by, at=at, why=note)


def _retire(
    version: ModelVersion, *, by: User, at: datetime, note: str, is_rollback: bool = False
) -> ModelVersion:
    stage_moves.move(version, Stage.RETIRED, by=by, at=at, note=note, is_rollback=is_rollback)
    audit.record(
        AuditEvent.Type.MODEL_RETIRED, target=f"model:{version.name}", by=by, at=at, note=note
    )
    return version


def _check_can_shadow(version: ModelVersion, *, by: User, at: datetime) -> None:
    check_may_sign(version, by)
    problem = stage_moves.standing_problem(version, Stage.SHADOW, at=at)
    if problem:
        raise ShadowDenied(problem)
    most = settings.EVENHAND_SHADOWS
    if version.product.versions.filter(stage=Stage.SHADOW).count() >= most:
        raise ShadowDenied(
            gettext(
                "{product} has {most} in shadow, which is as many as may be: promote or retire one"
                " first."
            ).format(product=version.product.slug, most=most)
        )


def _check_can_promote(version: ModelVersion, *, by: User, at: datetime) -> None:
    check_may_sign(version, by)
    problem = (
        stage_moves.standing_problem(version, Stage.CHAMPION, at=at)
        or promotion_path.why_not_promoted(version, at=at)
        or stage_moves.policy_problem(version, at=at)
    )
    if problem:
        raise PromotionDenied(problem)


def check_may_sign(version: ModelVersion, person: User) -> None:
    """Refuse who is no validator, or trained it."""
    not_theirs = version.why_not_theirs(person)
    if not_theirs:
        raise PromotionNotAllowed(not_theirs)
