"""What partners say of a decision: that a reason is wrong, unhelpful, or that the data is."""

from datetime import datetime

from credit import tenancy
from credit.actions import audit
from credit.actions.refusals import ActionDenied
from credit.models import ApiKey, Application, AuditEvent, Decision, PartnerFeedback
from scoring.features import FieldProblem, InputRefused

MOST = 20  # of one decision; more is no feedback but traffic


class TooMuchFeedback(ActionDenied):
    """So much was said of this decision that another word would not be read."""


def give(
    *, decision_id: str, kind: str, text: str, feature: str = "", key: ApiKey, at: datetime
) -> PartnerFeedback:
    """Keep what a partner says of its own decision; the same again changes nothing."""
    with tenancy.rows_of(key.partner):
        decision = Decision.objects.get(pk=decision_id)
        application = Application.objects.select_for_update().get(pk=decision.application_id)
        _check_feature(feature, application)
        said = decision.partner_feedback.filter(kind=kind, feature=feature, text=text).first()
        if said is not None:
            return said
        if decision.partner_feedback.count() >= MOST:
            raise TooMuchFeedback(f"A decision takes at most {MOST} pieces of feedback.")
        given = PartnerFeedback.objects.create(
            decision=decision, kind=kind, feature=feature, text=text, given_at=at, given_with=key
        )
        audit.record(
            AuditEvent.Type.FEEDBACK_GIVEN,
            target=f"decision:{decision.pk}",
            by=None,
            partner=key.partner,
            at=at,
            kind=kind,
            feature=feature,
            text=audit.commit(bytes(application.salt), text),
        )
        return given


def _check_feature(feature: str, application: Application) -> None:
    contract = application.score.contract.read()
    if feature and feature not in contract.feature_names:
        words = "must be a feature of the contract that the decision was made under"
        raise InputRefused((FieldProblem("/feature", "unknown_category", words),))
