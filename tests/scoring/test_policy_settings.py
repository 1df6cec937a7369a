"""A policy read as settings by path, and written back into the contract that states it."""

from pathlib import Path

import pytest

from scoring.contract import Contract, ContractRefused, Promotion
from scoring.contracts.policy_settings import Kind, differences, removable, settings_of
from scoring.contracts.policy_texts import TextNotRewritable, changed, rest_differs

CONTRACTS = sorted((Path(__file__).parents[2] / "contracts").glob("*/contract.toml"))
LOAN = Contract.load(Path(__file__).parents[2] / "contracts" / "consumer-loan" / "contract.toml")


def read(text):
    return Contract.parse(text.encode())


def told(before, after):
    return {each.path: (each.before, each.after) for each in differences(before, after)}


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.parent.name)
def test_only_what_is_set_changes_in_any_contract(path):
    contract = Contract.load(path)
    before = settings_of(contract)["policy.decline_pd_at_least"].value

    text = changed(contract, {"policy.decline_pd_at_least": "0.77"})

    assert told(contract, read(text)) == {"policy.decline_pd_at_least": (before, "0.77")}
    assert not rest_differs(contract.text, text)


def test_every_byte_outside_the_policy_stays():
    text = changed(LOAN, {"policy.approve_pd_at_most": "0.14"})

    assert text.startswith(LOAN.text[: LOAN.text.index("# Approve a little below")])
    assert text.endswith(LOAN.text[LOAN.text.index("\n[fairness]") :])


@pytest.mark.parametrize(
    ("path", "words", "value"),
    [
        ("policy.agreement_at_least", "0.5", "0.5"),
        ("policy.may_decide_own_entries", "true", "true"),
        ("policy.automatic.decline_pd_at_least", "0.9", "0.9"),
        ("policy.automatic.approve_amount_at_most", "", ""),
        ("policy.authority.sign_overrides", "approve, decline", "approve, decline"),
        ("policy.clocks.decide_within_days", "7", "7"),
        ("policy.rules.max_amount.at_most", "9000.50", "9000.50"),
        ("policy.rules.max_amount.otherwise", "decline", "decline"),
        ("policy.rules.max_amount.text", 'Above "9,000" \\ a person', 'Above "9,000" \\ a person'),
    ],
)
def test_a_setting_of_each_kind_is_written_and_read(path, words, value):
    after = read(changed(LOAN, {path: words}))

    assert settings_of(after)[path].value == value
    assert set(told(LOAN, after)) == {path}


def test_a_rule_is_taken_away_and_another_one_made():
    other = {
        "policy.rules.max_amount": "",
        "policy.rules.few_points.field": "score",
        "policy.rules.few_points.at_least": "480",
        "policy.rules.few_points.otherwise": "decline",
        "policy.rules.few_points.text": "Fewer than 480 points",
    }

    rules = read(changed(LOAN, other)).policy.rules

    assert [rule.rule for rule in rules] == ["max_term", "few_points"]
    assert str(rules[1].at_least) == "480"


def test_a_table_goes_with_the_last_of_its_settings():
    steps = {"policy.promotion.canary_share": "0.2", "policy.promotion.limits.level": "0.01"}
    asks = read(changed(read(changed(LOAN, {"policy.promotion": ""})), steps))

    assert asks.policy.promotion.limits.level == 0.01
    assert read(changed(asks, dict.fromkeys(steps, ""))).policy.promotion is None


def test_a_table_is_taken_out_whole_and_nothing_else_with_it():
    assert LOAN.policy.promotion.shadow_decisions > 0

    text = changed(LOAN, {"policy.promotion": ""})

    without = read(text)
    assert without.policy.promotion is None
    assert "policy.promotion" not in text
    assert {each.path.rpartition(".")[0] for each in differences(LOAN, without)} == {
        "policy.promotion",
        "policy.promotion.limits",
    }
    assert not rest_differs(LOAN.text, text)


