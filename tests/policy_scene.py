"""A policy that is asked for, approved and withdrawn, and what is in force at a moment."""

from datetime import timedelta

import factories

from credit import serving
from credit.actions import policy_proposals

AT = factories.AT
LATER = AT + timedelta(days=3)
SECOND = timedelta(seconds=1)


def asks(product, administrator):
    """Let an administrator ask for changes of a product's policy."""

    def run(settings=None, **changes):
        return factories.proposal(product, settings, **{"by": administrator, "at": AT, **changes})

    return run


def approves(validator, committing):
    """Let a validator approve them, and what follows a commit happen."""

    def run(proposal, by=validator, at=AT):
        with committing(execute=True):
            return policy_proposals.approve(proposal_id=proposal.pk, by=by, at=at)

    return run


def withdraw(policy, by, at=AT, why="The rate stays."):
    """Take an approved policy back."""
    return policy_proposals.withdraw(policy_id=policy.pk, by=by, at=at, why=why)


def in_force(at):
    """Give the policy that decides at a moment."""
    serving.forget_what_is_in_force()
    return serving.terms("consumer-loan", at=at).policy
