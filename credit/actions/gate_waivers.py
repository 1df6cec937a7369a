"""A failed gate that is let pass: with a validator's words, and a second person's signature."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from credit.actions import audit, stage_moves
from credit.actions.refusals import ActionDenied, NotAllowed, require_role
from credit.models import AuditEvent, GateWaiver, ModelVersion, Role, User
from credit.models.model_versions import FAIRNESS, NEVER_WAIVED


class WaiverDenied(ActionDenied):
    """Nobody may waive the gate."""


class WaivedAlready(ActionDenied):
    """Somebody signed it before."""


class JudgedSince(ActionDenied):
    """What it waives was judged anew."""


class NotTheirs(NotAllowed):
    """Who trained a version waives none of its gates, and nobody signs twice."""


class WhyMissing(ActionDenied):
    """A waiver is told in words."""


@transaction.atomic
def propose(*, version_id: int, gate: str, why: str, by: User, at: datetime) -> GateWaiver:
    """Say why a failed gate may be let pass; it counts once a second person has signed."""
    require_role(by, Role.MODEL_VALIDATOR, to="waive a gate")
    said = why.strip()
    if not said:
        raise WhyMissing(gettext("Say in a sentence why."))
    version = stage_moves.locked(version_id)
    _check_not_the_trainer(version, by=by)
    _check_can_be_waived(version, gate)
    judgement = version.judgement if gate == FAIRNESS else None
    made = GateWaiver.objects.create(
        version=version, gate=gate, judgement=judgement, why=said, first_by=by, first_at=at
    )
    _record(AuditEvent.Type.GATE_WAIVER_PROPOSED, made, by=by, at=at)
    return made


@transaction.atomic
def sign(*, waiver_id: int, by: User, at: datetime) -> GateWaiver:
    """Agree, as the second person, that a gate is let pass."""
    require_role(by, Role.MODEL_VALIDATOR, Role.COMPLIANCE, to="waive a gate")
    waivers = GateWaiver.objects.select_related("version__product").select_for_update(of=("self",))
    waiver = waivers.get(pk=waiver_id)
    _check_not_the_trainer(waiver.version, by=by)
    if waiver.second_by_id is not None:
        raise WaivedAlready(gettext("This waiver has its second signature already."))
    if waiver.first_by_id == by.pk:
        raise NotTheirs(gettext("Someone other than who proposed it must sign."))
    if not waiver.is_of(waiver.version.judgement):
        raise JudgedSince(
            gettext(
                "The gate was judged by the law of a later day since this was proposed: propose"
                " anew."
            )
        )
    waiver.second_by, waiver.second_at = by, at
    waiver.save(update_fields=["second_by", "second_at"])
    _record(AuditEvent.Type.GATE_WAIVED, waiver, by=by, at=at)
    return waiver


def _check_not_the_trainer(version: ModelVersion, *, by: User) -> None:
    if version.is_work_of(by):
        raise NotTheirs(gettext("Someone other than the trainer waives a gate."))


def _check_can_be_waived(version: ModelVersion, gate: str) -> None:
    if gate in NEVER_WAIVED:
        words = gettext("The gate {gate} is never waived: without it the bundle is not the model.")
        raise WaiverDenied(words.format(gate=gate))
    if gate not in {failed["name"] for failed in version.failed_gates}:
        words = gettext("{version} failed no gate {gate} that blocks.")
        raise WaiverDenied(words.format(version=version.name, gate=gate))
    if gate in {each.gate for each in version.waivers_now()}:
        raise WaivedAlready(gettext("A waiver of this gate was proposed already."))


def _record(kind: AuditEvent.Type, waiver: GateWaiver, *, by: User, at: datetime) -> None:
    audit.record(
        kind,
        target=f"model:{waiver.version.name}",
        by=by,
        at=at,
        gate=waiver.gate,
        why=waiver.why,
        bundle=waiver.version.bundle_hash,
    )
