"""Beyond its folds: cut-offs, search, bootstrap models; the dossier says the rest."""

import json
import re

import factories
import pytest
from page_words import words_of

from credit.queries.evidence import evidence_of
from scoring.bundle import pack, unpack

AT_13 = {"cut_off": 0.13, "approved": 0.3, "bad_rate": 0.08, "profit": 0.0115}
AT_16 = {"cut_off": 0.16, "approved": 0.36, "bad_rate": 0.09, "profit": 0.0104}
OWN = {"rounds": 100, "max_depth": 3, "learning_rate": 0.1, "subsample": 0.8, "colsample": 0.8}
OWN |= {"min_child_weight": 5.0}


def cut_off(figures):
    return figures | {"low": 0.002, "high": 0.018}


def profit():
    steps = [number / 100 for number in range(101)]
    earned = [0.01 - (step - 0.13) ** 2 for step in steps]
    return {
        "n": 1000,
        "weighed_by_amount": True,
        "cut_offs": steps,
        "approved": [min(1.0, step / 0.9) for step in steps],
        "bad_rate": [None, *steps[1:]],
        "profit": earned,
        "low": [each - 0.01 for each in earned],
        "high": [each + 0.01 for each in earned],
        "best": cut_off(AT_13),
        "at": {name: cut_off(AT_16) for name in ("approve", "decline", "break_even")},
    }


SEARCH = {
    "asked": 4,
    "tried": [OWN | {"log_loss": 0.52}, OWN | {"max_depth": 2, "log_loss": None}],
    "chosen": OWN,
    "gain": 0.0,
    "minutes_of_work": 10,
}
KEYS = ("profit", "calibration_by_band", "calibration_over_time", "out_of_time", "search")
KEYS += ("ensemble", "familiarity", "scorecard")


@pytest.fixture
def page_of(as_validator, champion, monkeypatch):
    """Read the champion's page as if its manifest said this."""

    def read(**said):
        found = evidence_of(said)
        monkeypatch.setattr("credit.queries.models.evidence_of", lambda _: found)
        return words_of(as_validator.get(f"/console/models/{champion.pk}/"))

    return read


def test_the_best_cut_off_and_the_contract_s_stand_beside_each_other(page_of):
    page = page_of(profit=profit())

    assert "best 13%: +1.15%" in page
    assert "contract 16%: +1.04%" in page
    assert "Best on these loans 13% 30.0% 8.0% +1.15% +0.20% to +1.80%" in page
    assert "Contract approves up to 16%" in page


def test_the_curve_can_be_read_without_seeing_it(as_validator, champion, page_of):
    page_of(profit=profit())
    page = as_validator.get(f"/console/models/{champion.pk}/").content.decode()

    title = " ".join(
        re.search(r'<title id="curve-words">(.*?)</title>', page, re.DOTALL)[1].split()
    )
    assert title == (
        "Expected profit over the cut-off. It is highest at 13%: +1.15%. "
        "The contract approves up to 16%: +1.04%."
    )
    assert len(re.findall(r"<th scope=\"row\">\s*\d+%", page)) == 21  # every fifth


def test_trials_are_listed_and_the_one_taken_is_named(page_of):
    page = page_of(search=SEARCH)

    assert "The contract\u2019s own settings were kept" in page
    assert "contract\u2019s own (taken) 0.5200 100 3" in page
    assert "1 \u2013 100 2" in page
    assert "log loss is lower by 0.0100" in page_of(search=SEARCH | {"gain": 0.01})


def test_how_sure_it_is_names_models_and_threshold(page_of):
    page = page_of(
        ensemble={"models": 12, "spread_of_pd": 0.07, "referred_share": 0.139},
        familiarity={"threshold": 38.81, "quantile": 0.995, "rows": 1000},
    )

    assert "12, asked near a cut-off" in page
    assert "38.8 bits of surprise: 99.5% of 1,000 loans are below" in page


@pytest.mark.parametrize("manifest", [{}, dict.fromkeys(KEYS)], ids=["absent", "none"])
def test_a_release_that_says_nothing_of_it_says_so(page_of, manifest):
    page = page_of(**manifest)

    for words in (
        "This version does not say what its cut-offs earn.",
        "None was made: the contract\u2019s settings were used.",
        "none: it cannot say how sure it is",
        "no threshold",
    ):
        assert words in page


def test_what_is_shown_stands_in_the_bundle(as_validator, champion, toy_bundle):
    members = unpack(toy_bundle)
    manifest = json.loads(members["manifest.json"]) | {"search": SEARCH}
    content = pack(members | {"manifest.json": json.dumps(manifest).encode()})
    version = factories.model_version(content, contract=champion.contract)

    page = words_of(as_validator.get(f"/console/models/{version.pk}/"))

    assert "contract\u2019s own (taken) 0.5200 100 3" in page
