"""`[policy.promotion]` and `[policy.gates]`: what they say, and what they are refused for."""

from pathlib import Path

import factories
import pytest

from scoring.contract import CanaryLimits, Contract, ContractRefused, GateBounds, Promotion


def policy_of(text):
    return Contract.parse(factories.SOURCE + text.encode()).policy


def test_without_the_tables_no_step_is_asked_for_and_gates_are_as_ever():
    policy = policy_of("")

    assert policy.promotion is None
    assert policy.gates == GateBounds()


@pytest.mark.parametrize("product", ["consumer-loan", "credit-card", "mortgage", "personal-loan"])
def test_what_is_shipped_asks_for_every_step_and_for_a_minimum_of_each(product):
    steps = shipped(product).policy.promotion

    assert steps.shadow_decisions >= 50
    assert steps.canary_decisions >= 50
    assert 0.05 <= steps.canary_share <= 0.2


def test_the_product_that_is_replayed_in_files_says_why_it_asks_for_none():
    contract = shipped("small-business-loan")

    assert contract.policy.promotion is None
    assert "# No [policy.promotion]" in contract.text


def shipped(product):
    return Contract.load(Path(__file__).parents[2] / "contracts" / product / "contract.toml")


def test_an_empty_table_asks_for_the_steps_without_a_minimum():
    assert policy_of("\n[policy.promotion]\n").promotion == Promotion()


def test_all_of_it_is_read():
    policy = policy_of("""
[policy.promotion]
canary_share = 0.2
shadow_hours = 168
shadow_decisions = 500
canary_hours = 72
canary_decisions = 300
[policy.promotion.limits]
level = 0.01
failed_at_most = 0.02
slow_at_most = 0.03
slow_ms = 50
approval_gap_at_most = 0.05
bads_ratio_at_most = 2
[policy.gates]
auc_at_least = 0.7
slope_at_least = 0.9
slope_at_most = 1.1
ece_at_most = 0.02
spread_at_most = 3
auc_fall_at_most = 0.05
latency_us_at_most = 500
""")

    assert policy.promotion == Promotion(
        canary_share=0.2,
        shadow_hours=168,
        shadow_decisions=500,
        canary_hours=72,
        canary_decisions=300,
        limits=CanaryLimits(
            level=0.01,
            failed_at_most=0.02,
            slow_at_most=0.03,
            slow_ms=50,
            approval_gap_at_most=0.05,
            bads_ratio_at_most=2.0,
        ),
    )
    assert policy.gates == GateBounds(
        auc_at_least=0.7,
        slope_at_least=0.9,
        slope_at_most=1.1,
        ece_at_most=0.02,
        spread_at_most=3.0,
        auc_fall_at_most=0.05,
        latency_us_at_most=500,
    )


@pytest.mark.parametrize(
    ("table", "line", "place"),
    [
        ("promotion", "canary_share = 0.9", "canary_share"),
        ("promotion", "canary_share = 0", "canary_share"),
        ("promotion", "shadow_hours = -1", "shadow_hours"),
        ("promotion", "canary_hours = 1.5", "canary_hours"),
        ("promotion", "shares = 0.1", "shares"),
        ("promotion.limits", "level = 0.5", "level"),
        ("promotion.limits", "bads_ratio_at_most = 0.5", "bads_ratio_at_most"),
        ("gates", "slope_at_most = 0.9", "slope_at_most"),
        ("gates", "parity = 1", "parity"),
    ],
)
def test_what_cannot_be_is_refused(table, line, place):
    with pytest.raises(ContractRefused, match=rf"policy\.{table}\.{place}"):
        policy_of(f"\n[policy.{table}]\n{line}\n")
