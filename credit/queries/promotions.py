"""Requests that versions serve, how far each is on its way, and what is seen of canaries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from credit import gate_laws, promotion_path
from credit.models import ModelVersion, PromotionRequest, Role, User
from credit.models.model_versions import Stage
from credit.queries import gate_waivers
from credit.queries.canaries import CanaryRow, canary_of
from credit.queries.gate_waivers import WaiverRow
from scoring.contract import Promotion

State = PromotionRequest.State
_RECENT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request, and what was said to it."""

    id: int
    version_id: int
    version_name: str
    product_name: str
    state: str
    state_label: str
    requested_by: str
    requested_at: datetime
    why: str
    answered_by: str
    answered_at: datetime | None
    answer: str
    ended_by: str
    ended_at: datetime | None
    ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step of the way: what the policy wants before the next, and when it was taken."""

    label: str
    wants: str
    is_now: bool
    is_done: bool
    is_left_out: bool  # what came after it was reached without it
    at: datetime | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How far a version is on its way into service, and what this person may do about it."""

    version_id: int
    version_name: str
    stage: str
    asks_for_steps: bool
    request: RequestRow | None  # the one under way, else the latest
    steps: list[StepRow]
    next_step: str  # "": there is none
    waits: list[str]
    why_not: str  # gates, comments or a stage that stand in the way of the next step
    canary: CanaryRow | None
    waivers: dict[str, WaiverRow]  # by gate
    waived: frozenset[str]  # gates
    may_ask: bool
    may_answer: bool
    may_withdraw: bool
    may_step: bool
    may_take_back: bool
    may_waive: frozenset[str]  # gates


def way_of(version_id: int, user: User, *, at: datetime) -> Way:
    """Tell a version's way. Raises `ModelVersion.DoesNotExist`."""
    version = ModelVersion.objects.select_related(
        "product", "shadowed_by", "canary_by", "promoted_by"
    ).get(pk=version_id)
    return _way(version, user, at=at)


def under_way(user: User, *, at: datetime) -> list[Way]:
    """Tell of each product whose request is not over, the oldest first."""
    found = PromotionRequest.objects.filter(state__in=PromotionRequest.UNDER_WAY)
    ids = found.order_by("requested_at", "pk").values_list("version_id", flat=True)
    return [way_of(version_id, user, at=at) for version_id in ids]


def ended() -> list[RequestRow]:
    """List what came of the latest requests that are over."""
    over = _requests().exclude(state__in=PromotionRequest.UNDER_WAY)
    return [_request(each) for each in over.order_by("-ended_at", "-pk")[:_RECENT]]


def _way(version: ModelVersion, user: User, *, at: datetime) -> Way:
    request = _requests().filter(version=version).first()
    is_under_way = request is not None and request.state in PromotionRequest.UNDER_WAY
    waits = promotion_path.waits_for(version, at=at)
    terms = promotion_path.terms_of(version.product, at=at)
    may_sign = version.why_not_theirs(user) is None
    to = promotion_path.NEXT.get(Stage(version.stage))
    is_approved = request is not None and request.state == State.APPROVED
    why_not = _why_not(version, to, at=at) if to else ""
    waivers = gate_waivers.of_version(version, user)
    return Way(
        version_id=version.pk,
        version_name=version.name,
        stage=version.stage,
        asks_for_steps=promotion_path.steps_asked(version.product, at=at) is not None,
        request=_request(request) if request else None,
        steps=_steps(version, terms),
        next_step=gettext(_NEXT_WORDS[Stage(version.stage)]) if to else "",
        waits=waits,
        why_not=why_not,
        canary=canary_of(version, terms),
        waivers=waivers,
        waived=version.waived_gates(),
        may_ask=_may_ask(version, user),
        may_answer=request is not None
        and request.state == State.OPEN
        and may_sign
        and request.requested_by_id != user.pk,
        may_withdraw=is_under_way
        and request is not None
        and (request.requested_by_id == user.pk or user.has_role(Role.MODEL_VALIDATOR)),
        may_step=is_approved and may_sign and not waits and not why_not,
        may_take_back=version.stage == Stage.CANARY and user.has_role(Role.MODEL_VALIDATOR),
        may_waive=gate_waivers.may_propose(version, user, waivers),
    )


_NEXT_WORDS = {
    Stage.CANDIDATE: _("Put into shadow"),
    Stage.SHADOW: _("Make it the canary"),
    Stage.CANARY: _("Promote to champion"),
}


def _why_not(version: ModelVersion, to: Stage, *, at: datetime) -> str:
    return version.why_not_ready(to) or gate_laws.law_problem(version, on=at.date()) or ""


def _may_ask(version: ModelVersion, user: User) -> bool:
    is_theirs = user.has_role(Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR)
    if not is_theirs or version.stage not in {Stage.CANDIDATE, Stage.SHADOW}:
        return False
    others = version.product.promotions.filter(state__in=PromotionRequest.UNDER_WAY)
    return not others.exists()


def _steps(version: ModelVersion, terms: Promotion) -> list[StepRow]:
    order = [Stage.SHADOW, Stage.CANARY, Stage.CHAMPION]
    ended = len(order) if version.stage == Stage.RETIRED else -1
    now = order.index(Stage(version.stage)) if version.stage in order else ended
    taken = (
        (version.shadowed_at, version.shadowed_by),
        (version.canary_at, version.canary_by),
        (version.promoted_at, version.promoted_by),
    )
    wants = (
        _wants(terms.shadow_hours, terms.shadow_decisions),
        _wants(terms.canary_hours, terms.canary_decisions),
        "",
    )
    return [
        StepRow(
            label=str(stage.label),
            wants=wants[place],
            is_now=place == now,
            is_done=place < now and at is not None,
            is_left_out=place < now and at is None,
            at=at if place <= now else None,
            by=by.known_as if by and place <= now else "",
        )
        for place, (stage, (at, by)) in enumerate(zip(order, taken, strict=True))
    ]


def _wants(hours: int, decisions: int) -> str:
    said = []
    if hours:
        said.append(gettext("at least {n} hours").format(n=hours))
    if decisions:
        said.append(gettext("at least {n} decisions").format(n=decisions))
    return gettext(" and ").join(said) or gettext("no minimum")


def _requests() -> Any:
    return PromotionRequest.objects.select_related(
        "product", "version__product", "requested_by", "answered_by", "ended_by"
    ).order_by("-requested_at", "-pk")


def _request(found: PromotionRequest) -> RequestRow:
    return RequestRow(
        id=found.pk,
        version_id=found.version_id,
        version_name=found.version.name,
        product_name=found.product.name,
        state=found.state,
        state_label=found.get_state_display(),
        requested_by=found.requested_by.known_as,
        requested_at=found.requested_at,
        why=found.why,
        answered_by=found.answered_by.known_as if found.answered_by else "",
        answered_at=found.answered_at,
        answer=found.answer,
        ended_by=found.ended_by.known_as if found.ended_by else gettext("by itself"),
        ended_at=found.ended_at,
        ending=found.ending,
    )
