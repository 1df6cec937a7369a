"""Smaller changes of what was asked for: amount and term move with the features they are."""

from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path

import flawed_graphs
import pytest
import toy_release

from scoring.alternatives import alternatives
from scoring.application import RequestedValues
from scoring.contract import Contract, Direction
from scoring.engine import Engine
from scoring.features import example
from scoring.policy import recommend
from scoring.uncertainty import assess

MOST_AMOUNT, MOST_TERM = 10_000, 48  # the contract's rules
SHIPPED = sorted(Path(__file__).parents[2].glob("contracts/*/contract.toml"))
STATUSES = ["below_0", "0_to_200", "200_or_more", "none"]


@pytest.fixture(scope="module")
def policy(contract):
    return replace(contract.policy, approve_pd_at_most=0.35, decline_pd_at_least=0.6)


def asked(values):
    return RequestedValues(
        amount=Decimal(values["amount"]).quantize(Decimal("0.01")),
        term_months=values["duration_months"],
    )


def is_approved(engine, policy, values):
    score = engine.score(values)
    judged = recommend(
        policy,
        pd=score.pd,
        requested=asked(values),
        values=values,
        score=score.score,
        uncertainty=assess(engine, values, score, policy),
    )
    return judged.recommendation == "approve"


def by_force(engine, policy, values):
    """Try every status, every month and both sides of the bound on the amount."""
    spread = toy_release.SPREAD
    for status, months, amount in product(
        STATUSES, range(3, 85), {values["amount"], MOST_AMOUNT, MOST_AMOUNT + 1}
    ):
        tried = {"checking_status": status, "duration_months": months, "amount": amount}
        moved = {name for name, value in tried.items() if value != values[name]}
        far = sum(
            1.0
            if name == "checking_status"
            else abs(tried[name] - values[name]) / (spread[name]["high"] - spread[name]["low"])
            for name in moved
        )
        if moved and is_approved(engine, policy, values | tried):
            yield len(moved), far


@pytest.mark.parametrize("amount", [4_200, 10_000, 12_345])
@pytest.mark.parametrize(("status", "months"), [("below_0", 60), ("none", 60), ("below_0", 30)])
def test_rules_about_what_was_asked_for_are_met_by_asking_for_less(
    engine, contract, policy, amount, status, months
):
    values = example(contract) | {
        "amount": amount,
        "duration_months": months,
        "checking_status": status,
    }

    found = alternatives(engine, values=values, requested=asked(values), policy=policy).found

    assert found
    for one in found:
        changed = values | {change.feature: change.after for change in one.changes}
        assert one.requested == asked(changed)
        assert one.requested.amount <= MOST_AMOUNT
        assert one.requested.term_months <= MOST_TERM
        assert is_approved(engine, policy, changed)
    size, distance = min(by_force(engine, policy, values))
    assert len(found[0].changes) == size
    assert found[0].distance == pytest.approx(distance, abs=1e-8)


def test_what_is_asked_for_stays_inside_what_the_product_offers(contract_text, policy):
    """The feature may be 3 months; nobody can ask for less than 12."""
    text = contract_text.replace("term_months = { minimum = 3,", "term_months = { minimum = 12,")
    engine = Engine(toy_release.release(Contract.parse(text.encode())))
    values = example(engine.contract) | {"duration_months": 40, "checking_status": "0_to_200"}
    strict = replace(policy, approve_pd_at_most=0.32)

    found = alternatives(engine, values=values, requested=asked(values), policy=strict).found

    assert all(one.requested.term_months >= 12 for one in found)
    assert ("duration_months",) not in [
        tuple(change.feature for change in one.changes) for one in found
    ]


def test_an_amount_that_two_features_are_cannot_be_moved(contract_text, policy):
    text = contract_text.replace(
        'source = "installment_rate"\n',
        'source = "installment_rate"\nsame_as = "requested.amount"\n',
    )
    engine = Engine(toy_release.release(Contract.parse(text.encode())))
    values = example(engine.contract) | {"amount": 12_000, "checking_status": "200_or_more"}

    told = alternatives(engine, values=values, requested=asked(values), policy=policy)

    assert told.found == ()


@pytest.fixture(scope="module")
def with_models(contract):
    """Give the toy three models; two of them are more careful than the champion by 0.1."""
    models = toy_release.graph(
        contract, change=flawed_graphs.as_ensemble(spread=(0.0, 0.1, 0.1))
    ).SerializeToString()
    sure = toy_release.release()

    def made(*, near):
        said = sure.manifest | {"ensemble": {"models": 3, "near": near}}
        return Engine(replace(sure, ensemble=models, manifest=said))

    return made


@pytest.fixture(scope="module")
def unsure_engine(with_models):
    return with_models(near=50.0)


def test_what_models_disagree_on_is_no_approval(unsure_engine, engine, contract, policy):
    values = example(contract) | {"duration_months": 40, "checking_status": "0_to_200"}
    assert not is_approved(unsure_engine, policy, values)

    (one, *_) = alternatives(engine, values=values, requested=asked(values), policy=policy).found
    found = alternatives(unsure_engine, values=values, requested=asked(values), policy=policy).found

    as_one_model = values | {change.feature: change.after for change in one.changes}
    assert not is_approved(unsure_engine, policy, as_one_model)
    assert found
    assert all(item.score.pd + 0.1 <= policy.approve_pd_at_most for item in found)
    size, distance = min(by_force(unsure_engine, policy, values))
    assert len(found[0].changes) == size
    assert found[0].distance == pytest.approx(distance, abs=1e-8)


def test_models_that_an_application_would_not_ask_are_not_asked_here(
    with_models, engine, contract, policy
):
    """What is shown is approved as if it had come in: far from the cut-off nobody is asked."""
    values = example(contract) | {"duration_months": 40, "checking_status": "0_to_200"}

    told = [
        alternatives(each, values=values, requested=asked(values), policy=policy).found
        for each in (with_models(near=1e-6), engine)
    ]

    first, second = ([item.changes for item in found] for found in told)
    assert first == second


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_no_shipped_product_tells_an_applicant_to_ask_for_more(file):
    contract = Contract.load(file)

    amounts = [each for each in contract.features if each.same_as == "requested.amount"]

    assert all(each.changes is Direction.DOWN for each in amounts if each.actionable)
