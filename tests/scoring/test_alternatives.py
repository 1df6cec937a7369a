"""What would have changed it: nothing smaller is missed, and all that is shown is approved."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product

import numpy as np
import pytest

from scoring.alternatives import NONE_EXISTS, TOO_LARGE, AlternativesRefused, alternatives
from scoring.application import RequestedValues
from scoring.bundle import read_bundle
from scoring.contract import Contract, Policy, PolicyRule, hash_of
from scoring.engine import Engine
from scoring.policy import recommend
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train
from scoring.uncertainty import assess

ASKED = RequestedValues(amount=Decimal("4200.00"), term_months=24)
CUT = Policy(approve_pd_at_most=0.2, decline_pd_at_least=0.5, agreement_at_least=0)
FINE = 0.5  # of the grid that is searched by force


def actionable(contract, *names, **more):
    text = contract.text
    for name in names:
        text = text.replace(f'name = "{name}"\n', f'name = "{name}"\nactionable = true\n', 1)
    for name, line in more.items():
        text = text.replace(f'name = "{name}"\n', f'name = "{name}"\n{line}\n', 1)
    return Contract.parse(text.encode())


def released(contract, *, rows=1_500):
    quick = replace(contract.training, bootstrap_models=4)
    trained = train(
        contract=replace(contract, training=quick),
        frame=loans_of(contract, rows=rows, seed=11),
        snapshot_sha256="x",
        progress=lambda *_: None,
    )
    return Engine(read_bundle(trained.bundle, expected_hash=hash_of(trained.bundle)))


@pytest.fixture(scope="module")
def engine():
    recipe = Recipe(numbers=4, categories=2, rounds=12, max_depth=3)
    return released(actionable(contract_of(recipe), "number_0", "number_1", "group_0"))


@pytest.fixture(scope="module")
def rows(engine):
    frame = loans_of(engine.contract, rows=400, seed=5).to_dicts()
    names = engine.contract.feature_names
    chosen = [{name: row[name] for name in names} for row in frame]
    bad = [row for row in chosen if engine.score(row).pd > CUT.approve_pd_at_most]
    missing = [row for row in bad if row["number_0"] is None or row["number_1"] is None]
    return [row for row in bad if None not in row.values()][:10] + missing[:4]


def search(engine, values, policy=CUT, requested=ASKED):
    return alternatives(engine, values=values, requested=requested, policy=policy)


def is_approved(engine, values, policy=CUT, requested=ASKED):
    score = engine.score(values)
    sure = assess(engine, values, score, policy)
    judged = recommend(
        policy, pd=score.pd, requested=requested, values=values, score=score.score, uncertainty=sure
    )
    return judged.recommendation == "approve"


def test_everything_that_is_shown_is_approved_by_the_whole_policy(engine, rows):
    sure = replace(CUT, agreement_at_least=0.75)
    shown = 0
    for values in rows:
        for one in search(engine, values, sure).found:
            changed = values | {change.feature: change.after for change in one.changes}
            assert is_approved(engine, changed, sure)
            assert one.score == engine.score(changed)
            shown += 1
    assert shown > 5


def grid(engine, values, names):
    """Every value of a fine grid, with how far it is, for some features."""
    spread = engine.bundle.manifest["features"]
    for name in names:
        feature = engine.contract.feature(name)
        if feature.categories:
            yield [(value, 1.0) for value in feature.values if value != values[name]]
        else:
            wide = spread[name]["high"] - spread[name]["low"]
            numbers = np.arange(feature.minimum, feature.maximum + FINE, FINE).round(3).tolist()
            now = values[name]
            yield [(at, 1.0 if now is None else abs(at - now) / wide) for at in numbers]


@pytest.mark.parametrize(("cut", "size_of_most"), [(0.2, 1), (0.14, 2), (0.11, 3)])
def test_no_smaller_change_is_missed(engine, rows, cut, size_of_most):
    """By force: every set of features, every value of a fine grid, scored by the graph."""
    policy, sizes = replace(CUT, approve_pd_at_most=cut), []
    names = [item.name for item in engine.contract.features if item.actionable]
    for values in rows:
        found = search(engine, values, policy).found
        first = found[0] if found else None
        smallest = len(first.changes) if first else 4
        sizes.append(smallest)
        for size in range(1, min(smallest, len(names)) + 1):
            for chosen in combinations(names, size):
                cells = list(product(*grid(engine, values, chosen)))
                tried = [
                    values | dict(zip(chosen, (value for value, _ in cell), strict=True))
                    for cell in cells
                ]
                good = engine.pds_many(tried).astype(float) <= cut
                nearest = min(
                    (
                        sum(far for _, far in cell)
                        for cell, is_good in zip(cells, good, strict=True)
                        if is_good
                    ),
                    default=None,
                )
                if nearest is not None:
                    assert first is not None
                    assert size == smallest
                    assert first.distance <= nearest + 1e-9
    assert size_of_most in sizes


def test_what_is_shown_differs_in_what_it_changes(engine, rows):
    for values in rows:
        sets = [{change.feature for change in one.changes} for one in search(engine, values).found]
        assert len(sets) <= 3
        for one, other in combinations(sets, 2):
            assert not one <= other
            assert not other <= one


def test_only_what_is_actionable_moves_and_stays_inside_its_bounds(engine, rows):
    for values in rows:
        for one in search(engine, values).found:
            for change in one.changes:
                feature = engine.contract.feature(change.feature)
                assert feature.actionable
                assert change.before == values[change.feature] != change.after
                if not feature.categories:
                    assert feature.minimum <= change.after <= feature.maximum


def test_the_same_question_has_the_same_answer(engine, rows):
    assert [search(engine, row) for row in rows[:4]] == [search(engine, row) for row in rows[:4]]


def test_what_can_only_rise_is_not_lowered():
    recipe = Recipe(numbers=3, categories=0, rounds=12, max_depth=2)
    falling = actionable(
        contract_of(recipe), number_0='actionable = true\nchanges = "up"'
    )  # number_0 is held to rise with the risk
    engine = released(falling)
    frame = loans_of(falling, rows=200, seed=2).to_dicts()
    names = falling.feature_names
    for row in frame:
        values = {name: row[name] for name in names}
        if engine.score(values).pd > CUT.approve_pd_at_most:
            assert search(engine, values).reason == NONE_EXISTS


def test_a_rule_that_nobody_can_move_leaves_nothing_to_show(engine, rows):
    closed = PolicyRule(
        rule="closed",
        field="requested.amount",
        text="No more than 100",
        otherwise="refer",
        at_most=Decimal(100),
    )

    told = search(engine, rows[0], replace(CUT, rules=(closed,)))

    assert (told.found, told.reason) == ((), NONE_EXISTS)


@pytest.mark.parametrize("bound", ["MOST_ROWS", "MOST_TABLES", "MOST_COMBINATIONS"])
def test_a_search_that_would_take_too_long_says_so(engine, rows, monkeypatch, bound):
    monkeypatch.setattr(f"scoring.alternatives.{bound}", 0)

    assert {search(engine, row).reason for row in rows} <= {TOO_LARGE, NONE_EXISTS}
    assert TOO_LARGE in {search(engine, row).reason for row in rows}


def test_what_is_not_kept_is_found_again(engine, rows, monkeypatch):
    policy = replace(CUT, approve_pd_at_most=0.11)
    kept = [search(engine, row, policy) for row in rows[:4]]

    monkeypatch.setattr("scoring.alternatives.MOST_KEPT", 0)

    assert [search(engine, row, policy) for row in rows[:4]] == kept


def test_an_approved_application_is_not_searched(engine, rows):
    generous = replace(CUT, approve_pd_at_most=0.99, decline_pd_at_least=0.999)

    with pytest.raises(AlternativesRefused, match="approved as it is"):
        search(engine, rows[0], generous)
