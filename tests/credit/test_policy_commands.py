"""Policies at a prompt: asked for, approved, listed, taken back."""

import json
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command

from credit.models import CountedMonth, PolicyProposal, PolicyVersion
from scoring.contracts.policy_texts import changed

SET = "policy.approve_pd_at_most=0.3"


@pytest.fixture
def people(champion):
    factories.user("administrator", username="ada")
    factories.user("model_validator", username="vera")
    return champion.product


def run(*arguments):
    out = StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def facts(*arguments):
    return json.loads(run(*arguments, "--json"))


def propose(*more, by="ada", why="Losses rose."):
    return facts("propose_policy", "consumer-loan", *more, "--by", by, "--why", why)


def test_a_policy_is_asked_for_and_approved_at_a_prompt(people):
    asked = propose("--set", SET, "--set", "policy.rules.max_term=")
    done = facts("approve_policy", asked["proposal"], "--by", "vera")

    assert {"setting": "policy.approve_pd_at_most", "before": "0.35", "after": "0.3"} in asked[
        "changes"
    ]
    assert (done["state"], done["policy"]) == ("approved", "consumer-loan/2")
    assert PolicyVersion.objects.get(number=2).read().policy.approve_pd_at_most == 0.3


def test_the_steps_into_service_are_taken_out_at_a_prompt(people):
    asked = propose("--set", "policy.promotion.shadow_hours=24")
    facts("approve_policy", asked["proposal"], "--by", "vera")
    assert in_force().policy.promotion.shadow_hours == 24

    asked = propose("--set", "policy.promotion=")
    facts("approve_policy", asked["proposal"], "--by", "vera")

    assert in_force().policy.promotion is None
    gone = {"setting": "policy.promotion.shadow_hours", "before": "24", "after": ""}
    assert gone in asked["changes"]


def in_force():
    return PolicyVersion.objects.order_by("number").last().read()


def test_people_are_told_in_sentences(people):
    said = run(
        *("propose_policy", "consumer-loan", "--set", SET, "--by", "ada", "--why", "x"),
        *("--from", "2096-12-01T00:00"),
    )
    number = PolicyProposal.objects.get().pk

    assert "policy.approve_pd_at_most: 0.35 → 0.3" in said
    assert f"manage.py approve_policy {number} --by USER" in said
    approved = run("approve_policy", number, "--by", "vera")
    assert approved == "Policy consumer-loan/2 holds from 2096-12-01 00:00 UTC.\n"
    listed = run("policies", "consumer-loan", "--in-full")
    assert "consumer-loan/2: scheduled" in listed
    assert "policy.approve_pd_at_most = 0.35" in listed
    run("withdraw_policy", "consumer-loan/2", "--by", "vera", "--why", "The rate stays.")
    assert "consumer-loan/2: withdrawn" in run("policies", "consumer-loan")


def test_a_whole_contract_is_taken_from_a_file(people, tmp_path):
    file = tmp_path / "contract.toml"
    file.write_text(changed(factories.CONTRACT, {"policy.approve_pd_at_most": "0.3"}))

    asked = propose("--file", file)

    assert [each["after"] for each in asked["changes"]] == ["0.3"]


def test_a_refusal_and_taking_back(people):
    first, second = (propose("--set", SET)["proposal"] for _ in range(2))

    refused = facts("approve_policy", first, "--by", "vera", "--refuse", "Too soon.")
    run("withdraw_policy", second, "--by", "ada")

    assert refused == {"proposal": first, "state": "refused", "policy": None}
    states = PolicyProposal.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["refused", "dropped"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("propose_policy", "consumer-loan", "--set", "x=1", "--by", "ada", "--why", "x"),
            "no set",
        ),
        (("propose_policy", "consumer-loan", "--set", "x", "--by", "ada", "--why", "x"), "PATH="),
        (("propose_policy", "nothing", "--set", SET, "--by", "ada", "--why", "x"), "no product"),
        (("propose_policy", "consumer-loan", "--set", SET, "--by", "vera", "--why", "x"), "Only"),
        (
            (
                *("propose_policy", "consumer-loan", "--set", SET, "--by", "ada"),
                *("--why", "x", "--from", "soon"),
            ),
            "soon is no moment",
        ),
        (("approve_policy", "99", "--by", "vera"), "no proposal 99"),
        (("withdraw_policy", "99", "--by", "ada"), "no proposal 99"),
        (("withdraw_policy", "consumer-loan/9", "--by", "ada"), "no policy consumer-loan/9"),
        (("withdraw_policy", "consumer-loan/1", "--by", "ada"), "Say in a sentence"),
        (("policies", "nothing"), "no product nothing"),
    ],
)
def test_a_command_that_cannot_says_why_and_fails(people, arguments, says):
    with pytest.raises(CommandError, match=says):
        run(*arguments)


def test_a_product_without_a_policy_has_none_to_change(db):
    factories.contract_version()
    factories.user("administrator", username="ada")

    with pytest.raises(CommandError, match="No policy"):
        propose("--set", SET)


def test_populations_are_counted_at_a_prompt(people):
    factories.decide()

    assert facts("count_populations")["months"] >= 1
    assert CountedMonth.objects.filter(n=1).exists()
