"""What a contract may say of learning and of the exploration lane, and what is drawn by it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scoring.application import RequestedValues
from scoring.contract import Contract, ContractRefused, Learning, Policy, PolicyRule
from scoring.contracts.learning_terms import Exploration
from scoring.exploration import explored, is_drawn, would_draw
from scoring.groups.representation import counted, suppressed
from scoring.policy import Recommendation, recommend

LANE = """
[policy.exploration]
share = 0.05
loss_budget = "5000"
pd_at_most = 0.6
amount_at_most = "3000"
"""
TERMS = Exploration(
    share=0.1, loss_budget=Decimal(100), pd_at_most=0.6, amount_at_most=Decimal(3000)
)
POLICY = Policy(approve_pd_at_most=0.16, decline_pd_at_least=0.4, exploration=TERMS)
DRAWN = next(f"01M6{n:022}" for n in range(1_000) if is_drawn(f"01M6{n:022}", share=0.1))
NOT_DRAWN = next(f"01M6{n:022}" for n in range(1_000) if not is_drawn(f"01M6{n:022}", share=0.1))


def read(contract_text, more):
    return Contract.parse((contract_text + more).encode())


def test_without_a_word_only_matured_outcomes_are_learned_from_and_nobody_explores(contract):
    assert contract.learning == Learning()
    assert contract.learning.policy == "matured_outcomes"
    assert contract.policy.exploration is None


def test_the_label_policy_and_the_retraining_are_read(contract_text):
    said = read(
        contract_text,
        '\n[learning]\nlabels = "parcelling"\nprudence = 1.5\nofficer_weight = 0.2\n'
        "[learning.retraining]\nruns_a_month = 2\ndrift_above = 0.25\nnew_labels = 500\n"
        "drift_alerts = true\n",
    ).learning

    assert said.policy == "parcelling+officers_decisions"
    assert (said.prudence, said.retraining.runs_a_month) == (1.5, 2)
    assert (said.retraining.drift_above, said.retraining.new_labels) == (0.25, 500)
    assert said.retraining.drift_alerts


WRONG = [
    ('\n[learning]\nlabels = "all"\n', "learning.labels"),
    ("\n[learning]\nprudence = 0.5\n", "learning.prudence"),
    ("\n[learning]\nofficer_weight = 2\n", "learning.officer_weight"),
    ("\n[learning]\nweights = 1\n", "learning.weights"),
    ("\n[learning.retraining]\nruns_a_month = 0\n", "runs_a_month"),
    (LANE.replace("0.05", "0.5"), "policy.exploration.share"),
    (LANE.replace("0.6", "0.3"), "policy.exploration.pd_at_most"),
    (LANE.replace('"5000"', '"0"'), "policy.exploration.loss_budget"),
    (LANE.replace('"3000"', '"-1"'), "policy.exploration.amount_at_most"),
    ("\n[policy.exploration]\n", "policy.exploration.share"),
]


@pytest.mark.parametrize(("more", "names"), WRONG)
def test_what_cannot_be_meant_is_refused_with_its_place(contract_text, more, names):
    with pytest.raises(ContractRefused) as refusal:
        read(contract_text, more)

    assert any(names in problem.path or names in str(problem) for problem in refusal.value.problems)


def found(pd, *rules, policy=POLICY, amount="2000"):
    asked = RequestedValues(amount=Decimal(amount), term_months=24)
    return recommend(replace(policy, rules=rules), pd=pd, requested=asked, values={})


def draws(pd, *rules, decision=DRAWN, amount="2000", policy=POLICY):
    made = found(pd, *rules, policy=policy, amount=amount)
    return would_draw(policy, made, decision=decision, pd=pd, amount=Decimal(amount))


def test_who_the_cut_off_alone_declines_may_be_drawn():
    assert draws(0.5)


BROKEN_RULE = PolicyRule(
    rule="small", field="requested.amount", text="Small", otherwise="refer", at_most=Decimal(1)
)


@pytest.mark.parametrize(
    ("pd", "more"),
    [
        (0.3, {}),
        (0.1, {}),
        (0.61, {}),
        (None, {}),
        (0.5, {"amount": "3000.01"}),
        (0.5, {"decision": NOT_DRAWN}),
        (0.5, {"policy": replace(POLICY, exploration=None)}),
    ],
    ids=["referred", "approved", "too risky", "no score", "too large", "not drawn", "off"],
)
def test_nobody_else_is_drawn(pd, more):
    assert not draws(pd, **more)


def test_a_rule_that_is_not_met_keeps_one_out():
    assert not draws(0.5, BROKEN_RULE)


def test_a_drawn_application_is_recommended_and_left_to_a_person():
    made = explored(replace(found(0.5), automatic=True))

    assert (made.recommendation, made.automatic) == (Recommendation.APPROVE, False)


def test_small_groups_are_kept_back_and_the_next_larger_with_a_lone_one():
    assert [cell["n"] for cell in suppressed([{"n": 5}, {"n": 7}, {"n": 90}], smallest=30)] == [
        *(None, None, 90)
    ]
    assert [cell["n"] for cell in suppressed([{"n": 0}, {"n": 40}, {"n": 90}], smallest=30)] == [
        *(0, 40, 90)
    ]
    assert [cell["n"] for cell in suppressed([{"n": 3}], smallest=30)] == [None]


def test_groups_are_counted_in_the_contracts_words(contract):
    groups = ["under_25"] * 100 + ["25_to_61"] * 300 + [None] * 40 + ["62_and_over"] * 31

    (said,) = counted(contract, {"age_group": groups})

    assert said["n"] == 471
    assert sum(cell["n"] for cell in said["cells"]) == 471
    assert said["cells"][-1] == {"label": "not known", "n": 40}
