"""What processes count is kept by the minute: each thing once, whoever writes and whatever ends."""

from datetime import timedelta

import factories
import service_scene
from service_scene import DECIDING, MINUTE, requests

from credit import meters
from monitoring.models import MinuteCounts
from monitoring.service import counts

AT = factories.AT
HOUR = timedelta(hours=1)


def rose(since=AT - HOUR, until=AT):
    return counts.total(rise for _, rise in counts.rises(since=since, until=until))


def n_of(found, name=f"{DECIDING} 2xx"):
    return found.get("requests", {}).get(name, [0.0])[-1]


def test_the_first_process_in_a_minute_writes_it_and_the_others_do_not(db):
    assert counts.keep(at=AT)
    assert not counts.keep(at=AT + timedelta(seconds=20))
    assert counts.keep(at=AT + MINUTE)

    assert MinuteCounts.objects.count() == 2


def test_what_metrics_tells_is_what_is_written_down(db):
    before = counts.counted()
    meters.answered("api/v1/decisions", "POST", 201, 0.003)
    meters.answered("api/v1/decisions", "POST", 500, 0.2)
    meters.worked("credit.seal_audit", "SUCCESS", 0.5)
    meters.used("web", 1.5)

    found = counts._difference(before, counts.counted())

    answered = found["requests"][f"{DECIDING} 2xx"]
    assert answered == [0.003, 0.0, *[1.0] * (len(counts.BOUNDS) - 1)]
    assert found["requests"][f"{DECIDING} 5xx"][-1] == 1
    assert found["tasks"]["credit.seal_audit SUCCESS"][0] == 0.5
    assert found["processor"] == {"web": [1.5]}


def test_what_rose_is_added_up_over_machines(db):
    service_scene.minutes(until=AT, several=[requests(answered=3), requests(answered=4)])
    service_scene.minutes(until=AT, several=[requests(answered=5)], machine="web-2")

    assert n_of(rose()) == 12
    assert counts.machines(since=AT - HOUR, until=AT) == 2


def test_the_first_sums_of_a_machine_only_say_where_counting_begins(db):
    service_scene.counted(AT - MINUTE, requests(answered=900))
    service_scene.counted(AT, requests(answered=902))

    assert n_of(rose()) == 2


def test_a_machine_that_began_anew_is_counted_from_nothing(db):
    service_scene.counted(AT - 2 * MINUTE, requests(answered=900, faults=1))
    service_scene.counted(AT - MINUTE, requests(answered=7))
    service_scene.counted(AT, requests(answered=9))

    assert n_of(rose()) == 9


def test_a_minute_that_nobody_wrote_is_in_the_next(db):
    service_scene.counted(AT - 20 * MINUTE, requests(answered=10))
    service_scene.counted(AT, requests(answered=30))

    assert n_of(rose(since=AT - MINUTE)) == 20


def test_each_count_is_in_one_of_two_stretches_that_follow_each_other(db):
    service_scene.minutes(until=AT, several=[requests(answered=1)] * 10)
    middle = AT - 4 * MINUTE

    assert n_of(rose(until=middle)) + n_of(rose(since=middle)) == n_of(rose()) == 10


def test_counts_in_other_bounds_than_todays_give_way_to_todays():
    old, new = {"requests": {"GET  2xx": [1.0, 2.0]}}, requests(answered=3, route="GET ")

    assert counts.total([old, new]) == new


def test_old_minutes_are_forgotten(db):
    service_scene.counted(AT - counts.KEPT - MINUTE, {})
    service_scene.counted(AT, {})

    counts.forget(at=AT)

    assert [row.counted_at for row in MinuteCounts.objects.all()] == [AT]
