"""A change of policy is asked for by one person, and answered once, by another."""

import factories
import policy_scene as scene
import pytest

from credit.actions import policies, policy_proposals
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, PolicyVersion, Role
from credit.queries import policies as queries
from scoring.contract import ContractRefused

AT, LATER, SECOND = scene.AT, scene.LATER, scene.SECOND


def test_nothing_holds_before_another_person_approves(ask, approve):
    asked = ask({"policy.approve_pd_at_most": "0.3"})
    assert scene.in_force(AT).approve_pd_at_most == 0.35

    policy = approve(asked)

    assert scene.in_force(AT).approve_pd_at_most == 0.3
    assert (policy.number, policy.requested_by) == (2, asked.requested_by)
    asked.refresh_from_db()
    assert (asked.state, asked.policy) == ("approved", policy)


def test_the_trail_says_who_asked_who_approved_and_for_what(ask, approve, validator):
    asked = ask(why="Losses rose.")
    policy = approve(asked)

    proposed = AuditEvent.objects.get(type="policy_proposed")
    assert (proposed.user, proposed.details["why"]) == (asked.requested_by, "Losses rose.")
    put = AuditEvent.objects.get(type="policy_put_in_force", target="policy:consumer-loan/2")
    assert (put.user, put.details["contract"]) == (validator, policy.hash)
    assert put.details["requested_by"] == asked.requested_by.pk


@pytest.mark.parametrize("role", sorted(set(Role) - {"administrator", "model_developer"}))
def test_only_administrators_and_developers_ask(ask, role):
    with pytest.raises(NotAllowed, match="ask for a policy"):
        ask(by=factories.user(role))


def test_who_asks_says_why(ask):
    with pytest.raises(policy_proposals.WordsMissing, match="why"):
        ask(why="  ")


def test_a_policy_never_holds_from_the_past_on(ask):
    with pytest.raises(policy_proposals.DateInThePast, match="has passed"):
        ask(valid_from=AT - SECOND)


def test_a_text_that_is_no_contract_is_refused_with_its_problems(product, administrator):
    source = factories.SOURCE.replace(b"approve_pd_at_most = 0.35", b"approve_pd_at_most = 1.5")

    with pytest.raises(ContractRefused, match=r"policy\.approve_pd_at_most"):
        policy_proposals.propose(
            product_id=product.pk,
            source=source,
            valid_from=None,
            why="x",
            by=administrator,
            at=AT,
        )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'label = "Purpose of the loan"', b'label = "Aim of the loan"'),
        (b"margin = 0.1", b"margin = 0.2"),
        (b'slug = "consumer-loan"', b'slug = "other-loan"'),
    ],
)
def test_what_models_were_made_by_does_not_change_with_a_policy(product, administrator, old, new):
    with pytest.raises(policy_proposals.MoreThanPolicy, match="more than the policy"):
        policy_proposals.propose(
            product_id=product.pk,
            source=factories.SOURCE.replace(old, new),
            valid_from=None,
            why="x",
            by=administrator,
            at=AT,
        )


def test_what_is_in_force_is_no_change(ask):
    with pytest.raises(policy_proposals.NothingChanges, match="nothing would change"):
        ask({"policy.approve_pd_at_most": "0.35"})


def test_without_a_policy_there_is_nothing_to_change(db, administrator):
    contract = factories.contract_version()

    with pytest.raises(policy_proposals.NoPolicyYet, match="No policy"):
        policy_proposals.propose(
            product_id=contract.product_id,
            source=factories.SOURCE,
            valid_from=None,
            why="x",
            by=administrator,
            at=AT,
        )


# --- Answering


@pytest.mark.parametrize("role", ["model_validator", "compliance"])
def test_a_validator_or_compliance_approves(ask, approve, role):
    assert approve(ask(), by=factories.user(role)).number == 2


