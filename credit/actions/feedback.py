"""Whether recommendations help the people who decide."""

from datetime import datetime

from django.db import transaction

from credit.actions import audit
from credit.actions.refusals import require_role
from credit.models import AuditEvent, Decision, RecommendationFeedback, Role, User


@transaction.atomic
def give(
    *, decision_id: str, is_helpful: bool, comment: str = "", by: User, at: datetime
) -> RecommendationFeedback:
    """Keep a person's opinion of a recommendation; a second one takes the first one's place."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="judge a recommendation")
    decision = Decision.objects.get(pk=decision_id)
    given, is_new = RecommendationFeedback.objects.update_or_create(
        decision=decision,
        given_by=by,
        defaults={"is_helpful": is_helpful, "comment": comment.strip(), "given_at": at},
    )
    audit.record(
        AuditEvent.Type.FEEDBACK_GIVEN,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        is_helpful=is_helpful,
        replaces=not is_new,
    )
    return given
