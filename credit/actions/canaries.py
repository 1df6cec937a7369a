"""Looking at what is seen of each canary, and halting one that broke a limit."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from credit import canary_evidence, promotion_path
from credit.actions import promotion_steps, stage_moves
from credit.models import CanaryCheck, ModelVersion
from credit.models.model_versions import Stage
from scoring.candidates.canary import Finding, findings


def is_any_running() -> bool:
    """Say whether there is a canary to look at."""
    return _running().exists()


def watch(*, at: datetime) -> list[CanaryCheck]:
    """Look at every canary; give what was new."""
    running = _running().order_by("pk").values_list("pk", flat=True)
    checks = [check(version_id=pk, at=at) for pk in running]
    return [each for each in checks if each is not None]


def _running() -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(stage=Stage.CANARY)


@transaction.atomic
def check(*, version_id: int, at: datetime) -> CanaryCheck | None:
    """Write down what is seen of a canary by now; where it broke a limit, halt it.

    The product's lock is only asked for to halt: a rollback must not wait for this to be counted.
    """
    canary = ModelVersion.objects.select_related("product").get(pk=version_id)
    champion = canary.product.versions.filter(stage=Stage.CHAMPION).first()
    if canary.stage != Stage.CANARY or champion is None or canary.canary_at is None:
        return None
    before = promotion_path.latest_check(canary)
    seen, upto = canary_evidence.seen(canary, champion, before=before, at=at)
    if before is not None and before.seen == asdict(seen):
        return None
    limits = promotion_path.terms_of(canary.product, at=at).limits
    found = findings(seen, limits)
    broken = [each for each in found if each.is_broken]
    is_halted = bool(broken) and _halt(canary, broken, at=at)
    return CanaryCheck.objects.create(
        version=canary,
        since=canary.canary_at,
        at=at,
        upto=upto,
        seen=asdict(seen),
        findings=[asdict(each) | {"words": each.words} for each in found],
        is_halted=is_halted,
    )


def _halt(canary: ModelVersion, broken: list[Finding], *, at: datetime) -> bool:
    """Halt it unless somebody took it back, or promoted it, in the meantime."""
    version = stage_moves.locked(canary.pk)
    if version.stage != Stage.CANARY or version.canary_at != canary.canary_at:
        return False
    promotion_steps.halt(version=version, at=at, why=broken[0].words)
    return True
