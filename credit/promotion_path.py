"""The way from a request to champion: which step comes next, and what it still waits for."""

from datetime import datetime, timedelta

from django.utils.translation import gettext, ngettext

from credit import serving
from credit.models import CanaryCheck, ModelVersion, Product, PromotionRequest, ShadowScore
from credit.models.model_versions import Stage
from credit.serving import UnknownProduct
from scoring.contract import Promotion

NEXT = {Stage.CANDIDATE: Stage.SHADOW, Stage.SHADOW: Stage.CANARY, Stage.CANARY: Stage.CHAMPION}
_HOUR = timedelta(hours=1)


def steps_asked(product: Product, *, at: datetime) -> Promotion | None:
    """Give the steps that the policy in force asks for; a first champion needs none."""
    try:
        found = serving.terms(product.slug, at=at)
    except UnknownProduct:
        return None
    return found.policy.promotion if found.version else None


def terms_of(product: Product, *, at: datetime) -> Promotion:
    """Give the steps' terms, the usual ones where the policy says nothing."""
    return steps_asked(product, at=at) or serving.USUAL_PROMOTION


def approved(version: ModelVersion) -> PromotionRequest | None:
    """Find the approved request that a version is on its way by."""
    return version.promotions.filter(state=PromotionRequest.State.APPROVED).first()


def waits_for(version: ModelVersion, *, at: datetime) -> list[str]:
    """Say what a version still needs on its stage before the next step; nothing: it is due."""
    terms = terms_of(version.product, at=at)
    if version.stage == Stage.SHADOW:
        return _missing(
            version.shadowed_at,
            terms.shadow_hours,
            _shadowed(version) if terms.shadow_decisions else 0,
            terms.shadow_decisions,
            at=at,
        )
    if version.stage == Stage.CANARY:
        check = latest_check(version)
        return _missing(
            version.canary_at,
            terms.canary_hours,
            check.seen["decided"] if check else 0,
            terms.canary_decisions,
            at=at,
        )
    return []


def why_not_promoted(version: ModelVersion, *, at: datetime) -> str | None:
    """Say which step the policy asks for first; None where there is none or all are done."""
    if steps_asked(version.product, at=at) is None:
        return None
    if version.stage != Stage.CANARY or approved(version) is None:
        words = gettext(
            "The policy of {product} asks for steps: a request that another validator approves,"
            " shadow, then canary."
        )
        return words.format(product=version.product.slug)
    return why_waiting(version, at=at)


def why_waiting(version: ModelVersion, *, at: datetime) -> str | None:
    """Say in a sentence what is waited for; None where nothing is."""
    missing = waits_for(version, at=at)
    if not missing:
        return None
    words = gettext("{version} still needs {missing}.")
    return words.format(version=version.name, missing=gettext(" and ").join(missing))


def latest_check(version: ModelVersion) -> CanaryCheck | None:
    """Find what was last seen of this run of a canary."""
    if version.canary_at is None:
        return None
    return version.canary_checks.filter(since=version.canary_at).order_by("-at", "-pk").first()


def _shadowed(version: ModelVersion) -> int:
    return ShadowScore.objects.filter(version=version, at__gte=version.shadowed_at).count()


def _missing(
    since: datetime | None, hours: int, done: int, wanted: int, *, at: datetime
) -> list[str]:
    missing = []
    left = hours * _HOUR - (at - since) if since else timedelta()
    if hours and left > timedelta():
        n = -(-left // _HOUR)
        missing.append(
            ngettext("{n} more hour on this stage", "{n} more hours on this stage", n).format(n=n)
        )
    if done < wanted:
        n = wanted - done
        missing.append(
            ngettext("{n} more decision scored", "{n} more decisions scored", n).format(n=n)
        )
    return missing
