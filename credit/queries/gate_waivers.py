"""Failed gates that were let pass, and who signed, for a page."""

from dataclasses import dataclass
from datetime import datetime

from credit.models import GateWaiver, ModelVersion, Role, User
from credit.models.model_versions import NEVER_WAIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverRow:
    """A failed gate that was let pass, or waits for its second signature."""

    id: int
    gate: str
    version_id: int
    version_name: str
    why: str
    first_by: str
    first_at: datetime
    second_by: str
    second_at: datetime | None
    may_sign: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedWaiver:
    """Why a failed gate was let pass, and who signed when."""

    why: str
    signatures: tuple[tuple[str, datetime], tuple[str, datetime]]


def to_sign(user: User) -> list[WaiverRow]:
    """List waivers without a second signature, the oldest first."""
    found = GateWaiver.objects.filter(second_by=None).select_related("version__product", "first_by")
    found = found.prefetch_related("version__judgements")
    return [
        _waiver(each, user)
        for each in found.order_by("first_at", "pk")
        if each.is_of(each.version.judgement)
    ]


def signed_of(version_id: int) -> dict[str, SignedWaiver]:
    """Give by gate what two people let pass of a version."""
    found = GateWaiver.objects.filter(version=version_id, second_by__isnull=False)
    people = found.select_related("version", "first_by", "second_by")
    return {
        each.gate: SignedWaiver(
            why=each.why,
            signatures=(
                (each.first_by.known_as, each.first_at),
                (each.second_by.known_as, each.second_at),
            ),
        )
        for each in people.prefetch_related("version__judgements")
        if each.second_by and each.second_at and each.is_of(each.version.judgement)
    }


def of_version(version: ModelVersion, user: User) -> dict[str, WaiverRow]:
    """Give a version's waivers by gate."""
    return {each.gate: _waiver(each, user) for each in version.waivers_now()}


def may_propose(version: ModelVersion, user: User, waivers: dict[str, WaiverRow]) -> frozenset[str]:
    """Name the gates that this person may propose to waive."""
    if version.why_not_theirs(user) is not None:
        return frozenset()
    failed = {gate["name"] for gate in version.failed_gates}
    return frozenset(failed - set(NEVER_WAIVED) - set(waivers))


def _waiver(found: GateWaiver, user: User) -> WaiverRow:
    is_apart = user.pk != found.first_by_id and not found.version.is_work_of(user)
    return WaiverRow(
        id=found.pk,
        gate=found.gate,
        version_id=found.version_id,
        version_name=found.version.name,
        why=found.why,
        first_by=found.first_by.known_as,
        first_at=found.first_at,
        second_by=found.second_by.known_as if found.second_by else "",
        second_at=found.second_at,
        may_sign=found.second_by_id is None
        and is_apart
        and user.has_role(Role.MODEL_VALIDATOR, Role.COMPLIANCE),
    )
