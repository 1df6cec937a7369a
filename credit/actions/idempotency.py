"""Answers kept to be given again, for a stated time."""

from datetime import datetime, timedelta

from credit.models import IdempotencyRecord

KEPT_FOR = timedelta(days=30)


def purge(*, at: datetime) -> int:
    """Forget the answers of keys that are too old to come again; says how many."""
    old = IdempotencyRecord.objects.filter(created_at__lt=at - KEPT_FOR)
    return old.delete()[0]
