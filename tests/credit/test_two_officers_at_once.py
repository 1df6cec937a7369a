"""Officers who take at the same moment, over connections of their own, never get the same one."""

from collections import Counter
from datetime import timedelta

import factories
import pytest
from django.db import connection

from credit.actions import assignments, officer_decisions, queue_items
from credit.models import AuditEvent, QueueItem, Role
from credit.queue_filters import Wanted

AT = factories.AT
OFFICERS, WAITING = 8, 5


@pytest.fixture
def live(committed, toy_bundle):
    """Bring a product live; what another test left in the queue is not to be taken."""
    QueueItem.objects.all().delete()
    return factories.live_product(toy_bundle)


def test_none_is_taken_twice_and_none_is_left(live, at_once):
    ids = {factories.decide(**factories.REFERRED).decision_id for _ in range(WAITING)}
    people = [factories.user(Role.OFFICER) for _ in range(OFFICERS)]

    def take(person):
        return assignments.take_next(wanted=Wanted(), by=person, at=AT).decision_id

    came = at_once(take, people)
    while any(isinstance(each, assignments.NothingToTake) for each in came):
        # Skipped while somebody else looked at it is not left: whoever asks again finds it.
        free = QueueItem.objects.free(AT).count()
        if not free:
            break
        came += at_once(take, people[:free])

    taken = Counter(each for each in came if isinstance(each, str))
    assert set(taken) == ids
    assert set(taken.values()) == {1}
    refused = [each for each in came if not isinstance(each, str)]
    assert {type(each) for each in refused} <= {assignments.NothingToTake}
    assert AuditEvent.objects.filter(type="application_taken").count() == WAITING

    one = min(ids)
    later = AT + timedelta(hours=2)

    def take_this(person):
        assignments.take(decision_id=one, by=person, at=later)
        return person.pk

    winners = [each for each in at_once(take_this, people) if isinstance(each, int)]
    assert [QueueItem.objects.get(pk=one).held_by_id] == winners

    def decide(person):
        return officer_decisions.record(
            decision_id=one, verdict="approve", by=person, at=later
        ).decided_by_id

    decided = [each for each in at_once(decide, people) if isinstance(each, int)]
    assert decided == winners
    assert not QueueItem.objects.filter(pk=one).exists()


def test_a_look_does_not_wait_for_another_that_gathers(live, at_once):
    factories.decide(**factories.REFERRED)

    def look(_):
        return queue_items.gather(at=AT)

    with connection.cursor() as other:
        other.execute("SELECT pg_advisory_lock(7301005)")
        meanwhile = at_once(look, [None])
        other.execute("SELECT pg_advisory_unlock(7301005)")

    assert (meanwhile, at_once(look, [None])) == ([0], [1])
