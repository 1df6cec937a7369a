"""The law of a place on a day: which screen applies, which is only shown, which blocks."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from credit.actions import fairness_gates
from scoring import fairness
from scoring.contract import Contract, FairnessBounds
from scoring.groups.compare import compare
from scoring.groups.laws import Figures, figures_of, judged
from scoring.groups.laws_gate import gate_of
from scoring.groups.report import Verdict, worst
from scoring.groups.screens import Figure, Placed, Screen, Use, packs_on, screens_of
from scoring.notices.laws import LawRefused, in_force
from scoring.notices.laws_reading import load_all, read
from scoring.proportions import Share

ROOT = Path(__file__).parents[2]
PACKS = load_all(ROOT / "laws")
TODAY = date(2026, 11, 26)
CONTRACT = Contract.load(ROOT / "contracts" / "consumer-loan" / "contract.toml")
SMALL = """format = 1
code = "XX"
name = "Nowhere"
language = "en"
valid_from = 2020-01-01
citations = ["Its law"]
"""
SCREEN = """
[[fairness.screens]]
name = "ratio"
figure = "air"
threshold = 0.8
use = "shown"
citation = "Its law"
reading = true
"""


def screens(*places, on=TODAY):
    return screens_of(packs_on(PACKS, places, on=on))


def blocking(*places, on=TODAY):
    return {each.place for each in screens(*places, on=on) if each.screen.use is Use.BLOCKS}


def screen(figure, threshold, use=Use.BLOCKS):
    return Screen(
        name="s", figure=figure, threshold=threshold, use=use, citation="c", is_reading=True
    )


@pytest.mark.parametrize(
    ("places", "on", "blocks"),
    [
        (("US",), date(2026, 7, 20), {"US"}),
        (("US",), date(2026, 7, 21), set()),
        (("US", "US-NJ"), TODAY, {"US-NJ"}),
        (("US", "US-NJ"), date(2025, 12, 14), {"US"}),
        (("US", "US-MA"), TODAY, {"US-MA"}),
        (("EU", "DE"), TODAY, set()),
        (("TW",), TODAY, set()),
    ],
)
def test_the_place_and_the_day_say_what_blocks_a_promotion(places, on, blocks):
    assert blocking(*places, on=on) == blocks


def test_every_screen_has_a_citation_and_says_whose_reading_it_is():
    shipped = screens_of(PACKS)

    assert shipped
    assert all(each.screen.citation and each.screen.is_reading for each in shipped)


def test_notices_of_the_united_states_are_as_before_the_amendment():
    before, after = (
        in_force(PACKS, jurisdictions=["US"], on=day).packs[0]
        for day in (date(2026, 7, 20), date(2026, 7, 21))
    )

    same = ("clocks", "most_reasons", "never_stated", "agencies", "forms", "blocks")
    assert all(getattr(before, name) == getattr(after, name) for name in same)


def test_colorado_keeps_records_for_three_years_from_2027():
    assert packs_on(PACKS, ["US-CO"], on=date(2026, 12, 31)) == []
    (pack,) = packs_on(PACKS, ["US-CO"], on=date(2027, 1, 1))
    assert pack.keeps_months == 36


@pytest.mark.parametrize(
    ("added", "says"),
    [
        (SCREEN.replace("0.8", "1.2"), "the threshold must be at most 1"),
        (SCREEN + SCREEN, "two are of one figure and one use"),
        (
            SCREEN.replace('"air"', '"smd"').replace('"shown"', '"blocks"'),
            'a difference of scores can only be "shown"',
        ),
        (SCREEN.replace('"air"', '"speed"'), "must be one of: air, marginal_effect"),
        (SCREEN.replace('"shown"', '"hidden"'), "must be one of: blocks, shown"),
        (SCREEN.replace("reading = true", ""), "is missing"),
        (SCREEN.replace("0.8", "-1"), "between 0 and 100"),
        ('[fairness]\ncolour = "red"\n', "unknown key"),
        ("keeps_months = 0\n", "between 1 and 600"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_what_is_wrong(added, says):
    with pytest.raises(LawRefused, match=says):
        read((SMALL + added).encode())


@pytest.mark.parametrize(
    ("figure", "threshold", "figures", "verdict"),
    [
        (Figure.AIR, 0.8, Figures(air=0.7, air_low=0.6, p_value=0.001), Verdict.OUTSIDE),
        (Figure.AIR, 0.8, Figures(air=0.7, air_low=0.4, p_value=0.2), Verdict.INSUFFICIENT),
        (Figure.AIR, 0.8, Figures(air=0.9, air_low=0.82, p_value=0.2), Verdict.WITHIN),
        (Figure.AIR, 0.8, Figures(), Verdict.INSUFFICIENT),
        (Figure.EFFECT, 5, Figures(effect=-9, effect_low=-12, p_value=0.001), Verdict.OUTSIDE),
        (Figure.EFFECT, 5, Figures(effect=-1, effect_low=-4, p_value=0.3), Verdict.WITHIN),
        (Figure.EFFECT, 5, Figures(effect=-4, effect_low=-8, p_value=0.02), Verdict.INSUFFICIENT),
        (Figure.SMD, 0.3, Figures(smd=-0.5, smd_low=-0.7, smd_high=-0.3), Verdict.OUTSIDE),
        (Figure.SMD, 0.3, Figures(smd=-0.5, smd_low=-1.2, smd_high=0.2), Verdict.INSUFFICIENT),
        (Figure.SMD, 0.3, Figures(smd=0.1, smd_low=-0.1, smd_high=0.3), Verdict.WITHIN),
        (Figure.SIGNIFICANCE, 0.05, Figures(effect=-3, p_value=0.01), Verdict.OUTSIDE),
        (Figure.SIGNIFICANCE, 0.05, Figures(effect=3, p_value=0.01), Verdict.INSUFFICIENT),
        (Figure.SIGNIFICANCE, 0.05, Figures(effect=0, p_value=1.0), Verdict.INSUFFICIENT),
    ],
)
def test_a_screen_says_outside_within_or_that_there_is_too_little(
    figure, threshold, figures, verdict
):
    assert judged(screen(figure, threshold), figures) is verdict


@pytest.mark.parametrize(
    ("is_favourable", "verdict"), [(True, Verdict.WITHIN), (False, Verdict.OUTSIDE)]
)
def test_where_being_chosen_is_unfavourable_more_of_it_is_the_worse(is_favourable, verdict):
    own, reference = Share(count=300, n=500), Share(count=200, n=500)
    found = compare(own, reference, is_favourable=is_favourable)

    figures = figures_of(found, smd=None, is_favourable=is_favourable)

    assert judged(screen(Figure.EFFECT, 5), figures) is verdict
    assert judged(screen(Figure.AIR, 0.8), figures) is verdict


def test_nothing_judged_is_insufficient_evidence():
    assert worst([]) is Verdict.INSUFFICIENT


def report(air):
    """Report on groups of whom the younger are approved so many times as often."""
    approved = round(600 * air)
    return fairness.assess(
        contract=CONTRACT,
        selected=[True] * 600 + [False] * 400 + [True] * approved + [False] * (1000 - approved),
        bad=None,
        groups={"age_group": ["25_to_61"] * 1000 + ["under_25"] * 1000},
    )


NJ = screens("US", "US-NJ")


@pytest.mark.parametrize(
    ("air", "own_blocks", "law", "passed", "blocking"),
    [
        (0.6, False, (), False, False),  # the contract's bound alone: the validator decides
        (0.6, True, (), False, True),
        (0.6, False, NJ, False, True),  # the law of New Jersey is stricter
        (1.0, False, NJ, True, True),
        (1.0, False, (), True, False),
        (0.6, False, screens("US"), False, False),  # federal law only shows it
    ],
)
def test_the_gate_is_the_stricter_of_contract_and_law(air, own_blocks, law, passed, blocking):
    bounds = replace(CONTRACT.fairness, blocks_promotion=own_blocks)

    gate = gate_of(report(air), bounds=bounds, screens=law)

    assert (gate["passed"], gate["blocking"]) == (passed, blocking)


def test_a_bound_of_the_contract_alone_does_not_block_because_a_law_would():
    found = report(0.85)
    stricter = replace(found, verdict=Verdict.OUTSIDE)
    bounds = FairnessBounds(minimum_air=0.95, minimum_group=30, blocks_promotion=False)

    gate = gate_of(stricter, bounds=bounds, screens=NJ)

    assert (gate["passed"], gate["blocking"]) == (False, False)


@pytest.mark.parametrize(
    ("places", "own_blocks", "blocking"),
    [(("US", "US-NJ"), False, True), (("US",), False, False), (("US",), True, True)],
)
def test_the_gate_of_a_training_sees_a_group_whose_figures_are_withheld(
    places, own_blocks, blocking
):
    rows = {"pd": [0.01] * 300 + [0.9] * 100 + [0.01] * 30 + [0.9] * 70 + [0.01] * 6 + [0.9] * 6}
    validation = pl.DataFrame(rows).with_columns(bad=pl.lit(0))
    groups = {"age_group": ["25_to_61"] * 400 + ["under_25"] * 100 + ["62_and_over"] * 12}
    bounds = replace(CONTRACT.fairness, blocks_promotion=own_blocks)
    contract = replace(CONTRACT, jurisdictions=places, fairness=bounds)

    gate = fairness_gates.gate(validation, contract, groups, on=TODAY)

    assert (gate["passed"], gate["blocking"]) == (False, blocking)
    assert gate["detail"].startswith("Outside bounds: ")
    assert ("under 25" in gate["detail"]) == ("US-NJ" in places)
    assert "12" not in gate["detail"]


def test_a_law_that_is_stricter_than_the_contract_fails_what_the_contract_passes():
    strict = Placed(place="XX", screen=screen(Figure.AIR, 0.99))
    bounds = FairnessBounds(minimum_air=0.5, minimum_group=30, blocks_promotion=False)
    found = replace(report(0.85), verdict=Verdict.WITHIN)

    gate = gate_of(found, bounds=bounds, screens=[strict])

    assert (gate["passed"], gate["blocking"]) == (False, True)
    assert "By the law pack of XX" in gate["detail"]
    assert "under 25" in gate["detail"]
