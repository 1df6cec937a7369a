"""Whether recommendations help the people who decide."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import (
    AuditEvent,
    Decision,
    ReasonFeedback,
    RecommendationFeedback,
    Role,
    User,
)


class NoSuchReason(ActionDenied):
    """Only a reason of the application's own score can be judged."""


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


@transaction.atomic
def give_on_reason(
    *, decision_id: str, feature: str, kind: str, by: User, at: datetime
) -> ReasonFeedback | None:
    """Keep what a person thinks of one reason, in place of what they thought; None takes it back.

    The same again takes it back, so that one press does and undoes it.
    """
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="judge a reason")
    decision = Decision.objects.select_related("application__score__contract").get(pk=decision_id)
    _check_reason(decision, feature, kind)
    mine = ReasonFeedback.objects.select_for_update().filter(
        decision=decision, feature=feature, given_by=by
    )
    before = mine.first()
    is_same = before is not None and before.kind == kind
    given = None
    if is_same:
        mine.delete()
    else:
        given, _new = mine.update_or_create(
            decision=decision,
            feature=feature,
            given_by=by,
            defaults={"kind": kind, "given_at": at},
        )
    audit.record(
        AuditEvent.Type.FEEDBACK_GIVEN,
        target=f"decision:{decision.pk}",
        by=by,
        at=at,
        feature=feature,
        kind="" if is_same else kind,
        replaces=before is not None,
    )
    return given


def _check_reason(decision: Decision, feature: str, kind: str) -> None:
    score = decision.application.score
    if kind not in ReasonFeedback.Kind.values or not score.contributions:
        raise NoSuchReason(_("There is no such reason to judge."))
    if feature not in score.contract.read().feature_names:
        raise NoSuchReason(_("The score of this application has no such reason."))
