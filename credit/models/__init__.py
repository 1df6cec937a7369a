from credit.models.alert_deliveries import AlertDelivery
from credit.models.alerts import Alert, AlertCase, AlertSilence, AlertStep
from credit.models.applications import Applicant, Application
from credit.models.audit import AuditEvent, AuditLeaf, AuditSeal
from credit.models.batches import Batch, BatchRow
from credit.models.conversations import InformationRequest, OfferAnswer, Withdrawal
from credit.models.decisions import Decision, RecommendationFeedback, Score
from credit.models.entries import Correction, HandEntry, PastLoans
from credit.models.exploration import Exploration, ExplorationMonth
from credit.models.fair_alternatives import FairDecision, FairSearch
from credit.models.holds import LegalHold
from credit.models.idempotency import IdempotencyRecord
from credit.models.inventory import InventoryEntry, VersionComment
from credit.models.model_versions import ModelVersion, RetrainingSchedule, TrainingRun
from credit.models.notices import Notice, NoticeFailure, NoticeKind, NoticeWording
from credit.models.officer_decisions import (
    OfficerDecision,
    OfficerVerdict,
    ProposedDecision,
    UndoneDecision,
)
from credit.models.outcomes import Outcome
from credit.models.partner_feedback import PartnerFeedback
from credit.models.partners import ApiKey, Partner
from credit.models.policies import PolicyProposal, PolicyWithdrawal
from credit.models.populations import CountedGroups, CountedMonth
from credit.models.practice import PracticeAnswer, PracticeCase
from credit.models.products import (
    ContractVersion,
    Ingestion,
    PolicyVersion,
    Product,
    Snapshot,
    SnapshotReport,
)
from credit.models.promotions import (
    CanaryCheck,
    CanaryMinute,
    GateJudgement,
    GateWaiver,
    PromotionRequest,
)
from credit.models.queue import ClockStop, QueueItem, Referral, SavedView
from credit.models.remarks import OfficerNote, ReasonFeedback
from credit.models.reviews import ReviewRequest
from credit.models.shadows import ShadowScore
from credit.models.stage_changes import ServiceStop, StageChange
from credit.models.users import ROLES_APART, Role, User
from credit.models.webhooks import EventKind, WebhookDelivery, WebhookEndpoint, WebhookEvent

__all__ = [
    "ROLES_APART",
    "Alert",
    "AlertCase",
    "AlertDelivery",
    "AlertSilence",
    "AlertStep",
    "ApiKey",
    "Applicant",
    "Application",
    "AuditEvent",
    "AuditLeaf",
    "AuditSeal",
    "Batch",
    "BatchRow",
    "CanaryCheck",
    "CanaryMinute",
    "ClockStop",
    "ContractVersion",
    "Correction",
    "CountedGroups",
    "CountedMonth",
    "Decision",
    "EventKind",
    "Exploration",
    "ExplorationMonth",
    "FairDecision",
    "FairSearch",
    "GateJudgement",
    "GateWaiver",
    "HandEntry",
    "IdempotencyRecord",
    "InformationRequest",
    "Ingestion",
    "InventoryEntry",
    "LegalHold",
    "ModelVersion",
    "Notice",
    "NoticeFailure",
    "NoticeKind",
    "NoticeWording",
    "OfferAnswer",
    "OfficerDecision",
    "OfficerNote",
    "OfficerVerdict",
    "Outcome",
    "Partner",
    "PartnerFeedback",
    "PastLoans",
    "PolicyProposal",
    "PolicyVersion",
    "PolicyWithdrawal",
    "PracticeAnswer",
    "PracticeCase",
    "Product",
    "PromotionRequest",
    "ProposedDecision",
    "QueueItem",
    "ReasonFeedback",
    "RecommendationFeedback",
    "Referral",
    "RetrainingSchedule",
    "ReviewRequest",
    "Role",
    "SavedView",
    "Score",
    "ServiceStop",
    "ShadowScore",
    "Snapshot",
    "SnapshotReport",
    "StageChange",
    "TrainingRun",
    "UndoneDecision",
    "User",
    "VersionComment",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "Withdrawal",
]
