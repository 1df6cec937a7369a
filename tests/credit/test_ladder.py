"""Champion, champion before, scorecard, human: every step down, each way in which it is forced."""

import json
import threading
from datetime import timedelta

import factories
import pytest
from django.db import transaction
from waiting import wait_until

from credit import serving, store
from credit.models import Alert, Decision, Score
from credit.queries import replays
from scoring import bundle
from scoring.engine import Engine, EngineFailed, EngineTimedOut
from scoring.features import FieldProblem, InputRefused

pytestmark = pytest.mark.django_db
AT = factories.AT
Route = Score.Route


def another(content):
    """Make another release of the same graph: its card says something else."""
    members = bundle.unpack(content)
    members["card.md"] = b"# Another toy\n"
    manifest = json.loads(members["manifest.json"])
    manifest |= bundle.identity(members, contract=factories.CONTRACT)
    return bundle.pack(members | {"manifest.json": json.dumps(manifest).encode()})


@pytest.fixture
def champions(own_store, toy_bundle):
    """Bring a product live and replace its champion: the new one, and the one before."""
    before = factories.live_product(toy_bundle)
    candidate = factories.model_version(another(toy_bundle), contract=before.contract)
    return factories.promoted(candidate), before


def missing(version):
    store.path_of(version.bundle_hash, ".zip").unlink()


def altered(version):
    path = store.path_of(version.bundle_hash, ".zip")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)


@pytest.fixture
def break_engine(monkeypatch):
    """Let the engines of some versions fail when they score."""
    broken = {}
    score = Engine.score

    def scored(self, values):
        failure = broken.get(self.bundle.hash)
        if failure is not None:
            raise failure
        return score(self, values)

    monkeypatch.setattr(Engine, "score", scored)

    def breaks(*versions, failure):
        broken.update({version.bundle_hash: failure for version in versions})

    return breaks


@pytest.mark.parametrize("damage", [missing, altered])
def test_a_champion_without_its_file_leaves_the_one_before(champions, damage):
    now, before = champions
    damage(now)

    answer = factories.decide(**factories.AUTOMATIC).answer

    assert answer["model"]["route"] == "previous_champion"
    assert answer["model"]["version"] == before.name
    assert answer["status"] == "approved"  # it was signed for as the champion was
    assert "the champion before did" in answer["warnings"][0]
    assert Alert.objects.count() == 1


@pytest.mark.parametrize("damage", [missing, altered])
def test_without_both_the_scorecard_scores_and_a_person_decides(champions, damage):
    for version in champions:
        damage(version)

    decided = factories.decide(**factories.AUTOMATIC)

    answer = decided.answer
    assert answer["model"]["route"] == "scorecard"
    assert answer["recommendation"] == "approve"
    assert (answer["status"], answer["decision"]) == ("awaiting_officer", None)
    assert answer["reasons"]
    stored = Score.objects.get(pk=decided.decision_id)
    assert sum(stored.contributions) + stored.base_points == pytest.approx(stored.points)


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        (EngineFailed("the graph raised"), "engine_failed"),
        (EngineFailed("the model answered what cannot be true: pd nan"), "engine_failed"),
        (EngineTimedOut("the graph took longer than 0.5 seconds"), "timed_out"),
    ],
)
def test_a_model_that_fails_while_it_scores_is_passed_over(champions, break_engine, failure, cause):
    now, before = champions
    break_engine(now, failure=failure)

    first = factories.decide().answer
    break_engine(now, before, failure=failure)
    serving._set_aside.clear()
    second = factories.decide().answer

    assert first["model"]["route"] == "previous_champion"
    assert second["model"]["route"] == "scorecard"
    assert cause in first["warnings"][0]
    assert Alert.objects.filter(cause=cause).exists()


def test_the_last_rung_is_a_person(champions, break_engine, no_scorecard):
    break_engine(*champions, failure=EngineFailed("both raise"))

    answer = factories.decide(**factories.AUTOMATIC).answer

    assert answer["model"] == {
        "version": None,
        "bundle": None,
        "route": "none",
        "served_as": "none",
    }
    assert (answer["recommendation"], answer["pd"]) == ("refer", None)
    assert answer["warnings"][0].endswith("a person decides.")


def test_a_version_without_a_scorecard_has_no_such_rung(own_store, toy_bundle):
    contract = factories.contract_version()
    factories.policy(contract)
    version = factories.promoted(
        factories.model_version(toy_bundle, contract=contract, scorecard=None)
    )
    missing(version)

    answer = factories.decide().answer

    assert answer["model"]["route"] == "none"
    assert "no_scorecard" in answer["warnings"][0]


def test_a_model_that_timed_out_is_left_alone_for_a_while(champions, break_engine):
    now, _ = champions
    break_engine(now, failure=EngineTimedOut("slow"))
    factories.decide()
    break_engine(now, failure=None)

    soon = factories.decide(at=AT + timedelta(seconds=29)).answer
    later = factories.decide(at=AT + timedelta(seconds=31)).answer

    assert soon["model"]["route"] == "previous_champion"
    assert "set_aside" in soon["warnings"][0]
    assert later["model"]["route"] == "champion"


