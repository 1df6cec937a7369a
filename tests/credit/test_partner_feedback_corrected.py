"""What a partner said by mistake is corrected or withdrawn beside it, and stays."""

import importlib
from datetime import timedelta

import factories
import pytest
from django.db import IntegrityError, connection, transaction

from credit.actions import partner_feedback
from credit.models import AuditEvent, Decision, PartnerFeedback
from credit.queries import applications, decisions
from credit.queries.opinions import opinions

AT = factories.AT
NEXT = AT + timedelta(days=1)
LATER = AT + timedelta(days=2)
CHECKING = factories.CONTRACT.feature("checking_status").label
HOUSING = factories.CONTRACT.feature("housing").label


@pytest.fixture
def key(db):
    return factories.api_key().api_key


@pytest.fixture
def decision(champion, key):
    return factories.decide(partner=key.partner).decision_id


@pytest.fixture
def give(decision, key):
    def give(text="In credit since May.", *, feature="checking_status", at=AT, **more):
        said = {"kind": "reason_wrong", "feature": feature, "text": text} | more
        return partner_feedback.give(decision_id=decision, key=key, at=at, **said)

    return give


@pytest.fixture
def withdraw(decision, key):
    def withdraw(number=1, text="Meant for another.", *, at=NEXT):
        return partner_feedback.withdraw(
            decision_id=decision, number=number, text=text, key=key, at=at
        )

    return withdraw


def told(decision, key):
    return [
        (each["number"], each["corrects"], each["withdrawn"], each["feature"])
        for each in decisions.feedback(decision, partner=key.partner)["results"]
    ]


def wrong(at=LATER):
    """Count by feature how often partners' feedback calls its reason wrong."""
    return {each.label: each.partners for each in opinions("consumer-loan", at=at)}


def test_a_correction_counts_and_what_it_corrects_stays(give, decision, key):
    give()

    given = give("It owns the house.", feature="housing", corrects=1, at=NEXT)

    assert (given.number, given.corrects) == (2, 1)
    expected = [(2, 1, False, "housing"), (1, None, False, "checking_status")]
    assert told(decision, key) == expected
    assert wrong() == {HOUSING: 1}
    assert wrong(at=AT) == {CHECKING: 1}


def test_what_is_withdrawn_counts_no_more_and_stays(give, withdraw, decision, key):
    give()

    withdraw()

    expected = [(2, 1, True, "checking_status"), (1, None, False, "checking_status")]
    assert told(decision, key) == expected
    assert wrong() == {}


def test_a_correction_is_corrected_and_a_withdrawal_as_well(give, withdraw):
    give()
    give("It owns the house.", feature="housing", corrects=1)
    withdraw(2)

    give(corrects=3, at=LATER)

    assert wrong() == {CHECKING: 1}


def test_each_step_is_audited_without_its_words(give, withdraw):
    give()
    give("It owns the house.", feature="housing", corrects=1)
    withdraw(2)

    events = AuditEvent.objects.filter(type=AuditEvent.Type.FEEDBACK_CORRECTED).order_by("pk")
    assert [
        (event.details["number"], event.details["corrects"], event.details["withdraws"])
        for event in events
    ] == [(2, 1, False), (3, 2, True)]
    assert all(event.details["text"] for event in events)
    assert "house" not in str([event.details for event in events])


def test_the_history_says_what_became_of_each(give, withdraw, decision):
    give(at=AT + timedelta(hours=1))
    give("It owns the house.", feature="housing", corrects=1, at=NEXT)
    withdraw(2, at=LATER)
    give("Which?", kind="unhelpful", feature="", at=LATER + timedelta(days=1))

    seen = applications.detail(decision, viewer=factories.user("officer"))

    assert [(row.what, row.words) for row in seen.history[:4]] == [
        ("Partner's feedback: it does not help", "Which?"),
        (f"Partner's feedback withdrawn: a reason is wrong ({HOUSING})", "Meant for another."),
        (
            f"Partner's feedback, withdrawn later: a reason is wrong ({HOUSING})",
            "It owns the house.",
        ),
        (
            f"Partner's feedback, corrected later: a reason is wrong ({CHECKING})",
            "In credit since May.",
        ),
    ]


