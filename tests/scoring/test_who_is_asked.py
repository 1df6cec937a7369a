"""The bootstrap models are asked where they matter, and what they say is said as it is."""

from dataclasses import replace

import flawed_graphs
import numpy as np
import pytest
import toy_release

from scoring.engine import Engine
from scoring.features import example
from scoring.uncertainty import assess

NEAR = 0.25  # log-odds; eight months of the toy
STEPS = tuple(np.arange(21) / 100)  # twenty-one models, each a hundredth more careful


@pytest.fixture(scope="module")
def engine(contract):
    change = flawed_graphs.as_ensemble(spread=STEPS)
    models = toy_release.graph(contract, change=change).SerializeToString()
    sure = toy_release.release()
    said = sure.manifest | {"ensemble": {"models": len(STEPS), "near": NEAR}}
    return Engine(replace(sure, ensemble=models, manifest=said))


@pytest.fixture
def policy(contract):
    return replace(contract.policy, approve_pd_at_most=0.35, decline_pd_at_least=0.6)


def logit(pd):
    return np.log(pd / (1 - pd))


@pytest.mark.parametrize("months", range(3, 85, 3))
def test_they_are_asked_near_a_cut_off_and_nowhere_else(engine, policy, monkeypatch, months):
    values = example(engine.contract) | {"duration_months": months, "checking_status": "none"}
    score, asked, ask = engine.score(values), [], engine.ensemble.pds
    monkeypatch.setattr(engine.ensemble, "pds", lambda row: asked.append(row) or ask(row))

    found = assess(engine, values, score, policy)

    is_near = any(abs(logit(score.pd) - logit(cut)) <= NEAR for cut in (0.35, 0.6))
    assert (found is not None) == (len(asked) == 1) == is_near


def test_the_interval_leaves_out_one_in_twenty_on_each_side(engine, policy):
    values = example(engine.contract) | {"duration_months": 20, "checking_status": "none"}
    score = engine.score(values)

    found = assess(engine, values, score, policy)

    assert found.pd_low == pytest.approx(score.pd + 0.01, abs=1e-6)
    assert found.pd_high == pytest.approx(score.pd + 0.19, abs=1e-6)
    assert (found.models, found.recommendation) == (21, "refer")
    assert found.agreeing == sum(0.35 < score.pd + step < 0.6 for step in STEPS)