def test_the_champion_before_serves_only_what_its_own_contract_accepts(
    champions, break_engine, monkeypatch
):
    now, _ = champions
    break_engine(now, failure=EngineFailed("it raises"))

    def refuse(_contract, _values):
        raise InputRefused((FieldProblem("/features/x", "missing", "is missing"),))

    monkeypatch.setattr("credit.ladder.validate", refuse)

    answer = factories.decide().answer

    assert answer["model"]["route"] == "scorecard"
    assert "other_contract" in answer["warnings"][0]


@pytest.mark.parametrize("how_far", ["previous_champion", "scorecard", "none"])
def test_what_a_lower_rung_decided_is_replayed_to_the_bit(
    champions, break_engine, how_far, request
):
    now, before = champions
    break_engine(now, failure=EngineFailed("it raises"))
    if how_far != "previous_champion":
        break_engine(before, failure=EngineFailed("it raises"))
    if how_far == "none":
        request.getfixturevalue("no_scorecard")
    decided = factories.decide(**factories.AUTOMATIC)
    assert decided.answer["model"]["route"] == how_far
    break_engine(now, before, failure=None)

    (replayed,) = replays.replay([decided.decision_id])

    assert replayed.identical, replayed.differences


@pytest.fixture
def count_back(as_owner):
    """Let the next row of a table have the number of one; afterwards it counts on as before.

    A sequence does not take part in a transaction, and other tests' rows must not meet.
    """
    counted = {}

    def count_back(row):
        with as_owner.cursor() as cursor:
            cursor.execute(f"SELECT pg_get_serial_sequence('{row._meta.db_table}', 'id')")
            (sequence,) = cursor.fetchone()
            cursor.execute("SELECT nextval(%s)", [sequence])
            (counted[sequence],) = cursor.fetchone()
            cursor.execute("SELECT setval(%s, %s, false)", [sequence, row.pk])

    yield count_back
    with as_owner.cursor() as cursor:
        for sequence, last in counted.items():
            cursor.execute("SELECT setval(%s, %s)", [sequence, last])


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_database_restored_to_before_a_promotion_does_not_answer_with_what_is_gone(
    count_back, toy_bundle
):
    before = transaction.savepoint()
    gone = factories.live_product(toy_bundle)
    policy = gone.contract.policyversion_set.get()
    assert serving.terms("consumer-loan", at=AT).version == gone
    transaction.savepoint_rollback(before)
    for row in (gone.product, gone.contract, policy, gone):
        count_back(row)
    serving.forget_what_is_in_force()

    instead = factories.live_product(another(toy_bundle))

    assert instead.pk == gone.pk
    assert serving.terms("consumer-loan", at=AT).version.bundle_hash == instead.bundle_hash


def test_finding_the_champion_before_takes_no_query_more(champions, django_assert_num_queries):
    serving.terms("consumer-loan", at=AT)
    serving.forget_what_is_in_force()

    with django_assert_num_queries(1):
        found = serving.terms("consumer-loan", at=AT)

    assert (found.version, found.previous) == champions


def test_a_champion_that_was_retired_without_a_successor_is_not_brought_back(champions):
    from credit.actions import model_versions  # noqa: PLC0415

    now, _ = champions
    model_versions.retire(version_id=now.pk, by=now.promoted_by, at=AT, note="Stop it.")

    decided = factories.decide()

    assert decided.answer["model"]["route"] == "none"
    assert Decision.objects.get(pk=decided.decision_id).recommendation == "refer"


class Queue:
    """A lock that knows how many came to it."""

    def __init__(self):
        self.came, self._lock = [], threading.Lock()

    def __enter__(self):
        self.came.append(threading.get_ident())
        self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()


@pytest.fixture
def count_loads(monkeypatch):
    """Let every loading last until so many have asked for one, and end in a given trouble."""
    loads, queue = [], Queue()

    def ends_in(cause, *, asked=1):
        def opened(bundle_hash):
            loads.append(bundle_hash)
            wait_until(lambda: len(queue.came) >= asked)
            return serving.ModelUnavailable(cause, "The graph took too long.")

        monkeypatch.setattr(serving, "_loading", queue)
        monkeypatch.setattr(serving, "opened", opened)
        return loads

    return ends_in


@pytest.mark.parametrize("cause", ["timed_out", "engine_failed"])
def test_threads_that_want_the_same_new_engine_wait_for_one_loading(
    champions, at_once, count_loads, cause
):
    now, _ = champions
    loads = count_loads(cause, asked=6)

    found = at_once(serving.engine_of, [now.bundle_hash] * 6)

    assert [each.cause for each in found] == [cause] * 6
    assert len(loads) == 1


def test_a_model_that_took_too_long_to_load_is_tried_again(champions, count_loads):
    now, _ = champions
    loads = count_loads("timed_out")

    for _ in range(2):
        with pytest.raises(serving.ModelUnavailable):
            serving.engine_of(now.bundle_hash)

    assert len(loads) == 2


def test_a_failure_that_is_kept_keeps_nothing_of_the_requests_it_failed(champions):
    now, _ = champions
    altered(now)

    for _ in range(3):
        with pytest.raises(serving.ModelUnavailable):
            serving.engine_of(now.bundle_hash)

    kept = [each for each in serving._engines.values() if isinstance(each, Exception)]
    assert kept
    assert all(each.__traceback__ is None for each in kept)
