"""The bootstrap models and the familiarity of a release, from training to the recommendation."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from scoring.bundle import BundleRefused, identity, pack, read_bundle, unpack
from scoring.contract import hash_of
from scoring.engine import Engine, EngineFailed
from scoring.familiarity import Familiarity, FamiliarityRefused
from scoring.policy import Recommendation, recommend
from scoring.training import folds
from scoring.training.ensemble_export import export_ensemble
from scoring.training.export import ExportRefused
from scoring.training.familiarity_fit import fit_familiarity
from scoring.training.synthetic import Recipe, contract_of, loans_of
from scoring.training.train import train
from scoring.uncertainty import Uncertainty, assess, assess_each

RECIPE = Recipe(numbers=4, categories=2, ordinals=1, booleans=1, rounds=25, max_depth=3)
pytestmark = pytest.mark.xdist_group("how_sure")


def silence(what, share):
    """Tell nobody."""


@pytest.fixture(scope="module")
def contract():
    return contract_of(RECIPE)


@pytest.fixture(scope="module")
def loans(contract):
    return loans_of(contract, rows=2_000, seed=5)


@pytest.fixture(scope="module")
def release(contract, loans):
    trained = train(
        contract=contract,
        frame=loans,
        snapshot_sha256="x",
        progress=silence,
    )
    return read_bundle(trained.bundle, expected_hash=trained.bundle_hash)


@pytest.fixture(scope="module")
def engine(release):
    return Engine(release)


@pytest.fixture(scope="module")
def rows(contract, loans):
    return loans.select(contract.feature_names).to_dicts()


def repacked(release, **changes):
    """Pack a release again with other members, and a manifest that fits them."""
    members = {
        "card.md": release.card.encode(),
        "contract.toml": release.contract.text.encode(),
        "model.onnx": release.model,
        "scorecard.json": json.dumps(release.scorecard).encode(),
        "familiarity.json": json.dumps(release.familiarity).encode(),
        "ensemble.onnx": release.ensemble,
    } | changes
    members = {name: content for name, content in members.items() if content is not None}
    said = release.manifest | identity(members, contract=release.contract)
    content = pack(members | {"manifest.json": json.dumps(said).encode()})
    return read_bundle(content, expected_hash=hash_of(content))


# --- the models


def test_models_fitted_beside_each_other_are_those_fitted_one_by_one(contract, monkeypatch):
    monkeypatch.setattr(folds.os, "cpu_count", lambda: 2)
    some, found = loans_of(contract, rows=600, seed=5), []
    few = contract.text.replace("minimum_bads =", "bootstrap_models = 4\nminimum_bads =")
    contract = type(contract).parse(few.encode())
    for threads in (1, 2):
        monkeypatch.setattr(folds, "FITS_AT_ONCE", threads)
        trained = train(contract=contract, frame=some, snapshot_sha256="x", progress=silence)
        members = unpack(trained.bundle)
        found.append({name: hash_of(members[name]) for name in ("model.onnx", "ensemble.onnx")})

    assert found[0] == found[1]


def test_a_release_carries_as_many_models_as_its_contract_asks_for(engine, release, rows):
    assert engine.ensemble.pds(rows[0]).shape == (20,)
    assert release.manifest["ensemble"]["models"] == 20
    assert release.manifest["ensemble"]["parity"] <= 2e-6


def test_the_models_differ_and_lie_around_the_champion(engine, rows):
    scored = [engine.score(row) for row in rows[:100]]
    pds = np.stack([engine.ensemble.pds(row) for row in rows[:100]])

    assert (pds.std(axis=1) > 0).all()
    low, high = np.percentile(pds, [5, 95], axis=1)
    own = np.array([score.pd for score in scored])
    assert ((low <= own) & (own <= high)).mean() > 0.8


def test_the_same_row_asks_the_same_bits(engine, rows):
    assert (engine.ensemble.pds(rows[0]) == engine.ensemble.pds(rows[0])).all()


def test_far_from_every_cut_off_nobody_is_asked(engine, contract, rows):
    policy = contract.policy
    for row in rows[:300]:
        score = engine.score(row)
        found = assess(engine, row, score, policy)
        if found is None:
            members = engine.ensemble.pds(row)
            own = score.pd <= policy.approve_pd_at_most
            assert ((members <= policy.approve_pd_at_most) == own).mean() >= 0.85


def test_many_are_told_what_each_is_told_alone(engine, contract, rows):
    policy = contract.policy
    alone = [engine.score(row) for row in rows[:300]]

    together = engine.score_each(rows[:300])
    found = assess_each(engine, rows[:300], together, policy)

    assert together == alone
    assert found == [assess(engine, *each, policy) for each in zip(rows[:300], alone, strict=True)]
    assert len({item is None for item in found}) == 2


def test_what_is_said_counts_those_that_recommend_the_same(engine, contract, rows):
    found = [
        found
        for row in rows[:300]
        if (found := assess(engine, row, engine.score(row), contract.policy))
    ]

    assert found
    assert all(item.pd_low <= item.pd_high for item in found)
    assert {item.models for item in found} == {20}
    one = Uncertainty(models=20, agreeing=12, recommendation="approve", pd_low=0.1, pd_high=0.3)
    assert one.warning == "models disagree: 12 of 20 approve"


def test_policy_may_do_without_agreement(engine, contract, rows):
    alone = replace(contract.policy, agreement_at_least=0.0)

    assert all(assess(engine, row, engine.score(row), alone) is None for row in rows[:50])


@pytest.mark.parametrize("pd", [0.05, 0.9])
def test_models_that_disagree_leave_it_to_a_person(contract, pd):
    asked = contract.policy
    unsure = Uncertainty(models=20, agreeing=12, recommendation="x", pd_low=0, pd_high=1)
    sure = replace(unsure, agreeing=19)
    requested = type("Requested", (), {"amount": 100, "term_months": None})()

    answers = [
        recommend(asked, pd=pd, requested=requested, values={}, uncertainty=item)
        for item in (unsure, sure, None)
    ]

    assert answers[0].recommendation is Recommendation.REFER
    assert not answers[0].automatic
    assert answers[1] == answers[2]
    assert answers[1].recommendation is not Recommendation.REFER


def test_a_contract_may_ask_for_no_such_models(contract, loans):
    text = contract.text.replace("minimum_bads =", "bootstrap_models = 0\nminimum_bads =")
    alone = type(contract).parse(text.encode())
    trained = train(contract=alone, frame=loans.head(400), snapshot_sha256="x", progress=silence)
    release = read_bundle(trained.bundle, expected_hash=trained.bundle_hash)

    assert release.ensemble is None
    assert Engine(release).ensemble is None


def test_models_too_large_to_be_loaded_are_refused_with_the_bound(make_setting, monkeypatch):
    setting = make_setting()
    monkeypatch.setattr("scoring.training.ensemble_export.LARGEST_MODEL", 1_000)

    with pytest.raises(ExportRefused, match=r"at most 1,000 are loaded\. Lower bootstrap_models"):
        export_ensemble(setting.model.encoding, [setting.model.booster], setting.model.calibration)


def test_an_altered_graph_of_models_is_refused(release):
    members = unpack(pack({**_members(release)}))
    members["ensemble.onnx"] = members["ensemble.onnx"][:-1] + b"\x00"
    content = pack(members)

    with pytest.raises(BundleRefused, match="members"):
        read_bundle(content, expected_hash=hash_of(content))


def _members(release):
    content = {
        "card.md": release.card.encode(),
        "contract.toml": release.contract.text.encode(),
        "model.onnx": release.model,
        "scorecard.json": b"null",
        "ensemble.onnx": release.ensemble,
    }
    said = release.manifest | identity(content, contract=release.contract)
    return content | {"manifest.json": json.dumps(said).encode()}


def test_models_that_the_manifest_does_not_describe_are_no_engine(release):
    undescribed = replace(release, manifest={**release.manifest, "ensemble": None})

    with pytest.raises(EngineFailed, match="does not describe its bootstrap models"):
        Engine(undescribed)


def test_a_graph_of_something_else_is_no_engine(release):
    with pytest.raises(EngineFailed, match="bootstrap models do not load"):
        Engine(repacked(release, **{"ensemble.onnx": release.model}))


# --- familiarity


def test_one_in_two_hundred_unseen_rows_is_called_unlike(contract, engine):
    unseen = loans_of(contract, rows=4_000, seed=5)[2_000:].select(contract.feature_names)

    share = np.mean([engine.familiarity.warning(row) is not None for row in unseen.to_dicts()])

    assert 0.0005 < share < 0.015


def test_values_that_nobody_had_are_found_and_named(engine, rows):
    odd = rows[0] | {"number_0": 9.9, "number_1": -9.9, "number_2": 9.9, "number_3": -9.9}

    assert "unlike the training data: " in engine.familiarity.warning(odd)
    assert "number_" in engine.familiarity.warning(odd)


def test_a_pair_that_never_goes_together_is_found(contract):
    rng = np.random.default_rng(1)
    loans = loans_of(contract, rows=3_000, seed=1)
    side = rng.integers(2, size=3_000)
    tied = loans.with_columns(
        group_0=pl.Series([f"value_{one}" for one in side]),
        group_1=pl.Series([f"value_{one}" for one in side]),
    )
    familiarity = Familiarity(fit_familiarity(contract, tied), contract=contract)
    row = tied.select(contract.feature_names).row(0, named=True)
    usual = familiarity.bits(row)

    crossed = familiarity.bits(row | {"group_1": f"value_{1 - side[0]}"})

    assert sum(crossed) > sum(usual) + 8


def test_the_order_of_rows_changes_nothing(contract, loans):
    again = loans.sample(loans.height, shuffle=True, seed=1)

    assert fit_familiarity(contract, loans) == fit_familiarity(contract, again)


def test_a_feature_of_one_value_surprises_nobody(contract, loans):
    constant = loans.with_columns(number_0=pl.lit(1.5))
    familiarity = Familiarity(fit_familiarity(contract, constant), contract=contract)
    row = constant.select(contract.feature_names).row(0, named=True)

    place = contract.feature_names.index("number_0")
    assert familiarity.bits(row)[place] < 0.1


@pytest.mark.parametrize("change", [{"format": 2}, {"contract_hash": "x"}, {"features": []}])
def test_a_table_of_another_contract_is_refused(contract, release, change):
    with pytest.raises(FamiliarityRefused):
        Familiarity(release.familiarity | change, contract=contract)


@pytest.mark.parametrize(
    "change",
    [
        *({"parent": 99}, {"parent": -1}, {"parent": True}, {"edges": None}, {"edges": [2, 1]}),
        *({"edges": ["1"]}, {"bits": []}, {"bits": [[1.0]]}, {"bits": [1]}, {"bits": None}),
        *({"usual": "1"}, {"usual": None}),
    ],
)
def test_a_table_that_does_not_fit_the_features_is_refused(contract, release, change):
    """Whatever an application holds has a place in a table that is used."""
    at = contract.feature_names.index("number_0")
    entries = [*release.familiarity["features"]]
    entries[at] = entries[at] | change
    spoilt = release.familiarity | {"features": entries}

    with pytest.raises(FamiliarityRefused):
        Familiarity(spoilt, contract=contract)


def test_a_table_without_a_threshold_is_no_engine(release):
    spoilt = replace(release, familiarity=release.familiarity | {"threshold": None})

    with pytest.raises(EngineFailed, match="has no threshold"):
        Engine(spoilt)