def test_a_table_that_was_taken_out_can_be_put_in_again():
    without = read(changed(LOAN, {"policy.promotion": ""}))

    again = read(changed(without, {"policy.promotion.shadow_hours": "24"}))

    assert again.policy.promotion == Promotion(shadow_hours=24)


def test_a_table_outside_the_policy_is_taken_out_too():
    contract = personal_loan()
    assert removable(contract) == ("policy.promotion", "affordability")

    after = read(changed(contract, {"affordability": ""}))

    assert after.affordability is None
    assert after.policy == contract.policy


@pytest.mark.parametrize("path", ["policy", "policy.clocks", "policy.exploration", "features"])
def test_a_table_that_is_not_there_or_must_be_is_no_setting(path):
    with pytest.raises(ContractRefused, match="is no setting of this policy"):
        changed(LOAN, {path: ""})


def test_a_table_has_no_value():
    with pytest.raises(ContractRefused, match="is no setting of this policy"):
        changed(LOAN, {"policy.promotion": "none"})


def personal_loan():
    path = next(each for each in CONTRACTS if each.parent.name == "personal-loan")
    return Contract.load(path)


def test_affordability_changes_like_the_rest():
    contract = personal_loan()

    after = read(changed(contract, {"affordability.payment_to_income_at_most": "0.3"}))

    assert str(after.affordability.payment_to_income_at_most) == "0.3"
    assert after.policy == contract.policy


@pytest.mark.parametrize(
    ("settings", "path", "message"),
    [
        ({"policy.nothing": "1"}, "policy.nothing", "is no setting of this policy"),
        ({"features.amount": "1"}, "features.amount", "is no setting of this policy"),
        ({"policy.rules.max_amount.colour": "1"}, "policy.rules.max_amount.colour", "of a rule"),
        ({"policy.approve_pd_at_most": "a lot"}, "policy.approve_pd_at_most", "a number"),
        ({"policy.approve_pd_at_most": "nan"}, "policy.approve_pd_at_most", "a number"),
        ({"policy.approve_pd_at_most": ""}, "policy.approve_pd_at_most", "is missing"),
        ({"policy.approve_pd_at_most": "0.5"}, "policy.approve_pd_at_most", "must be below"),
        ({"policy.clocks.claim_minutes": "1.5"}, "policy.clocks.claim_minutes", "whole number"),
        ({"policy.may_decide_own_entries": "maybe"}, "policy.may_decide_own_entries", "true or"),
        (
            {"policy.rules.max_term.at_most": "long"},
            "policy.rules.max_term.at_most",
            "an exact number",
        ),
        (
            {"policy.rules.max_term.field": "features.nothing"},
            "policy.rules.max_term.field",
            "no number of an application",
        ),
    ],
)
def test_the_contracts_own_parser_names_the_setting_that_is_wrong(settings, path, message):
    with pytest.raises(ContractRefused) as refused:
        changed(LOAN, settings)

    (said,) = [each.message for each in refused.value.problems if each.path == path]
    assert message in said


def test_a_policy_that_has_no_tables_of_its_own_is_left_to_a_person():
    begins, ends = LOAN.text.index("[policy]"), LOAN.text.index("[fairness]")
    inline = "policy = {approve_pd_at_most = 0.16, decline_pd_at_least = 0.4}\n"
    contract = read(inline + LOAN.text[:begins] + LOAN.text[ends:])

    with pytest.raises(TextNotRewritable):
        changed(contract, {"policy.approve_pd_at_most": "0.14"})


def test_more_than_the_policy_is_seen():
    other = LOAN.text.replace('label = "Purpose', 'label = "Aim', 1)

    assert rest_differs(LOAN.text, other)
    assert not rest_differs(LOAN.text, LOAN.text + "\n# a remark\n")


def test_every_setting_has_a_kind_that_a_form_can_ask_for():
    for path in CONTRACTS:
        for setting in settings_of(Contract.load(path)).values():
            assert setting.kind is not Kind.OTHER, setting.path
