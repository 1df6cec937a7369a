"""What every move of a version between stages has in common; who may make one stands elsewhere."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from credit import gate_laws, serving, store
from credit.actions import audit
from credit.models import (
    AuditEvent,
    ModelVersion,
    PolicyVersion,
    Product,
    PromotionRequest,
    StageChange,
    User,
)
from credit.models.model_versions import Stage

State = PromotionRequest.State


def locked(version_id: int) -> ModelVersion:
    """Lock the product first: of two moves at once, one waits and then sees the other."""
    product_id = ModelVersion.objects.values_list("product_id", flat=True).get(pk=version_id)
    # `no_key`: rows that only name them are written meanwhile, as decisions and the worker's are;
    # one that names both waited for one and was waited for by the other.
    Product.objects.select_for_update(no_key=True).get(pk=product_id)
    return (
        ModelVersion.objects.select_related("product")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=version_id)
    )


def move(
    version: ModelVersion,
    stage: Stage,
    *,
    by: User | None,
    at: datetime,
    note: str,
    is_rollback: bool = False,
) -> ModelVersion:
    """Put a version on another stage, write that down, and have this process serve by it."""
    signed: dict[Stage, dict[str, object]] = {
        Stage.SHADOW: {"shadowed_at": at, "shadowed_by": by},
        Stage.CANARY: {"canary_at": at, "canary_by": by},
        Stage.CHAMPION: {
            "promoted_at": at,
            "promoted_by": by,
            "promotion_note": note,
            "retired_at": None,
        },
        Stage.RETIRED: {"retired_at": at},
    }
    changes = {"stage": stage, **signed.get(stage, {})}
    for name, value in changes.items():
        setattr(version, name, value)
    version.save(update_fields=list(changes))
    write_down(version, by=by, at=at, note=note, is_rollback=is_rollback)
    serving.forget_what_is_in_force()
    # Another thread of this process may have asked once more before the others can see it.
    transaction.on_commit(serving.forget_what_is_in_force)
    return version


def write_down(
    version: ModelVersion,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    is_rollback: bool = False,
) -> None:
    """Keep for good on which stage a version is from now on, and at whose word."""
    StageChange.objects.create(
        product=version.product,
        version=version,
        stage=version.stage,
        is_rollback=is_rollback,
        by=by,
        at=at,
        note=note,
    )


def take_back_canary(
    product: Product, *, by: User, at: datetime, note: str, but: ModelVersion | None = None
) -> ModelVersion | None:
    """Let a running canary score no more: it is a candidate again, and needs a new request."""
    running = product.versions.filter(stage=Stage.CANARY).select_for_update(no_key=True)
    canary = (running.exclude(pk=but.pk) if but else running).first()
    if canary is None:
        return None
    move(canary, Stage.CANDIDATE, by=by, at=at, note=note, is_rollback=True)
    audit.record(
        AuditEvent.Type.CANARY_TAKEN_BACK,
        target=f"model:{canary.name}",
        by=by,
        at=at,
        note=note,
        bundle=canary.bundle_hash,
    )
    return canary


def end_request(
    product: Product, *, state: State, by: User | None, at: datetime, why: str
) -> PromotionRequest | None:
    """End what is under way for a product; None where nothing is."""
    under_way = product.promotions.filter(state__in=PromotionRequest.UNDER_WAY)
    found = under_way.select_related("version__product").select_for_update(of=("self",)).first()
    if found is None:
        return None
    found.state, found.ended_at, found.ended_by, found.ending = state, at, by, why
    found.save(update_fields=["state", "ended_at", "ended_by", "ending"])
    if state != State.COMPLETED:
        audit.record(
            AuditEvent.Type.PROMOTION_ENDED,
            target=f"model:{found.version.name}",
            by=by,
            at=at,
            request=found.pk,
            state=str(state),
            why=why,
        )
    return found


def policy_problem(version: ModelVersion, *, at: datetime) -> str | None:
    """Say that no policy is in force for its contract; None where one is."""
    if PolicyVersion.objects.filter(contract=version.contract, in_force_from__lte=at).exists():
        return None
    words = gettext("No policy was put in force for the contract of {version}.")
    return words.format(version=version.name)


def standing_problem(version: ModelVersion, to: Stage, *, at: datetime) -> str | None:
    """Say what of the version itself keeps it from a stage: gates, the law, its file."""
    return (
        version.why_not_ready(to)
        or gate_laws.law_problem(version, on=at.date())
        or bundle_problem(version)
    )


def bundle_problem(version: ModelVersion) -> str | None:
    """Say what is wrong with its file; None where it is the registered one."""
    try:
        store.get(version.bundle_hash, ".zip")
    except (store.FileMissing, store.FileAltered) as broken:
        return gettext("{version} cannot serve: {trouble}").format(
            version=version.name, trouble=broken
        )
    return None
