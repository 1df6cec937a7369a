"""The made-up officer of the time machine."""

from pathlib import Path

import pytest

from scoring.contract import Contract
from scoring.policy import Recommendation
from scoring.simulation import officer as officers

CONTRACT = Contract.load(
    Path(__file__).parents[2] / "contracts" / "small-business-loan" / "contract.toml"
)
CODES = officers.codes_of(CONTRACT)
LOANS = [f"loan-{number}" for number in range(4_000)]


def said(recommendation, loan, *, seed=1, codes=CODES):
    return officers.say(recommendation, codes=codes, seed=seed, loan=loan)


def test_the_same_loan_is_decided_alike_and_another_seed_otherwise():
    one = [said(Recommendation.REFER, loan) for loan in LOANS[:200]]

    assert one == [said(Recommendation.REFER, loan) for loan in LOANS[:200]]
    assert one != [said(Recommendation.REFER, loan, seed=2) for loan in LOANS[:200]]


@pytest.mark.parametrize(
    ("recommendation", "share"),
    [
        (Recommendation.APPROVE, officers.USUAL.follows_approve),
        (Recommendation.DECLINE, 1 - officers.USUAL.follows_decline),
        (Recommendation.REFER, officers.USUAL.approves_referred),
    ],
)
def test_approves_about_as_often_as_stated(recommendation, share):
    approved = sum(said(recommendation, loan).approves for loan in LOANS) / len(LOANS)

    assert approved == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("recommendation", [Recommendation.APPROVE, Recommendation.DECLINE])
def test_an_override_has_a_reason_and_an_agreement_has_none(recommendation):
    for loan in LOANS[:500]:
        one = said(recommendation, loan)
        follows = one.approves == (recommendation is Recommendation.APPROVE)
        assert bool(one.reason_code) != follows
        assert bool(one.reason) != follows


def test_a_reason_to_decline_is_one_that_an_applicant_can_be_told():
    told = {each.code: each.notice_text for each in CONTRACT.officer_reasons}

    assert told[CODES.declines]
    assert not told[CODES.approves]


def test_a_reason_is_one_for_the_verdict():
    text = CONTRACT.text.replace('verdicts = ["approve"', 'verdicts = ["decline"', 1)

    assert officers.codes_of(Contract.parse(text.encode())).approves == "OFF02"


def test_without_reason_codes_every_recommendation_is_followed():
    codes = officers.Codes(approves="", declines="")

    assert all(said(Recommendation.APPROVE, loan, codes=codes).approves for loan in LOANS[:500])
    assert not any(said(Recommendation.DECLINE, loan, codes=codes).approves for loan in LOANS[:500])


def test_takes_from_no_day_to_the_most_that_is_stated():
    days = {officers.days_taken(1, loan) for loan in LOANS}

    assert days == set(range(officers.USUAL.most_days + 1))


def test_any_strategy_meets_the_same_officer():
    policy = CONTRACT.policy

    for loan in LOANS[:200]:
        by_product = said(Recommendation.APPROVE, loan).approves
        assert by_product == officers.approves_at(policy, 0.01, seed=1, loan=loan)
