"""The audit trail shows every change that was made to it, by whomever."""

from datetime import timedelta

import factories
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from credit import audit_chain
from credit.actions import audit
from credit.models import AuditEvent, AuditLeaf, AuditSeal
from credit.queries import audit as trail
from scoring.canonical import canonical, commitment

AT = factories.AT
both = pytest.mark.django_db(databases=["default", "owner"])


def write(n, *, at=AT):
    return [
        audit.record(AuditEvent.Type.USER_CREATED, target=f"user:{i + 10}", by=None, at=at, i=i)
        for i in range(n)
    ]


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8])
def test_what_was_sealed_verifies(db, n):
    write(n)

    seal = audit.seal(at=AT)

    assert (seal.number, seal.events, seal.previous_hash) == (1, n, audit_chain.FIRST)
    report = trail.verify()
    assert (report.seals, report.events, report.unsealed, report.problems) == (1, n, 0, [])
    assert report.head == f"1:{seal.hash}"


def test_seals_are_chained(db):
    seals = []
    for i in range(3):
        write(i + 1)
        seals.append(audit.seal(at=AT + timedelta(seconds=i)))

    assert [seal.previous_hash for seal in seals[1:]] == [seal.hash for seal in seals[:-1]]
    assert trail.verify().problems == []


def test_nothing_new_makes_no_seal(db):
    assert audit.seal(at=AT) is None


def test_what_is_not_sealed_yet_is_counted(db):
    write(2)

    assert trail.verify().unsealed == 2


def test_an_event_that_commits_late_is_sealed_later(db):
    late, *others = write(3)
    seal = AuditSeal(number=1, events=2, previous_hash=audit_chain.FIRST, sealed_at=AT)
    seal.root = audit_chain.root([audit_chain.leaf(each.pk, each.hash) for each in others])
    seal.hash = audit_chain.seal_hash(**seal.fields)
    seal.save(force_insert=True)
    for position, each in enumerate(others):
        AuditLeaf.objects.create(event=each, seal=seal, position=position)

    second = audit.seal(at=AT)

    assert list(second.leaves.values_list("event", flat=True)) == [late.pk]
    assert trail.verify().problems == []


@pytest.mark.parametrize(
    ("below", "finds"),
    [
        (4_999, [True, True, True]),
        (5_000, [False, True, True]),
        (99_999, [False, True, True]),
        (100_000, [False, False, True]),
    ],
)
def test_the_more_often_it_is_sealed_the_less_far_is_looked_back(db, below, finds):
    late = audit.event_of(AuditEvent.Type.USER_CREATED, target="user:9", by=None, at=AT)
    (newest,) = write(1)
    audit.seal(at=AT)
    late.pk = newest.pk - below
    late.save(force_insert=True)

    for back, is_found in zip(audit.Back, finds, strict=True):
        with transaction.atomic():
            assert (audit.seal(at=AT, back=back) is not None) is is_found
            transaction.set_rollback(True)


def test_asking_whether_there_is_anything_to_seal_finds_what_sealing_finds(db):
    assert not audit.is_any_unsealed()
    write(1)
    assert audit.is_any_unsealed()

    audit.seal(at=AT)

    assert not audit.is_any_unsealed()


OTHER_TARGET = "UPDATE credit_auditevent SET target = 'user:2'"
TAMPERING = [
    (OTHER_TARGET + " WHERE id = {event}", "was changed"),
    ("UPDATE credit_auditevent SET at = at - interval '1 day' WHERE id = {event}", "was changed"),
    ("UPDATE credit_auditevent SET details = '{{\"i\": 9}}' WHERE id = {event}", "was changed"),
    (
        """DELETE FROM credit_auditleaf WHERE event_id = {event};
        DELETE FROM credit_auditevent WHERE id = {event}""",
        "covers 3 events, of which 2",
    ),
    (
        "UPDATE credit_auditleaf SET position = 5 - position WHERE seal_id = 2",
        "Seal 2 does not fit the events under it",
    ),
    ("UPDATE credit_auditseal SET root = repeat('0', 64) WHERE number = 2", "Seal 2 was changed"),
    ("UPDATE credit_auditseal SET sealed_at = now() WHERE number = 1", "Seal 1 was changed"),
    (
        """DELETE FROM credit_auditleaf WHERE seal_id = 2;
        DELETE FROM credit_auditseal WHERE number = 2""",
        "Seal 2 is gone",
    ),
    ("DELETE FROM credit_auditseal WHERE number = 3", "Seal 3 is gone, and events say"),
    ("UPDATE credit_auditleaf SET seal_id = 3, position = 9 WHERE event_id = {event}", "covers"),
]


