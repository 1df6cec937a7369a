"""Decisions given out of the house, to be proved elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit import store
from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, Decision, Notice, Role, Score, User
from credit.records import record_of
from scoring.records import to_json


class RecordNotComplete(ActionDenied):
    """A part of what proves the decision is gone, so that nothing is given out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """All that `python -m scoring.verify` needs."""

    record: bytes
    bundle: bytes | None  # None where no model scored
    policy_contract: str | None  # text; None where it is the bundle's own contract


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedNotice:
    """A notice with all that `python -m scoring.verify` needs."""

    notice: bytes
    pdf: bytes
    html: bytes
    bundle: bytes | None
    policy_contract: str | None


@transaction.atomic
def export(*, decision_id: str, by: User, at: datetime) -> Exported:
    """Give out a decision with what it was made by; the trail keeps who took it."""
    require_role(by, Role.AUDITOR, Role.COMPLIANCE, Role.MODEL_VALIDATOR, to="export a record")
    decision = Decision.objects.select_related(
        "application__product", "application__score__contract", "policy__contract"
    ).get(pk=decision_id)
    score = decision.application.score
    record = record_of(decision, contract=score.contract.read())
    if record is None:
        raise RecordNotComplete(_("The audit trail knows nothing of this decision."))
    is_own_policy = score.bundle_hash and record.policy_contract == record.contract
    exported = Exported(
        record=to_json(record),
        bundle=_bundle(score),
        policy_contract=None if is_own_policy else decision.policy.contract_text,
    )
    audit.record(AuditEvent.Type.RECORD_EXPORTED, target=f"decision:{decision.pk}", by=by, at=at)
    return exported


def _bundle(score: Score) -> bytes | None:
    if not score.bundle_hash:
        return None
    try:
        return store.get(score.bundle_hash, ".zip")
    except (store.FileMissing, store.FileAltered) as trouble:
        raise RecordNotComplete(str(trouble)) from trouble


@transaction.atomic
def export_notice(*, notice_id: int, by: User, at: datetime) -> ExportedNotice:
    """Give out a notice that left, with what proves it; the trail keeps who took it."""
    require_role(by, Role.AUDITOR, Role.COMPLIANCE, Role.MODEL_VALIDATOR, to="export a record")
    notice = Notice.objects.get(pk=notice_id)
    decision = Decision.objects.select_related(
        "application__score__contract", "policy__contract"
    ).get(pk=notice.decision_id)
    score = decision.application.score
    is_own_policy = score.bundle_hash and decision.policy.contract_hash == score.contract.hash
    exported = ExportedNotice(
        notice=bytes(notice.certificate),
        pdf=bytes(notice.pdf),
        html=bytes(notice.html),
        bundle=_bundle(score),
        policy_contract=None if is_own_policy else decision.policy.contract_text,
    )
    audit.record(
        AuditEvent.Type.NOTICE_EXPORTED,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        kind=notice.kind,
        number=notice.number,
    )
    return exported
