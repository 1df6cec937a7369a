"""A key may call so often and no oftener, over all processes; each answer says what is left."""

from datetime import UTC, datetime, timedelta

import pytest
from api_lending import Partner, key_of
from django.db import OperationalError

from credit import rates
from credit.models import Application
from credit.rates import Limit, take

LIMIT = Limit(per_second=10, burst=20)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Hold this process's clock and PostgreSQL's; give what sets both forward."""
    now, settle = [1_000.0], rates._SETTLE
    monkeypatch.setattr(rates, "_buckets", {})
    monkeypatch.setattr("credit.rates.time.monotonic", lambda: now[0])

    def forward(seconds):
        now[0] += seconds
        held = settle.replace("clock_timestamp()", f"to_timestamp({now[0]})")
        monkeypatch.setattr(rates, "_SETTLE", held)

    forward(0)
    return forward


@pytest.fixture
def limited(champion):
    return Partner(key_of(limit=Limit(1, 3)).key)


def test_every_answer_says_the_policy_and_what_is_left(limited):
    answers = [limited.get("/api/v1/products"), limited.decide(), limited.decide({})]

    assert [answer.status_code for answer in answers] == [200, 201, 400]
    assert [answer.headers["RateLimit-Policy"] for answer in answers] == ['"default";q=3;w=3'] * 3
    assert [answer.headers["RateLimit"] for answer in answers] == [
        '"default";r=2;t=1',
        '"default";r=1;t=2',
        '"default";r=0;t=3',
    ]


def test_beyond_the_limit_there_is_a_429_that_says_how_long_to_wait(limited, clock):
    for _ in range(3):
        limited.decide()

    refused = limited.decide()
    clock(int(refused.headers["Retry-After"]))
    later = limited.decide()

    assert refused.status_code == 429
    assert refused.json()["type"] == "/api/v1/docs/problems/#rate-limited"
    assert "1 requests a second and 3 at once" in refused.json()["detail"]
    assert refused.headers["RateLimit"] == '"default";r=0;t=3'
    assert later.status_code == 201
    assert Application.objects.count() == 4


def test_a_refused_request_counts_as_well(db):
    partner = Partner(key_of(scopes=["score"], limit=Limit(1, 1)).key)

    answers = [partner.get("/api/v1/decisions").status_code for _ in range(2)]

    assert answers == [403, 429]


def test_who_is_not_known_is_told_of_no_limit(stranger):
    assert "RateLimit" not in stranger.get("/api/v1/products").headers


def test_another_key_of_the_same_partner_has_its_own_bucket(db):
    one, two = (Partner(key_of(limit=Limit(1, 1)).key) for _ in range(2))

    answers = [each.get("/api/v1/products").status_code for each in (one, one, two)]

    assert answers == [200, 429, 200]


def test_without_a_limit_of_its_own_the_installation_s_holds(db, settings):
    settings.EVENHAND_RATE_PER_SECOND, settings.EVENHAND_RATE_BURST = 2, 5

    answer = Partner(key_of().key).get("/api/v1/products")

    assert answer.headers["RateLimit-Policy"] == '"default";q=5;w=3'


def test_a_key_that_expires_soon_says_when(db):
    soon, later = (Partner(key_of(days=days).key) for days in (10, 20))

    assert "Evenhand-Key-Expires" not in later.get("/api/v1/products").headers
    said = soon.get("/api/v1/products").headers["Evenhand-Key-Expires"]
    assert datetime.fromisoformat(said) - datetime.now(UTC) < timedelta(days=10)


# --- the buckets


class Process:
    """Another web process: it has buckets of its own and the same database."""

    def __init__(self, monkeypatch):
        self.monkeypatch, self.buckets = monkeypatch, {}

    def take(self, times=1, name="k"):
        self.monkeypatch.setattr(rates, "_buckets", self.buckets)
        return sum(take(name, LIMIT).is_allowed for _ in range(times))


@pytest.fixture
def processes(db, monkeypatch):
    return [Process(monkeypatch) for _ in range(2)]


def test_a_bucket_fills_at_its_rate_and_no_further_than_its_burst(db, clock):
    taken = []
    for wait in (0, 0.35, 1, 100):
        clock(wait)
        taken.append(sum(take("k", LIMIT).is_allowed for _ in range(50)))

    assert taken == [20, 3, 10, 20]


def test_a_burst_costs_one_statement(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        for _ in range(50):
            take("k", LIMIT)


def test_what_one_process_let_through_another_learns_within_half_a_second(processes, clock):
    one, two = processes
    assert (one.take(20), two.take()) == (20, 1)
    clock(rates.SETTLED_EVERY)
    one.take()  # books its twenty

    assert two.take(20) <= 5


def test_in_the_long_run_all_processes_let_through_what_one_would(processes, clock):
    """The bound of decision record 0008, with both asking for more than there is."""
    one, two = processes
    passed, seconds = 0, 20

    for _ in range(int(seconds / rates.SETTLED_EVERY)):
        passed += one.take(50) + two.take(50)
        clock(rates.SETTLED_EVERY)

    due = LIMIT.burst + LIMIT.per_second * seconds
    ahead = LIMIT.burst + LIMIT.per_second * rates.SETTLED_EVERY
    assert due - ahead <= passed <= due + ahead


def test_a_new_process_does_not_begin_with_a_full_bucket(processes, clock):
    one, two = processes
    one.take(20)
    clock(rates.SETTLED_EVERY)
    one.take()

    assert two.take(20) <= 5


def test_what_could_not_be_booked_is_booked_later(db, clock, monkeypatch):
    for _ in range(20):
        take("k", LIMIT)
    clock(rates.SETTLED_EVERY)

    with monkeypatch.context() as broken:
        broken.setattr(rates, "connection", Away())
        with pytest.raises(OperationalError):
            take("k", LIMIT)

    assert rates._buckets["k"].unsettled == 20


class Away:
    """A database that is not there."""

    def cursor(self):
        raise OperationalError("away")


def test_while_the_database_is_away_the_answer_is_503(limited, clock, monkeypatch):
    limited.get("/api/v1/products")
    clock(rates.SETTLED_EVERY)
    monkeypatch.setattr(rates, "connection", Away())

    answer = limited.decide()

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_many_threads_get_no_more_than_the_burst(committed, at_once):
    key = key_of("bank-of-threads", limit=Limit(1, 5)).key

    answers = at_once(lambda _: Partner(key).get("/api/v1/products").status_code, range(8))

    assert sorted(answers) == [200] * 5 + [429] * 3


def test_buckets_of_long_ago_take_no_memory(db, monkeypatch):
    monkeypatch.setattr(rates, "_BUCKETS_KEPT", 10)

    for number in range(25):
        take(f"k{number}", LIMIT)

    assert len(rates._buckets) <= 10