@pytest.fixture
def tamper(as_owner):
    """Do what only the tables' owner can: switch the triggers off and write over history."""
    tables = ("auditevent", "auditleaf", "auditseal")

    def run(sql):
        with as_owner.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE credit_{table} DISABLE TRIGGER USER")
            for statement in sql.split(";"):
                cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE credit_{table} ENABLE TRIGGER USER")

    return run


@both
@pytest.mark.parametrize(("sql", "says"), TAMPERING)
def test_tampering_shows(tamper, sql, says):
    events = []
    for i in range(3):
        events += write(3)
        audit.seal(at=AT + timedelta(seconds=i))

    tamper(sql.format(event=events[4].pk))

    problems = trail.verify().problems
    assert any(says in problem for problem in problems), problems


@both
def test_an_event_that_was_changed_before_it_was_sealed_shows(tamper):
    (event,) = write(1)

    tamper(f"{OTHER_TARGET} WHERE id = {event.pk}")

    assert trail.verify().problems == [
        f"Event {event.pk} (user_created user:2), not sealed yet, was changed."
    ]


@both
def test_a_cut_tail_shows_only_against_a_head_that_was_noted(tamper):
    for i in range(3):
        write(1)
        audit.seal(at=AT + timedelta(seconds=i))
    noted = trail.verify().head

    tamper(
        "DELETE FROM credit_auditleaf WHERE seal_id = 3; "
        "DELETE FROM credit_auditseal WHERE number = 3; "
        "DELETE FROM credit_auditevent WHERE id NOT IN (SELECT event_id FROM credit_auditleaf)"
    )

    assert trail.verify().problems == []  # the chain alone cannot know
    assert trail.verify(noted_head=noted).problems == [
        "Seal 3 was noted as the head, and the trail ends before it: it was cut."
    ]


def test_a_rewritten_trail_shows_against_a_head_that_was_noted(db):
    write(1)
    audit.seal(at=AT)

    assert trail.verify(noted_head="1:" + "a" * 64).problems == [
        "Seal 1 is not the one that was noted: the trail was written anew."
    ]


@both
def test_the_command_fails_where_the_trail_does_not_hold(tamper, capsys):
    (event,) = write(1)
    audit.seal(at=AT)
    tamper(f"{OTHER_TARGET} WHERE id = {event.pk}")

    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_audit")

    assert f"Event {event.pk}" in capsys.readouterr().out


def test_the_command_tells_the_head_to_note(db, capsys):
    write(2)

    call_command("seal_audit")
    call_command("verify_audit")

    out = capsys.readouterr().out
    assert "Sealed 2 events under 1 seal." in out
    assert f"Head: {trail.verify().head}" in out


def test_canonical_json_has_one_form():
    assert canonical({"b": [1, True, None], "a": "é"}) == ('{"a":"é","b":[1,true,null]}'.encode())
    with pytest.raises(TypeError, match="no place in canonical JSON"):
        canonical({"a": object()})
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def test_a_leaf_cannot_pass_for_a_node():
    a, b = "a" * 64, "b" * 64

    assert audit_chain.root([audit_chain.root([a, b])]) != audit_chain.leaf(1, a + b)
    assert audit_chain.root([a, b]) != audit_chain.root([b, a])


def test_without_the_salt_a_commitment_says_nothing():
    assert commitment(b"1", "x") != commitment(b"2", "x")
    assert audit.commit(b"1", "") == ""


def test_sealing_at_once_seals_each_event_once(committed, at_once):
    write(20)

    at_once(lambda i: audit.seal(at=AT + timedelta(seconds=i)), [1, 2, 3])

    report = trail.verify()
    assert report.problems == []
    assert report.unsealed == 0


def test_recent_events_name_who_and_what(db):
    person = factories.user("auditor", username="audrey")
    audit.record(AuditEvent.Type.MODEL_RETIRED, target="model:x/1", by=person, at=AT)

    (row,) = trail.recent(limit=1)

    assert (row.what, row.target, row.by) == ("Model retired", "model:x/1", "audrey")


def test_what_is_sealed_while_the_trail_is_verified_is_no_problem(db, monkeypatch):
    write(2)
    audit.seal(at=AT)
    read = trail._leaves_by_seal

    def sealed_meanwhile(newest):
        found = list(read(newest))
        write(3)
        audit.seal(at=AT)
        yield from found

    monkeypatch.setattr(trail, "_leaves_by_seal", sealed_meanwhile)

    report = trail.verify()

    assert report.problems == []
    assert report.unsealed == 0
