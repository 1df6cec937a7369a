"""A policy holds from a moment on, and never for what was decided before."""

from datetime import timedelta

import factories
import policy_scene as scene
import pytest
from django.core.management import call_command

from credit import serving
from credit.actions import policy_proposals
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, Role
from credit.queries import policies as queries
from credit.queries import replays
from scoring import verify

AT, LATER, SECOND = scene.AT, scene.LATER, scene.SECOND


def test_a_policy_holds_from_its_date_on_and_not_a_moment_sooner(ask, approve):
    approve(ask(valid_from=LATER))

    assert scene.in_force(LATER - timedelta(microseconds=1)).approve_pd_at_most == 0.35
    assert scene.in_force(LATER).approve_pd_at_most == 0.3


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

    found = scene.in_force(LATER + SECOND)
    assert (found.approve_pd_at_most, found.decline_pd_at_least) == (0.3, 0.7)


def test_a_scheduled_policy_is_withdrawn_with_words_and_never_holds(ask, approve, validator):
    policy = approve(ask(valid_from=LATER))

    with pytest.raises(policy_proposals.WordsMissing):
        scene.withdraw(policy, validator, why=" ")
    scene.withdraw(policy, validator)

    assert scene.in_force(LATER).approve_pd_at_most == 0.35
    assert AuditEvent.objects.get(type="policy_withdrawn").details["why"] == "The rate stays."
    states = [row.state for row in queries.policies(policy.product_id, at=LATER)]
    assert states == ["withdrawn", "in_force"]
    with pytest.raises(policy_proposals.WithdrawnBefore):
        scene.withdraw(policy, validator)


@pytest.mark.parametrize("role", sorted(set(Role) - set(policy_proposals.WITHDRAWERS)))
def test_not_everybody_withdraws(ask, approve, role):
    with pytest.raises(NotAllowed, match="withdraw a policy"):
        scene.withdraw(approve(ask(valid_from=LATER)), factories.user(role))


def test_a_policy_that_decides_is_not_withdrawn(ask, approve, validator):
    with pytest.raises(policy_proposals.HoldsAlready, match="propose another"):
        scene.withdraw(approve(ask()), validator)


def test_what_another_policy_was_made_of_is_withdrawn_after_it(ask, approve, validator):
    first = approve(ask(valid_from=LATER))
    second = approve(ask({"policy.decline_pd_at_least": "0.7"}, valid_from=LATER + SECOND))

    with pytest.raises(policy_proposals.ScheduledLater, match="withdraw that one first"):
        scene.withdraw(first, validator)
    scene.withdraw(second, validator)
    scene.withdraw(first, validator)


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
    assert scene.in_force(AT).approve_pd_at_most == 0.35


# --- What was decided


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

    assert scene.in_force(AT).approve_pd_at_most == 0.32