@pytest.mark.parametrize("role", sorted(set(Role) - {"model_validator", "compliance"}))
def test_nobody_else_does(ask, approve, role):
    with pytest.raises(NotAllowed, match="approve a policy"):
        approve(ask(), by=factories.user(role))


def test_who_asks_never_approves_nor_refuses(ask, approve):
    both = factories.user("administrator", "compliance")
    asked = ask(by=both)

    with pytest.raises(policies.NeedsAnother, match="other than who asks"):
        approve(asked, by=both)
    with pytest.raises(policies.NeedsAnother):
        policy_proposals.refuse(proposal_id=asked.pk, by=both, at=AT, words="No.")


def test_a_refusal_says_why_and_changes_nothing(ask, validator):
    asked = ask()

    with pytest.raises(policy_proposals.WordsMissing):
        policy_proposals.refuse(proposal_id=asked.pk, by=validator, at=AT, words="")
    policy_proposals.refuse(proposal_id=asked.pk, by=validator, at=AT, words="Too soon.")

    asked.refresh_from_db()
    assert (asked.state, asked.answer) == ("refused", "Too soon.")
    assert scene.in_force(AT).approve_pd_at_most == 0.35
    assert AuditEvent.objects.filter(type="policy_refused").exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {"administrator", "model_developer"}))
def test_only_who_may_ask_takes_back(ask, role):
    with pytest.raises(NotAllowed, match="take back"):
        policy_proposals.drop(proposal_id=ask().pk, by=factories.user(role), at=AT)


def test_what_was_taken_back_refused_or_approved_is_not_answered_again(
    ask, approve, validator, administrator
):
    dropped, refused, approved = ask(), ask(), ask()
    policy_proposals.drop(proposal_id=dropped.pk, by=administrator, at=AT)
    policy_proposals.refuse(proposal_id=refused.pk, by=validator, at=AT, words="No.")
    approve(approved)

    for each in (dropped, refused, approved):
        with pytest.raises(policy_proposals.AnsweredBefore, match="answered this already"):
            approve(each)


def test_what_was_compared_with_an_older_policy_is_proposed_anew(ask, approve):
    first, second = ask(), ask({"policy.decline_pd_at_least": "0.7"})
    approve(first)

    with pytest.raises(policy_proposals.PolicyMovedOn, match="propose it anew"):
        approve(second)
    assert queries.proposal(second.pk, at=AT).is_outdated


def test_a_date_that_passed_while_nobody_answered_is_not_made_up_for(ask, approve):
    asked = ask(valid_from=LATER)

    with pytest.raises(policy_proposals.DateInThePast):
        approve(asked, at=LATER + SECOND)


# --- Two at once


def test_of_two_approvals_at_once_one_wins(committed, at_once, toy_bundle):
    champion = factories.live_product(toy_bundle)
    both = [
        factories.proposal(champion.product, {"policy.approve_pd_at_most": words})
        for words in ("0.3", "0.31")
    ]
    people = [factories.user("model_validator"), factories.user("compliance")]

    def answer(pair):
        proposal, by = pair
        return policy_proposals.approve(proposal_id=proposal.pk, by=by, at=AT)

    came = at_once(answer, list(zip(both, people, strict=True)))

    assert sorted(type(each).__name__ for each in came) == ["PolicyMovedOn", "PolicyVersion"]
    assert champion.product.policies.count() == 2


def test_of_two_answers_to_one_proposal_at_once_one_is_told(committed, at_once, toy_bundle):
    if not PolicyVersion.objects.exists():
        factories.live_product(toy_bundle)
    product = PolicyVersion.objects.first().product
    asked = factories.proposal(product, {"policy.approve_pd_at_most": "0.22"}, at=AT)
    people = [factories.user("model_validator"), factories.user("compliance")]

    came = at_once(lambda by: policy_proposals.approve(proposal_id=asked.pk, by=by, at=AT), people)

    assert sorted(type(each).__name__ for each in came) == ["AnsweredBefore", "PolicyVersion"]