def test_the_history_says_what_took_the_place_of_another(give, decision):
    give()
    give("It owns the house.", feature="housing", corrects=1, at=NEXT)

    seen = applications.detail(decision, viewer=factories.user("officer"))

    assert seen.history[0].what == f"Partner's feedback corrected: a reason is wrong ({HOUSING})"


def test_the_same_again_changes_nothing(give, withdraw):
    first = give()
    second = give("It owns the house.", feature="housing", corrects=1)
    third = withdraw(2)

    assert give(at=LATER) == first
    assert give("It owns the house.", feature="housing", corrects=1, at=LATER) == second
    assert withdraw(2, at=LATER) == third
    assert PartnerFeedback.objects.count() == 3


REFUSED = {
    "what was never said": ({"corrects": 9}, "No feedback on this decision has the number 9"),
    "what was corrected": ({"corrects": 1, "text": "No."}, "Feedback 1 was corrected by 2"),
    "the same": ({"corrects": 2, "text": "Rent is paid.", "feature": "housing"}, "says the same"),
}


@pytest.mark.parametrize(("asked", "says"), REFUSED.values(), ids=REFUSED)
def test_only_what_stands_is_corrected_and_only_by_another_statement(give, asked, says):
    give()
    give("Rent is paid.", feature="housing", corrects=1)

    with pytest.raises(partner_feedback.NothingToCorrect, match=says):
        give(**asked)

    assert PartnerFeedback.objects.count() == 2


@pytest.mark.parametrize(
    ("number", "says"), [(1, "Feedback 1 was corrected by 2"), (2, "Feedback 2 withdraws already")]
)
def test_only_what_stands_is_withdrawn(give, withdraw, number, says):
    give()
    withdraw()

    with pytest.raises(partner_feedback.NothingToCorrect, match=says):
        withdraw(number, "Another sentence.")

    assert PartnerFeedback.objects.count() == 2


def test_what_was_never_said_cannot_be_withdrawn(give, withdraw):
    give()

    with pytest.raises(PartnerFeedback.DoesNotExist):
        withdraw(2)


def test_what_may_be_said_at_all_may_still_be_corrected_and_that_ends_too(
    give, withdraw, monkeypatch
):
    monkeypatch.setattr(partner_feedback, "MOST", 1)
    give()
    with pytest.raises(
        partner_feedback.TooMuchFeedback, match="at most 1 pieces of feedback: corr"
    ):
        give("Another word.")

    withdraw()

    with pytest.raises(partner_feedback.TooMuchFeedback, match="at most 1 corrections"):
        give("Another word.", corrects=2)


BAD = {
    "a number twice": {"number": 1},
    "two in the place of one": {"number": 3, "corrects": 1},
    "itself": {"number": 3, "corrects": 3},
    "a later one": {"number": 3, "corrects": 4},
    "none": {"number": 3, "corrects": 0},
    "nothing withdrawn": {"number": 3, "is_withdrawal": True},
    "the same words": {"number": 3, "text": "In credit since May."},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_the_database_refuses_what_cannot_be(give, withdraw, decision, key, bad):
    give()
    withdraw()
    said = {"kind": "reason_wrong", "feature": "checking_status", "text": "Other words."}

    with pytest.raises(IntegrityError, match="partner_feedback"), transaction.atomic():
        PartnerFeedback.objects.create(
            decision_id=decision, given_at=LATER, given_with=key, **(said | bad)
        )


@pytest.mark.django_db(databases=["default", "owner"])
def test_what_was_said_before_there_were_numbers_gets_them_in_its_order(
    as_owner, champion, key, decision
):
    migration = importlib.import_module("credit.migrations.0039_feedback_corrected")
    other = factories.decide(partner=key.partner, idempotency=factories.idempotency("k-2"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE credit_partnerfeedback DROP CONSTRAINT partner_feedback_number_once"
        )
    for text, at, of in (
        ("second", NEXT, decision),
        ("alone", NEXT, other.decision_id),
        ("first", AT, decision),
        ("third", NEXT, decision),
    ):
        PartnerFeedback.objects.create(
            decision=Decision.objects.get(pk=of), text=text, given_at=at, given_with=key
        )

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.NUMBER)

    numbers = {each.text: each.number for each in PartnerFeedback.objects.all()}
    assert numbers == {"first": 1, "second": 2, "third": 3, "alone": 1}
