"""The engine with a model that was really trained, exported and packed."""

import itertools
import json
import struct

import pytest
import toy_release

from scoring.application import validate_application
from scoring.engine import Engine
from scoring.files.ingestion import ingest
from scoring.policy import Recommendation, recommend
from scoring.reasons import principal_reasons
from scoring.scorecard import Scorecard

pytestmark = pytest.mark.xdist_group("real_release")  # one worker trains it, once


@pytest.fixture(scope="module")
def real_engine(release):
    return Engine(release)


@pytest.fixture(scope="module")
def rows(release):
    frame = ingest(toy_release.LOANS_FILE, contract=release.contract).frame
    return frame.select(release.contract.feature_names).to_dicts()


@pytest.fixture(scope="module")
def shipped(release):
    body = json.loads(toy_release.CONTRACT_FILE.with_name("example.json").read_text())
    return validate_application(
        release.contract,
        requested=body["requested"],
        features=body["features"],
        monitoring=body["monitoring"],
    )


def test_the_shipped_example_waits_for_a_person_to_agree_or_override(release, real_engine, shipped):
    score = real_engine.score(shipped.features)

    found = recommend(
        release.contract.policy, pd=score.pd, requested=shipped.requested, values=shipped.features
    )
    reasons = principal_reasons(release.contract, shipped.features, score.contributions)
    assert 0.42 < score.pd < 0.60  # well above the cut-off
    assert (found.recommendation, found.automatic) == (Recommendation.DECLINE, False)
    assert 1 <= len(reasons) <= 4
    assert "Balance of the checking account is below zero" in [item.text for item in reasons]


def test_a_row_has_the_same_bits_alone_and_in_a_batch(real_engine, rows):
    many = list(itertools.islice(itertools.cycle(rows), 9_000))

    whole = real_engine.score_many(many)

    for at in range(0, 1000, 37):
        alone = real_engine.score(many[at])
        assert struct.pack("<f", alone.pd) == whole.pd[at].tobytes()
        assert struct.pack("<f", alone.points) == whole.points[at].tobytes()
        assert struct.pack("<17f", *alone.contributions) == whole.reasons[at].tobytes()


def test_every_score_is_base_points_and_what_each_feature_gave(real_engine, rows):
    for row in rows[::10]:
        score = real_engine.score(row)

        assert score.base_points + sum(score.contributions) == pytest.approx(score.points, abs=1e-3)


def test_the_fallback_scorecard_of_the_release_reads_and_ranks_alike(release, real_engine, rows):
    card = Scorecard(release.scorecard, contract=release.contract, bundle_hash=release.hash)

    by_card = [card.score(row).pd for row in rows[:200]]
    by_model = real_engine.score_many(rows[:200]).pd

    order = sorted(range(200), key=by_card.__getitem__)
    safest, riskiest = by_model[order[:50]].mean(), by_model[order[150:]].mean()
    assert riskiest > 3 * safest
