"""The steps of an approved request: shadow, canary, champion; and a canary's ways back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, override

from credit import promotion_path
from credit.actions import alerts, audit, model_versions, stage_moves
from credit.actions.refusals import ActionDenied, require_role
from credit.alert_kinds import kind_of
from credit.models import Alert, AuditEvent, ModelVersion, Product, PromotionRequest, Role, User
from credit.words import in_a_sentence

Stage = ModelVersion.Stage
State = PromotionRequest.State
HALTED = "canary_halted"  # cause of the alert
# Causes of a version that could not score; a file that is gone or another is so without asking it.
PASSING = ("engine_failed", "timed_out", "other_contract")
UNABLE = ("bundle_missing", "bundle_refused", *PASSING)


class StepDenied(ActionDenied):
    """Nobody may take this step as things stand."""


class NoCanary(ActionDenied):
    """There is no canary to take back."""


@transaction.atomic
def take_step(*, version_id: int, by: User, at: datetime, note: str) -> ModelVersion:
    """Take the next step of an approved request, once the stage before has lasted long enough."""
    version = stage_moves.locked(version_id)
    model_versions.check_may_sign(version, by)
    _check_can_step(version, at=at)
    to = promotion_path.NEXT[Stage(version.stage)]
    if to == Stage.CANARY:
        return _begin_canary(version, by=by, at=at, note=note)
    act = model_versions.shadow if to == Stage.SHADOW else model_versions.promote
    return act(version_id=version_id, by=by, at=at, note=note)


@transaction.atomic
def take_back(*, product_id: int, by: User, at: datetime, note: str = "") -> ModelVersion:
    """Let the canary score no more; one signature, and words may come later: seconds may count."""
    require_role(by, Role.MODEL_VALIDATOR, to="take a canary back")
    product = Product.objects.select_for_update(no_key=True).get(pk=product_id)
    canary = stage_moves.take_back_canary(product, by=by, at=at, note=note)
    if canary is None:
        raise NoCanary(gettext("{product} has no canary.").format(product=product.slug))
    stage_moves.end_request(
        product, state=State.WITHDRAWN, by=by, at=at, why=note or "the canary was taken back"
    )
    return canary


def halt(*, version: ModelVersion, at: datetime, why: str) -> None:
    """Let a canary that broke a limit score no more, at nobody's word; `version` is locked.

    It is a candidate again, not retired: some that are fine halt by chance, and training anew would
    give the very same model. To be tried again it needs a new request and approval.
    """
    stage_moves.move(version, Stage.CANDIDATE, by=None, at=at, note=why)
    stage_moves.end_request(version.product, state=State.HALTED, by=None, at=at, why=why)
    audit.record(
        AuditEvent.Type.CANARY_HALTED,
        target=f"model:{version.name}",
        by=None,
        at=at,
        why=why,
        bundle=version.bundle_hash,
    )
    message = f"The canary {version.name} halted itself: {why}."
    failed_with = _of_what_failed(version)
    for cause in set(PASSING) & set(failed_with):
        alerts.note_passed(cause=cause, product=version.product, at=at, words=message)
    if failed_with:
        with override("en"):  # what is stored is translated when it is shown
            others = ", ".join(f"“{kind_of(cause).words}”" for cause in failed_with)
        message += f" What it failed with is another alert of this product: {others}."
    alerts.raise_alert(
        cause=HALTED, product=version.product, version=version, message=message, at=at
    )


def _of_what_failed(version: ModelVersion) -> list[str]:
    """Give the causes of alerts of why the canary could not score: each of the two names the other.

    One that another version was the last to cause is not over with the canary.
    """
    of_it = Alert.objects.unresolved().filter(cause__in=UNABLE, version=version, cleared_at=None)
    return list(of_it.order_by("cause").values_list("cause", flat=True))


def _check_can_step(version: ModelVersion, *, at: datetime) -> None:
    if Stage(version.stage) not in promotion_path.NEXT:
        words = gettext("{version} is {stage}: there is no next step.")
        stage = in_a_sentence(version.get_stage_display())
        raise StepDenied(words.format(version=version.name, stage=stage))
    if promotion_path.approved(version) is None:
        words = gettext("{version} has no request that another validator approved.")
        raise StepDenied(words.format(version=version.name))
    waiting = promotion_path.why_waiting(version, at=at)
    if waiting:
        raise StepDenied(waiting)


def _begin_canary(version: ModelVersion, *, by: User, at: datetime, note: str) -> ModelVersion:
    problem = stage_moves.standing_problem(version, Stage.CANARY, at=at)
    if problem:
        raise StepDenied(problem)
    if not version.product.versions.filter(stage=Stage.CHAMPION).exists():
        words = gettext("{product} has no champion that a canary could stand beside.")
        raise StepDenied(words.format(product=version.product.slug))
    stage_moves.move(version, Stage.CANARY, by=by, at=at, note=note)
    audit.record(
        AuditEvent.Type.MODEL_CANARY,
        target=f"model:{version.name}",
        by=by,
        at=at,
        note=note,
        bundle=version.bundle_hash,
        share=promotion_path.terms_of(version.product, at=at).canary_share,
    )
    return version
