import json

import pytest
import toy_release

from scoring.contract import Contract
from scoring.points import to_pd
from scoring.scorecard import Scorecard, ScorecardRefused


@pytest.fixture
def card(contract):
    return json.loads(json.dumps(toy_release.scorecard(contract)))


@pytest.fixture
def scored(contract, card):
    """Score an applicant with the toy scorecard, perhaps under another contract."""

    def score(values, *, by=contract):
        identity = {"contract_hash": by.hash}
        return Scorecard(card | identity, contract=by, bundle_hash="sha256:b").score(values)

    return score


@pytest.mark.parametrize(
    ("months", "points"), [(3, 8.0), (11, 8.0), (12, 0.0), (35, 0.0), (36, -12.0), (84, -12.0)]
)
def test_a_value_on_an_edge_belongs_above_it(scored, applicant, months, points):
    applicant |= {"duration_months": months, "housing": "own", "has_telephone": True}

    score = scored(applicant)

    assert score.points == 540.0 + points + 3.0 + 1.5


def test_points_by_feature_and_base_points_are_the_score(contract, scored, applicant):
    applicant |= {"duration_months": 40, "housing": "free", "has_telephone": False}

    score = scored(applicant)

    given = dict(zip(contract.feature_names, score.contributions, strict=True))
    assert {name: points for name, points in given.items() if points} == {
        "duration_months": -12.0,
        "housing": -7.0,
        "has_telephone": -1.0,
    }
    assert score.base_points + sum(score.contributions) == score.points == 520.0
    assert score.pd == to_pd(520.0, scale=contract.scale)
    assert score.margin == pytest.approx(-(520.0 - contract.scale.offset) / contract.scale.factor)
    assert (score.score, score.bundle_hash) == (520, "sha256:b")
    assert score.contract_hash == contract.hash


def test_missing_values_have_their_own_points(contract_text, scored, applicant):
    text = contract_text
    for code in ("HOU01", "DUR01", "TEL01"):
        text = text.replace(
            f'code = "{code}"', f'code = "{code}"\nmay_be_missing = true\nmissing_text = "Not said"'
        )
    applicant |= {"duration_months": None, "housing": None, "has_telephone": None}

    assert scored(applicant, by=Contract.parse(text.encode())).points == 540.0 - 1.0 - 2.0 + 0.0


def test_a_category_in_no_group_has_the_points_of_others(contract, card, applicant):
    card["features"][1] |= {"groups": [["own"]], "points": [3.0], "other": -4.0}
    scorecard = Scorecard(card, contract=contract, bundle_hash="sha256:b")
    applicant |= {"duration_months": 20, "housing": "free", "has_telephone": True}

    assert scorecard.score(applicant).points == 540.0 - 4.0 + 1.5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 2}, "another product: format"),
        ({"product": "x"}, "another product: product"),
        ({"contract_hash": "x"}, "another product: contract_hash"),
        ({"extra": 1}, "keys are"),
        ({"base_points": None}, "no number of points"),
        ({"base_points": True}, "no number of points"),
        ({"base_points": float("inf")}, "no number of points"),
        ({"base_points": 10**400}, "no number of points"),
        ({"features": {}}, "must be a list"),
        ({"features": [1]}, "no feature of the contract"),
        ({"features": [{"feature": "age"}]}, "'age' is no feature"),
        ({"features": [{"feature": "housing"}]}, "housing: the keys must be"),
        ({"features": [{"feature": "amount"}]}, "amount: the keys must be"),
    ],
)
def test_another_scorecard_is_refused(contract, card, change, says):
    with pytest.raises(ScorecardRefused, match=says):
        Scorecard(card | change, contract=contract, bundle_hash="sha256:b")


@pytest.mark.parametrize(
    ("at", "change", "says"),
    [
        (0, {"edges": [36.0, 12.0]}, "edges must ascend"),
        (0, {"edges": [12.0, 12.0]}, "edges must ascend"),
        (0, {"points": [1.0]}, "one more of points"),
        (0, {"points": 1.0}, "must be lists"),
        (0, {"points": ["1", 2, 3]}, "no number"),
        (0, {"missing": None}, "no number"),
        (1, {"groups": [["own"], ["own", "free"]]}, "stands twice"),
        (1, {"groups": [["own"]]}, "points are missing"),
        (1, {"groups": [["own"], ["castle"]]}, "the contract lacks"),
        (1, {"groups": "own"}, "must be lists"),
        (1, {"other": float("nan")}, "no number"),
        (0, {"points": [1e308, 0.0, 0.0]}, "no number"),
        (0, {"edges": [12.0, 10**400]}, "no number"),
        (1, {"groups": [1, 2]}, "each group must list values"),
        (1, {"groups": [[["own"]], []]}, "each group must list values"),
    ],
)
def test_bins_that_do_not_fit_are_refused(contract, card, at, change, says):
    card["features"][at] |= change

    with pytest.raises(ScorecardRefused, match=says):
        Scorecard(card, contract=contract, bundle_hash="sha256:b")


def test_a_feature_twice_is_refused(contract, card):
    card["features"].append(card["features"][0])

    with pytest.raises(ScorecardRefused, match="stands twice"):
        Scorecard(card, contract=contract, bundle_hash="sha256:b")
