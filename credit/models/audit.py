from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from credit.audit_chain import Event
from credit.models.partners import Partner


def event_types() -> list[tuple[str, str]]:
    """List what may be recorded; a function, so that a new kind of event is no migration."""
    return AuditEvent.Type.choices


class AuditEvent(models.Model):
    """Something that was done, by whom and when. Append-only; sealed in batches.

    Personal data stands in `details` only as salted commitments.
    """

    class Type(models.TextChoices):
        APPLICATION_DECIDED = "application_decided", "Application scored and recommended"
        APPLICATION_EXPLORED = "application_explored", "Application drawn to learn from"
        APPLICATION_ENTERED = "application_entered", "Application entered by hand"
        APPLICATION_CORRECTED = "application_corrected", "Application corrected"
        WHAT_IF_USED = "what_if_used", "What-if looked at"
        BATCH_RECEIVED = "batch_received", "File of applications received"
        BATCH_DECIDED = "batch_decided", "Rows of a file scored and recommended"
        BATCH_ENDED = "batch_ended", "File of applications finished"
        OFFICER_DECIDED = "officer_decided", "Officer decided"
        DECISION_PROPOSED = "decision_proposed", "Decision proposed for a second signature"
        DECISION_SENT_BACK = "decision_sent_back", "Proposed decision sent back"
        PROPOSAL_DROPPED = "proposal_dropped", "Proposed decision dropped"
        DECISION_UNDONE = "decision_undone", "Officer's decision undone"
        DECISION_REOPENED = "decision_reopened", "Decision reopened by a review"
        INFORMATION_REQUESTED = "information_requested", "Information asked for"
        INFORMATION_ANSWERED = "information_answered", "Information came"
        CLOSED_AS_INCOMPLETE = "closed_as_incomplete", "Application closed as incomplete"
        OFFER_ANSWERED = "offer_answered", "Counter-offer answered or lapsed"
        APPLICATION_WITHDRAWN = "application_withdrawn", "Application withdrawn by the applicant"
        NOTE_WRITTEN = "note_written", "Note written"
        APPLICATION_TAKEN = "application_taken", "Application taken from the queue"
        APPLICATION_RELEASED = "application_released", "Application given back to the queue"
        APPLICATION_REASSIGNED = "application_reassigned", "Application given to an officer"
        APPLICATION_REFERRED_UP = "application_referred_up", "Application referred up"
        VIEW_SAVED = "view_saved", "View of the queue saved"
        VIEW_REMOVED = "view_removed", "View of the queue removed"
        PRACTICE_PREPARED = "practice_prepared", "Past cases prepared for practice"
        PRACTICE_ANSWERED = "practice_answered", "Past case judged in practice"
        NOTICE_ISSUED = "notice_issued", "Notice issued"
        NOTICE_NOT_PROVED = "notice_not_proved", "Notice could not be proved"
        NOTICE_WORDED = "notice_worded", "Reasons of a notice stated"
        NOTICE_EXPORTED = "notice_exported", "Record of a notice exported"
        REVIEW_ASKED = "review_asked", "Review asked for"
        REVIEW_ANSWERED = "review_answered", "Review answered"
        FEEDBACK_GIVEN = "feedback_given", "Feedback given"
        FEEDBACK_CORRECTED = "feedback_corrected", "Feedback corrected"
        OUTCOME_REPORTED = "outcome_reported", "Outcome reported"
        OUTCOME_CORRECTED = "outcome_corrected", "Outcome corrected"
        OUTCOME_REQUESTED = "outcome_requested", "Outcome asked for"
        CONTRACT_REGISTERED = "contract_registered", "Contract registered"
        POLICY_PROPOSED = "policy_proposed", "Change of policy proposed"
        POLICY_REFUSED = "policy_refused", "Change of policy refused"
        POLICY_PROPOSAL_DROPPED = "policy_proposal_dropped", "Change of policy taken back"
        POLICY_PUT_IN_FORCE = "policy_put_in_force", "Policy put in force"
        POLICY_WITHDRAWN = "policy_withdrawn", "Policy withdrawn before its date"
        POPULATION_COUNTED = "population_counted", "Groups of a month counted"
        LOANS_INGESTED = "loans_ingested", "Past loans ingested"
        TRAINING_REQUESTED = "training_requested", "Training requested"
        MODEL_TRAINED = "model_trained", "Model trained"
        TRAINING_FAILED = "training_failed", "Training failed"
        TRAINING_CANCELLED = "training_cancelled", "Training cancelled"
        TRAINING_NOT_STARTED = "training_not_started", "Training due and not started"
        RETRAINING_SCHEDULED = "retraining_scheduled", "Retraining scheduled"
        MODEL_SHADOWED = "model_shadowed", "Model put into shadow"
        PROMOTION_REQUESTED = "promotion_requested", "Promotion asked for"
        PROMOTION_APPROVED = "promotion_approved", "Promotion approved"
        PROMOTION_REFUSED = "promotion_refused", "Promotion refused"
        PROMOTION_ENDED = "promotion_ended", "Promotion withdrawn, halted or superseded"
        GATE_WAIVER_PROPOSED = "gate_waiver_proposed", "Waiver of a gate proposed"
        GATE_WAIVED = "gate_waived", "Gate waived"
        GATE_JUDGED = "gate_judged", "Gate judged by the law of a later day"
        MODEL_CANARY = "model_canary", "Model made the canary"
        CANARY_TAKEN_BACK = "canary_taken_back", "Canary taken back"
        CANARY_HALTED = "canary_halted", "Canary halted itself"
        MODEL_PROMOTED = "model_promoted", "Model promoted"
        MODEL_RETIRED = "model_retired", "Model retired"
        MODEL_ROLLED_BACK = "model_rolled_back", "Rolled back to the champion before"
        MODEL_COMMENTED = "model_commented", "Comment on a model"
        MODEL_COMMENT_RESOLVED = "model_comment_resolved", "Comment on a model resolved"
        FAIR_SEARCH_MADE = "fair_search_made", "Fairer alternatives searched"
        FAIR_ALTERNATIVE_TAKEN = "fair_alternative_taken", "Fairer alternative taken"
        FAIR_ALTERNATIVE_LEFT = "fair_alternative_left", "Fairer alternative not taken"
        DOSSIER_ASKED = "dossier_asked", "Dossier asked for"
        DOSSIER_MADE = "dossier_made", "Dossier of a model made"
        INVENTORY_WRITTEN = "inventory_written", "Model inventory written"
        SERVICE_STOPPED = "service_stopped", "Models of a product stopped"
        SERVICE_RESUMED = "service_resumed", "Models of a product score again"
        KEY_ISSUED = "key_issued", "API key issued"
        KEY_REVOKED = "key_revoked", "API key revoked"
        KEY_ROTATED = "key_rotated", "API key replaced"
        KEY_LIMITED = "key_limited", "Rate limit of a key set"
        TOKEN_GRANTED = "token_granted", "Access token granted"
        RECORD_EXPORTED = "record_exported", "Record of a decision exported"
        MONTH_DROPPED = "month_dropped", "Month dropped at the end of its retention"
        HOLD_PLACED = "hold_placed", "Legal hold placed"
        HOLD_LIFTED = "hold_lifted", "Legal hold lifted"
        FAIRNESS_ASKED = "fairness_asked", "Fairness reports asked for"
        VAULT_READ = "vault_read", "Protected attributes read for aggregates"
        USER_CREATED = "user_created", "User created"
        ROLES_CHANGED = "roles_changed", "Roles changed"
        ACCOUNT_CHANGED = "account_changed", "Account changed"
        PARTNER_CHANGED = "partner_changed", "Partner changed"
        PASSWORD_SET = "password_set", "Password set"
        MAIL_SET = "mail_set", "Mail of alerts set"
        ALERT_ACKNOWLEDGED = "alert_acknowledged", "Alert acknowledged"
        ALERT_ASSIGNED = "alert_assigned", "Alert given to a person"
        ALERT_COMMENTED = "alert_commented", "Comment on an alert"
        ALERT_RESOLVED = "alert_resolved", "Alert resolved"
        ALERT_SILENCED = "alert_silenced", "Alerts silenced"
        ALERT_UNSILENCED = "alert_unsilenced", "Silence of alerts ended"
        ALERTS_DROPPED = "alerts_dropped", "Old alerts dropped"
        CASE_CLOSED = "case_closed", "Case of an alert closed"
        WEBHOOK_REGISTERED = "webhook_registered", "Webhook registered"
        WEBHOOK_PAUSED = "webhook_paused", "Webhook paused"
        WEBHOOK_RESUMED = "webhook_resumed", "Webhook resumed"
        WEBHOOK_SECRET_ROTATED = "webhook_secret_rotated", "Webhook's secret exchanged"
        WEBHOOK_REMOVED = "webhook_removed", "Webhook removed"
        WEBHOOK_DISABLED = "webhook_disabled", "Webhook disabled"
        WEBHOOK_REPLAYED = "webhook_replayed", "Webhook delivery replayed"

    type = models.CharField(max_length=30, choices=event_types)
    target = models.CharField(max_length=80, help_text="as in decision:01J…, model:consumer-loan/7")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, db_index=False
    )
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField()
    details = models.JSONField(default=dict)
    hash = models.CharField(max_length=64, help_text="SHA-256 of the event's canonical JSON")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["target"], name="audit_event_by_target")]

    def __str__(self) -> str:
        return f"{self.type} {self.target}"

    @property
    def fields(self) -> dict[str, Any]:
        """What the event's hash is taken of."""
        return Event(
            type=str(self.type),
            target=self.target,
            user=self.user_id,
            partner=self.partner_id,
            at=self.at,
            details=self.details,
        ).fields


class AuditSeal(models.Model):
    """A Merkle root over a batch of events, chained to the seal before it. Append-only."""

    number = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    events = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"seal {self.number}"

    @property
    def fields(self) -> dict[str, Any]:
        """What the seal's hash is taken of."""
        return {
            "number": self.number,
            "root": self.root,
            "events": self.events,
            "previous_hash": self.previous_hash,
            "sealed_at": self.sealed_at,
        }


class AuditLeaf(models.Model):
    """An event's place under its seal. Append-only."""

    event = models.OneToOneField(
        AuditEvent,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="leaf",
        db_constraint=False,  # a missing event shows when the trail is verified
    )
    seal = models.ForeignKey(  # written with it, and neither is ever deleted: no check a row
        AuditSeal,
        on_delete=models.PROTECT,
        related_name="leaves",
        db_index=False,
        db_constraint=False,
    )
    position = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            # Held within a month: no seal covers events of two (decision record 0016).
            models.UniqueConstraint(fields=["seal", "position"], name="audit_leaf_one_place"),
        ]

    def __str__(self) -> str:
        return f"{self.seal_id}.{self.position}"
