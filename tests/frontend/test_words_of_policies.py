"""Settings and what is wrong with them, in words that have a language."""

import factories
import pytest

from frontend import sentences
from frontend.policy_words import SHARES, label_of, setting_in_words, value_in_words
from scoring.contract import Contract, ContractRefused
from scoring.contracts.policy_texts import changed


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("true", "yes"),
        ("counter_offer, decline", "counter offer, decline"),
        ("money_a_month", "money a month"),
        ("0.35", "0.35"),
        ("requested.amount", "Amount"),
        ("requested.term_months", "Term, in months"),
        ("2026-11-01", "1 November 2026"),
        ("2026-02-30", "2026-02-30"),
        ("20261101", "20261101"),
        ("Above 10,000 DM", "Above 10,000 DM"),
        ("", ""),
    ],
)
def test_a_value_is_said_as_a_person_would(value, words):
    assert value_in_words(value) == words


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("policy.approve_pd_at_most", "0.16", "16%"),
        ("policy.approve_pd_at_most", "0.1234", "12.34%"),
        ("policy.promotion.limits.level", "1e-05", "0.001%"),
        ("policy.authority.offer_share_at_most", "1.0", "100%"),
        ("policy.automatic.decline_pd_at_least", "", ""),
        ("policy.criteria.override_rate.target", "0.1", "10%"),
        ("policy.criteria.override_rate.since", "2026-11-01", "1 November 2026"),
        ("policy.criteria.median_hours.target", "24.0", "24.0"),
        ("policy.clocks.decide_within_days", "5", "5"),
        ("policy.rules.max_amount.at_most", "10000", "10000"),
    ],
)
def test_a_share_is_said_per_hundred(path, value, words):
    assert setting_in_words(path, value) == words


def test_every_share_is_a_setting_that_has_a_name():
    assert all(label_of(path) != path for path in SHARES)


@pytest.mark.parametrize(
    "settings",
    [
        {"policy.approve_pd_at_most": "2"},
        {"policy.approve_pd_at_most": "0.9"},
        {"policy.approve_pd_at_most": ""},
        {"policy.approve_pd_at_most": "many"},
        {"policy.clocks.claim_minutes": "x"},
        {"policy.clocks.claim_minutes": "1"},
        {"policy.clocks.decide_within_days": "30", "policy.clocks.notice_within_days": "20"},
        {"policy.may_decide_own_entries": "perhaps"},
        {"policy.criteria.bad_rate.since": "soon"},
        {"policy.criteria.bad_rate.since": ""},
        {"policy.automatic.approve_pd_at_most": "0.5"},
        {"policy.automatic.approve_pd_at_most": ""},
        {"policy.automatic.decline_pd_at_least": "0.1"},
        {"policy.authority.sign_above_amount": "-1"},
        {"policy.authority.sign_overrides": "maybe"},
        {"policy.authority.sign_overrides": "approve, approve"},
        {"policy.authority.offer_share_at_least": "2"},
        {"policy.rules.max_term.at_most": ""},
        {"policy.rules.max_term.at_least": "90"},
        {"policy.rules.max_term.at_most": "long"},
        {"policy.rules.max_term.field": "features.no"},
        {"policy.rules.max_term.otherwise": "ask"},
        {"policy.rules.Bad Name.at_most": "3"},
        {"policy.exploration.share": "0.05"},
        {"policy.nothing": "1"},
    ],
)
def test_what_is_wrong_with_a_policy_is_a_sentence_that_can_be_translated(settings):
    contract = Contract.parse((factories.PRODUCT / "contract.toml").read_bytes())

    with pytest.raises(ContractRefused) as refused:
        changed(contract, settings)

    for problem in refused.value.problems:
        known = [
            said for said, pattern in sentences._patterns() if pattern.fullmatch(problem.message)
        ]
        assert known, problem.message
