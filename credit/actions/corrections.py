"""Details that were wrong, put right: a new application takes the old one's place, both stay."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal as Money
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from credit.actions import assignments, audit, decisions, hand_entries, outbox
from credit.actions.refusals import ActionDenied, require_role
from credit.models import (
    Applicant,
    Application,
    AuditEvent,
    Correction,
    Decision,
    EventKind,
    ReasonFeedback,
    Role,
    User,
)
from credit.words import moment_in_words
from scoring.records import normalised

SHORTEST_WORDS = 10  # characters


class CannotBeCorrected(ActionDenied):
    """It was decided or corrected before."""


class NothingCorrected(ActionDenied):
    """What was sent is what the application says already."""


class SourceMissing(ActionDenied):
    """Nobody would know who said so."""


@transaction.atomic
def correct(
    *,
    decision_id: str,
    body: Mapping[str, Any],
    source: str,
    words: str,
    by: User,
    at: datetime,
) -> Correction:
    """Decide an application anew with `requested` and `features` as they are in truth.

    Of two officers at once the first one's correction stands. Raises `InputRefused` and then
    stores nothing.
    """
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="correct an application")
    decision = Decision.objects.select_related("application__product", "partner").get(
        pk=decision_id
    )
    old = Application.objects.select_for_update().get(pk=decision.application_id)
    _check_open(old, decision)
    said = words.strip()
    _check_source(source, said)
    assignments.check_may_decide(decision_id=decision_id, by=by, at=at)
    was_in_hand = assignments.is_held_by(by, decision_id=decision_id, at=at)
    made = decisions.decide_typed(
        product=decision.application.product.slug,
        partner=decision.partner,
        body={"reference": old.reference, **_applicant(old), **body},
        at=at,
    )
    new = Application.objects.select_related("score__contract").get(pk=made.decision_id)
    changes = _changes(old, new)
    if not changes:
        raise NothingCorrected(_("Nothing was changed: this is what the application says already."))
    _take_its_place(new, old)
    hand_entries.follow(of=decision, to=new.pk, at=at)
    made_good = Correction.objects.create(
        decision_id=new.pk,
        supersedes=decision,
        changes=changes,
        source=source,
        words=said,
        corrected_by=by,
        corrected_at=at,
    )
    _judge(made_good)
    _audit(made_good, old)
    _tell_partner(decision, at=at)
    if was_in_hand:
        assignments.take(decision_id=new.pk, by=by, at=at)
    return made_good


def _check_open(application: Application, decision: Decision) -> None:
    if application.can_be_corrected:
        return
    before = Correction.objects.select_related("corrected_by").filter(supersedes=decision).first()
    if before is None:
        raise CannotBeCorrected(_("A decided application stays as it was decided."))
    raise CannotBeCorrected(
        _("%(who)s corrected this application already, %(when)s UTC: correct the corrected one.")
        % {
            "who": before.corrected_by.known_as,
            "when": moment_in_words(before.corrected_at),
        }
    )


def _check_source(source: str, words: str) -> None:
    if source not in Correction.Source.values or len(words) < SHORTEST_WORDS:
        raise SourceMissing(
            _("Say where the right value is from, and at least %d characters of your own.")
            % SHORTEST_WORDS
        )


def _applicant(old: Application) -> dict[str, Any]:
    """Take along who applies, as far as that was said."""
    who = Applicant.objects.filter(pk=old.pk).first()
    return {"applicant": {"name": who.name, "address": who.address}} if who else {}


def _changes(old: Application, new: Application) -> list[dict[str, Any]]:
    """Compare what the two ask for and state, in the order of the new one's contract."""
    contract = new.score.contract.read()
    before, after = _stated(old, contract.feature_names), _stated(new, contract.feature_names)
    before |= normalised(contract, {name: before[name] for name in contract.feature_names})
    return [
        {"field": field, "before": before[field], "after": after[field]}
        for field in after
        if before[field] != after[field]
    ]


def _stated(application: Application, names: tuple[str, ...]) -> dict[str, Any]:
    asked = {
        "requested.amount": f"{Money(application.amount):.2f}",
        "requested.term_months": application.term_months,
    }
    return asked | {name: application.features.get(name) for name in names}


def _take_its_place(new: Application, old: Application) -> None:
    """Let the corrected one wait since the applicant began to."""
    new.received_at = old.received_at
    new.save(update_fields=["received_at"])
    old.status = Application.Status.SUPERSEDED
    old.save(update_fields=["status"])


def _tell_partner(decision: Decision, *, at: datetime) -> None:
    """Owe the partner that another decision counts now: `superseded_by` says which."""
    outbox.put(
        kind=EventKind.DECISION_MADE,
        partner=decision.partner,
        payload={"decision": decision.pk},
        turn="superseded",
        at=at,
    )


def _judge(made: Correction) -> None:
    """Keep, for the learning loop, that these reasons of the old score rest on wrong data."""
    features = [change["field"] for change in made.changes if "." not in change["field"]]
    for feature in features:
        ReasonFeedback.objects.update_or_create(
            decision_id=made.supersedes_id,
            feature=feature,
            given_by=made.corrected_by,
            defaults={"kind": ReasonFeedback.Kind.DATA_WRONG, "given_at": made.corrected_at},
        )


def _audit(made: Correction, old: Application) -> None:
    salt = bytes(old.salt)
    details: dict[str, Any] = {
        "source": made.source,
        "fields": [change["field"] for change in made.changes],
        "words": audit.commit(salt, made.words),
    }
    for target, other in (
        (made.supersedes_id, {"superseded_by": made.decision_id}),
        (made.decision_id, {"supersedes": made.supersedes_id}),
    ):
        audit.record(
            AuditEvent.Type.APPLICATION_CORRECTED,
            target=f"decision:{target}",
            by=made.corrected_by,
            at=made.corrected_at,
            **details,
            **other,
        )
