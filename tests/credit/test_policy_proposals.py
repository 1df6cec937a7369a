"""A policy changes by two people, from a moment on, and never for what was decided before."""

from datetime import timedelta

import factories
import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection

from credit import serving
from credit.actions import policies, policy_proposals
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, PolicyProposal, PolicyVersion, PolicyWithdrawal, Role
from credit.queries import policies as queries
from credit.queries import replays
from scoring import verify
from scoring.contract import ContractRefused

AT = factories.AT
LATER = AT + timedelta(days=3)
SECOND = timedelta(seconds=1)


@pytest.fixture
def product(champion):
    return champion.product


@pytest.fixture
def ask(product, administrator):
    def run(settings=None, **changes):
        return factories.proposal(product, settings, **{"by": administrator, "at": AT, **changes})

    return run


@pytest.fixture
def approve(validator, django_capture_on_commit_callbacks):
    def run(proposal, by=validator, at=AT):
        with django_capture_on_commit_callbacks(execute=True):
            return policy_proposals.approve(proposal_id=proposal.pk, by=by, at=at)

    return run


def withdraw(policy, by, at=AT, why="The rate stays."):
    return policy_proposals.withdraw(policy_id=policy.pk, by=by, at=at, why=why)


def in_force(at):
    serving.forget_what_is_in_force()
    return serving.terms("consumer-loan", at=at).policy


# --- asking


def test_nothing_holds_before_another_person_approves(ask, approve):
    asked = ask({"policy.approve_pd_at_most": "0.3"})
    assert in_force(AT).approve_pd_at_most == 0.35

    policy = approve(asked)

    assert in_force(AT).approve_pd_at_most == 0.3
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


# --- answering


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
    assert in_force(AT).approve_pd_at_most == 0.35
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


# --- dates


def test_a_policy_holds_from_its_date_on_and_not_a_moment_sooner(ask, approve):
    approve(ask(valid_from=LATER))

    assert in_force(LATER - timedelta(microseconds=1)).approve_pd_at_most == 0.35
    assert in_force(LATER).approve_pd_at_most == 0.3


def test_what_is_approved_is_in_force_at_once_here_and_soon_elsewhere(ask, approve):
    asked = ask()
    elsewhere = serving.terms("consumer-loan", at=AT)
    approve(asked)

    assert serving.terms("consumer-loan", at=AT).policy.approve_pd_at_most == 0.3
    serving._in_force["consumer-loan"] = (AT, elsewhere)  # a process that was told nothing
    soon = AT + serving.BELIEVED_FOR
    assert serving.terms("consumer-loan", at=soon).policy.approve_pd_at_most == 0.3


@pytest.mark.parametrize("sooner", [None, LATER - SECOND])
def test_nothing_is_put_before_what_is_scheduled(ask, approve, sooner):
    approve(ask(valid_from=LATER))

    with pytest.raises(policy_proposals.ScheduledLater, match="Withdraw it first"):
        ask({"policy.approve_pd_at_most": "0.25"}, valid_from=sooner)


def test_a_change_after_a_scheduled_one_builds_on_it(ask, approve):
    approve(ask(valid_from=LATER))
    approve(ask({"policy.decline_pd_at_least": "0.7"}, valid_from=LATER + SECOND))

    found = in_force(LATER + SECOND)
    assert (found.approve_pd_at_most, found.decline_pd_at_least) == (0.3, 0.7)


def test_a_scheduled_policy_is_withdrawn_with_words_and_never_holds(ask, approve, validator):
    policy = approve(ask(valid_from=LATER))

    with pytest.raises(policy_proposals.WordsMissing):
        withdraw(policy, validator, why=" ")
    withdraw(policy, validator)

    assert in_force(LATER).approve_pd_at_most == 0.35
    assert AuditEvent.objects.get(type="policy_withdrawn").details["why"] == "The rate stays."
    states = [row.state for row in queries.policies(policy.product_id, at=LATER)]
    assert states == ["withdrawn", "in_force"]
    with pytest.raises(policy_proposals.WithdrawnBefore):
        withdraw(policy, validator)


@pytest.mark.parametrize("role", sorted(set(Role) - set(policy_proposals.WITHDRAWERS)))
def test_not_everybody_withdraws(ask, approve, role):
    with pytest.raises(NotAllowed, match="withdraw a policy"):
        withdraw(approve(ask(valid_from=LATER)), factories.user(role))


def test_a_policy_that_decides_is_not_withdrawn(ask, approve, validator):
    with pytest.raises(policy_proposals.HoldsAlready, match="propose another"):
        withdraw(approve(ask()), validator)


def test_what_another_policy_was_made_of_is_withdrawn_after_it(ask, approve, validator):
    first = approve(ask(valid_from=LATER))
    second = approve(ask({"policy.decline_pd_at_least": "0.7"}, valid_from=LATER + SECOND))

    with pytest.raises(policy_proposals.ScheduledLater, match="withdraw that one first"):
        withdraw(first, validator)
    withdraw(second, validator)
    withdraw(first, validator)


def test_a_text_that_is_the_contracts_own_again_is_kept_once(ask, approve, product, administrator):
    approve(ask())
    back = policy_proposals.propose(
        product_id=product.pk,
        source=factories.SOURCE,
        valid_from=None,
        why="It was a mistake.",
        by=administrator,
        at=AT,
    )

    policy = approve(back)

    assert (policy.text, policy.contract_hash) == ("", factories.CONTRACT.hash)
    assert in_force(AT).approve_pd_at_most == 0.35


# --- what was decided


def test_what_was_decided_keeps_its_policy_and_is_replayed_to_the_bit(ask, approve):
    before = factories.decide(**factories.REFERRED)
    approve(ask({"policy.approve_pd_at_most": "0.59", "policy.rules.max_term": ""}))
    after = factories.decide(at=AT + SECOND, **factories.REFERRED)

    assert before.answer["recommendation"] == "refer"
    assert after.answer["recommendation"] == "approve"
    assert [rule["rule"] for rule in after.answer["policy"]] == ["max_amount"]
    assert all(each.identical for each in replays.replay()), list(replays.replay())


def test_a_decision_under_a_changed_policy_is_proved_without_us(ask, approve, auditor, tmp_path):
    policy = approve(ask({"policy.approve_pd_at_most": "0.59"}))
    made = factories.decide(at=AT + SECOND, **factories.REFERRED)
    call_command("export_record", made.decision_id, "--by", auditor.username, "--out", tmp_path)
    record = tmp_path / f"{made.decision_id}.json"
    proof = [str(record), str(record.with_suffix(".bundle.zip"))]
    text = record.with_suffix(".policy.toml")

    assert text.read_text() == policy.text
    assert verify.main([*proof, "--policy-contract", str(text)]) == verify.SAME
    assert verify.main(proof) == verify.UNUSABLE  # under its models' own policy it is another


def test_the_decisions_after_it_name_it_in_their_event(ask, approve):
    approve(ask())

    factories.decide(at=AT + SECOND)

    assert AuditEvent.objects.get(type="application_decided").details["policy"] == 2


def test_a_contract_of_another_model_brings_its_own_policy(ask, approve, toy_bundle):
    approve(ask())
    source = factories.SOURCE.replace(b"approve_pd_at_most = 0.35", b"approve_pd_at_most = 0.32")
    other = factories.contract_version(source=source)
    factories.policy(other)
    content = factories.toy_bundle(other.read())
    factories.promoted(factories.model_version(content, contract=other))

    assert in_force(AT).approve_pd_at_most == 0.32


# --- what the database holds


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


# --- two at once


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
