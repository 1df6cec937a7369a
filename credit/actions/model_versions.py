"""Model versions: registered by a training, promoted and retired by people."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from credit import serving, store
from credit.actions import audit
from credit.actions.refusals import ActionDenied, NotAllowed, require_role
from credit.models import (
    AuditEvent,
    ModelVersion,
    PolicyVersion,
    Product,
    Role,
    Snapshot,
    StageChange,
    User,
)
from credit.words import in_a_sentence

Stage = ModelVersion.Stage


class PromotionDenied(ActionDenied):
    """Nobody may make this version the champion as things stand."""


class PromotionNotAllowed(NotAllowed):
    """Not this person may sign for this version."""


class ShadowDenied(ActionDenied):
    """Nobody may put this version into shadow as things stand."""


class RetirementDenied(ActionDenied):
    """There is nothing to retire."""


class RollbackDenied(ActionDenied):
    """There is no champion to go back to, or it cannot serve."""


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
    product = Product.objects.select_for_update().get(pk=snapshot.product_id)
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
    _write_down(version, by=trained_by, at=at)
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
    version = _locked(version_id)
    _check_can_shadow(version, by=by)
    version.stage, version.shadowed_at, version.shadowed_by = Stage.SHADOW, at, by
    version.save(update_fields=["stage", "shadowed_at", "shadowed_by"])
    _write_down(version, by=by, at=at, note=note)
    audit.record(
        AuditEvent.Type.MODEL_SHADOWED,
        target=f"model:{version.name}",
        by=by,
        at=at,
        note=note,
        bundle=version.bundle_hash,
    )
    serving.forget_what_is_in_force()
    return version


@transaction.atomic
def promote(*, version_id: int, by: User, at: datetime, note: str) -> ModelVersion:
    """Make a version the champion and retire the one it replaces."""
    version = _locked(version_id)
    _check_can_promote(version, by=by, at=at)
    for outgoing in version.product.versions.filter(stage=Stage.CHAMPION).select_for_update():
        _retire(outgoing, by=by, at=at, note=f"replaced by {version.name}")
    _crown(version, by=by, at=at, note=note)
    audit.record(
        AuditEvent.Type.MODEL_PROMOTED,
        target=f"model:{version.name}",
        by=by,
        at=at,
        note=note,
        bundle=version.bundle_hash,
    )
    serving.forget_what_is_in_force()
    return version


@transaction.atomic
def roll_back(*, product_id: int, by: User, at: datetime, note: str = "") -> ModelVersion:
    """Make the champion before the champion again; the one that goes never serves any more.

    One signature and no words are enough, since seconds may count.
    """
    product = Product.objects.select_for_update().get(pk=product_id)
    outgoing = product.versions.filter(stage=Stage.CHAMPION).select_for_update().first()
    version = ModelVersion.objects.before_the_champion(product).select_for_update().first()
    if outgoing is None or version is None:
        raise RollbackDenied(
            gettext("{product} has no champion to go back to.").format(product=product.slug)
        )
    _check_may_sign(version, by=by)
    problem = _bundle_problem(version) or _policy_problem(version, at=at)
    if problem:
        raise RollbackDenied(problem)
    outgoing.rolled_back_at = at
    outgoing.save(update_fields=["rolled_back_at"])
    _retire(outgoing, by=by, at=at, note=note, is_rollback=True)
    _crown(version, by=by, at=at, note=note, is_rollback=True)
    audit.record(
        AuditEvent.Type.MODEL_ROLLED_BACK,
        target=f"model:{version.name}",
        by=by,
        at=at,
        note=note,
        bundle=version.bundle_hash,
        instead_of=outgoing.name,
    )
    serving.forget_what_is_in_force()
    return version


@transaction.atomic
def retire(*, version_id: int, by: User, at: datetime, note: str) -> ModelVersion:
    """Take a version out for good. Without a champion every application goes to a person."""
    require_role(by, Role.MODEL_VALIDATOR, to="retire a model")
    version = _locked(version_id)
    if Stage.RETIRED not in version.NEXT_STAGES[version.stage]:
        raise RetirementDenied(
            gettext("{version} is {stage} already.").format(
                version=version.name, stage=in_a_sentence(version.get_stage_display())
            )
        )
    return _retire(version, by=by, at=at, note=note)


def _locked(version_id: int) -> ModelVersion:
    """Lock the product first: of two promotions at once, one waits and then sees the other."""
    product_id = ModelVersion.objects.values_list("product_id", flat=True).get(pk=version_id)
    Product.objects.select_for_update().get(pk=product_id)
    return (
        ModelVersion.objects.select_related("product")
        .select_for_update(of=("self",))
        .get(pk=version_id)
    )


def _crown(
    version: ModelVersion, *, by: User, at: datetime, note: str, is_rollback: bool = False
) -> None:
    version.stage, version.retired_at = Stage.CHAMPION, None
    version.promoted_at, version.promoted_by, version.promotion_note = at, by, note
    version.save(
        update_fields=["stage", "retired_at", "promoted_at", "promoted_by", "promotion_note"]
    )
    _write_down(version, by=by, at=at, note=note, is_rollback=is_rollback)


def _write_down(
    version: ModelVersion, *, by: User, at: datetime, note: str = "", is_rollback: bool = False
) -> None:
    StageChange.objects.create(
        product=version.product,
        version=version,
        stage=version.stage,
        is_rollback=is_rollback,
        by=by,
        at=at,
        note=note,
    )


def _retire(
    version: ModelVersion, *, by: User, at: datetime, note: str, is_rollback: bool = False
) -> ModelVersion:
    version.stage, version.retired_at = Stage.RETIRED, at
    version.save(update_fields=["stage", "retired_at"])
    _write_down(version, by=by, at=at, note=note, is_rollback=is_rollback)
    audit.record(
        AuditEvent.Type.MODEL_RETIRED, target=f"model:{version.name}", by=by, at=at, note=note
    )
    serving.forget_what_is_in_force()
    return version


def _check_can_shadow(version: ModelVersion, *, by: User) -> None:
    _check_may_sign(version, by=by)
    problem = version.why_not_ready(Stage.SHADOW) or _bundle_problem(version)
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
    _check_may_sign(version, by=by)
    problem = version.why_not_ready() or _bundle_problem(version) or _policy_problem(version, at=at)
    if problem:
        raise PromotionDenied(problem)


def _check_may_sign(version: ModelVersion, *, by: User) -> None:
    not_theirs = version.why_not_theirs(by)
    if not_theirs:
        raise PromotionNotAllowed(not_theirs)


def _policy_problem(version: ModelVersion, *, at: datetime) -> str | None:
    if PolicyVersion.objects.filter(contract=version.contract, in_force_from__lte=at).exists():
        return None
    words = gettext("No policy was put in force for the contract of {version}.")
    return words.format(version=version.name)


def _bundle_problem(version: ModelVersion) -> str | None:
    try:
        store.get(version.bundle_hash, ".zip")
    except (store.FileMissing, store.FileAltered) as broken:
        return gettext("{version} cannot serve: {trouble}").format(
            version=version.name, trouble=broken
        )
    return None
