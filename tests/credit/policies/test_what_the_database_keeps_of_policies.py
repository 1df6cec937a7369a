"""What may never be of a change of policy is no row, whoever writes it."""

import policy_scene as scene
import pytest
from django.db import DatabaseError, IntegrityError, connection

from credit.models import PolicyProposal, PolicyVersion, PolicyWithdrawal

AT, LATER = scene.AT, scene.LATER


def test_four_eyes_are_a_constraint(ask):
    asked = ask()

    with pytest.raises(IntegrityError, match="policy_proposal_four_eyes"):
        PolicyProposal.objects.filter(pk=asked.pk).update(
            state="refused", answered_by=asked.requested_by, answered_at=AT
        )


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"why": ""}, "policy_proposal_says_why"),
        ({"state": "dropped"}, "policy_proposal_answered_or_not"),
    ],
)
def test_a_proposal_that_says_too_little_is_no_row(ask, changes, constraint):
    asked = ask()
    asked.pk = None
    for name, value in changes.items():
        setattr(asked, name, value)

    with pytest.raises(IntegrityError, match=constraint):
        asked.save()


def test_an_approval_is_a_policy(ask, validator):
    asked = ask()

    with pytest.raises(IntegrityError, match="policy_proposal_approved_is_a_policy"):
        PolicyProposal.objects.filter(pk=asked.pk).update(
            state="approved", answered_by=validator, answered_at=AT
        )


def test_a_policys_text_has_its_hash(champion, developer, validator):
    with pytest.raises(IntegrityError, match="policy_version_text_has_hash"):
        PolicyVersion.objects.create(
            product=champion.product,
            number=9,
            contract=champion.contract,
            text="something",
            in_force_from=AT,
            requested_by=developer,
            approved_by=validator,
        )


def test_a_withdrawal_says_why(ask, approve, validator):
    policy = approve(ask(valid_from=LATER))

    with pytest.raises(IntegrityError, match="policy_withdrawal_says_why"):
        PolicyWithdrawal.objects.create(policy=policy, by=validator, at=AT, why="")


def test_what_was_asked_for_never_changes(ask):
    asked = ask()

    with pytest.raises(DatabaseError, match="never changes"):
        PolicyProposal.objects.filter(pk=asked.pk).update(why="Another reason.")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM credit_policyproposal",
        "UPDATE credit_policywithdrawal SET why = 'x'",
        "DELETE FROM credit_policywithdrawal",
        "UPDATE credit_countedgroups SET cells = '{}'",
    ],
)
def test_what_was_said_stays(db, statement):
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="denied"):
        cursor.execute(statement)
