"""The fairness reports that people asked for. Reads two tables, and loads nothing that computes."""

from credit.models import AuditEvent, Product
from monitoring.models import FairnessReport


def unanswered() -> list[AuditEvent]:
    """Find what was asked for; an event is looked up by its target, of which there are few."""
    targets = [f"fairness:{slug}" for slug in Product.objects.values_list("slug", flat=True)]
    asked = AuditEvent.objects.filter(
        target__in=[*targets, "fairness:all"], type=AuditEvent.Type.FAIRNESS_ASKED
    )
    events = list(asked.select_related("user").order_by("pk"))
    done = dict[int, int]()
    answered = FairnessReport.objects.filter(asked_by_event__in=[event.pk for event in events])
    for event_id in answered.values_list("asked_by_event", flat=True):
        done[event_id or 0] = done.get(event_id or 0, 0) + 1
    return [event for event in events if done.get(event.pk, 0) < len(event.details["stages"])]
