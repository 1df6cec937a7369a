"""`[policy.criteria]`: what it says, what it is refused for, and how figures stand to it."""

from datetime import date

import factories
import pytest

from scoring.contract import Contract, ContractRefused
from scoring.contracts.policy_settings import Kind, settings_of
from scoring.contracts.policy_texts import changed
from scoring.results.criteria import MEASURES, Criterion, Side, Standing, bounds, standing

WITHOUT = (
    factories.SOURCE[: factories.SOURCE.index(b"# What the owner holds")]
    + (factories.SOURCE[factories.SOURCE.index(b"[fairness]") :])
)
TARGET = Criterion(target=0.5, tolerance=0.1, since=date(2026, 1, 1))


def read(text):
    return Contract.parse(WITHOUT + text.encode())


def problems(text):
    with pytest.raises(ContractRefused) as refused:
        read(text)
    return [str(each) for each in refused.value.problems]


def test_without_the_table_nothing_is_held_against_anything():
    criteria = Contract.parse(WITHOUT).policy.criteria

    assert all(getattr(criteria, name) is None for name in MEASURES)


def test_a_target_has_a_tolerance_and_a_day_from_which_it_counts():
    found = read("""
[policy.criteria.bad_rate]
target = 0.08
tolerance = 0.02
since = 2026-11-01
""")

    assert found.policy.criteria.bad_rate == Criterion(
        target=0.08, tolerance=0.02, since=date(2026, 11, 1)
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("bad_rate]\ntarget = 0.08\ntolerance = 0.02", "since: is missing"),
        ("bad_rate]\ntolerance = 0.02\nsince = 2026-11-01", "target: is missing"),
        ("bad_rate]\ntarget = 0.08\nsince = 2026-11-01", "tolerance: is missing"),
        ("bad_rate]\ntarget = 8\ntolerance = 0.02\nsince = 2026-11-01", "between 0 and 1"),
        ("bad_rate]\ntarget = 0.1\ntolerance = -1\nsince = 2026-11-01", "between 0 and 1"),
        ("bad_rate]\ntarget = 0.1\ntolerance = 0.1\nsince = 'soon'", "date such as"),
        ("goodness]\ntarget = 0.1", "unknown key"),
        ("bad_rate]\ntarget = 0.1\ntolerance = 0.1\nsince = 2026-11-01\nwhy = 'x'", "unknown key"),
    ],
)
def test_what_is_wrong_is_said_at_its_key_and_line(table, says):
    (found, *_) = problems(f"\n[policy.criteria.{table}\n")

    assert "policy.criteria" in found
    assert found.startswith("line ")
    assert says in found


def test_the_shipped_contracts_have_targets():
    assert Contract.parse(factories.SOURCE).policy.criteria.approval_rate is not None


def test_a_target_is_a_setting_of_the_policy_that_can_be_changed_set_and_taken_away():
    contract = read("")
    settings = settings_of(contract)
    assert settings["policy.criteria.bad_rate.since"].kind is Kind.DAY
    assert settings["policy.criteria.bad_rate.target"].value == ""

    text = changed(
        contract,
        {
            "policy.criteria.bad_rate.target": "0.1",
            "policy.criteria.bad_rate.tolerance": "0.02",
            "policy.criteria.bad_rate.since": "2026-12-01",
        },
    )
    with_it = Contract.parse(text.encode())
    assert with_it.policy.criteria.bad_rate.since == date(2026, 12, 1)

    parts = ("target", "tolerance", "since")
    gone = changed(with_it, {f"policy.criteria.bad_rate.{part}": "" for part in parts})
    assert Contract.parse(gone.encode()).policy.criteria.bad_rate is None


def test_a_day_that_is_none_is_refused_at_its_setting():
    with pytest.raises(ContractRefused, match="a date such as 2026-11-01"):
        changed(read(""), {"policy.criteria.bad_rate.since": "next week"})


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ((0.45, 0.55), Standing.INSIDE),
        ((0.35, 0.45), Standing.UNSURE),
        ((0.30, 0.39), Standing.OUTSIDE),
        ((0.61, 0.70), Standing.OUTSIDE),
        (None, Standing.UNKNOWN),
    ],
)
def test_only_a_whole_interval_is_inside_or_outside(ends, found):
    assert standing("approval_rate", TARGET, ends) is found


def test_better_than_wanted_is_not_off_target():
    assert MEASURES["bad_rate"].side is Side.ABOVE
    assert standing("bad_rate", TARGET, (0.0, 0.1)) is Standing.INSIDE
    assert standing("bad_rate", TARGET, (0.61, 0.7)) is Standing.OUTSIDE
    assert standing("p90_hours", TARGET, (0.0, 0.1)) is Standing.INSIDE
    for name in ("helpful_rate", "what_if_rate", "reasons_rate", "taken_up_rate"):
        assert standing(name, TARGET, (0.9, 1.0)) is Standing.INSIDE
        assert standing(name, TARGET, (0.1, 0.2)) is Standing.OUTSIDE
    assert bounds("helpful_rate", TARGET) == (0.4, float("inf"))
