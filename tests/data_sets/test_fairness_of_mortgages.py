"""What the fairness report finds in Boston's mortgage decisions of 1990.

W. C. Hunter and M. B. Walker (1996); J. M. Wooldridge, data set `loanapp`. The reference ratios at
70 % approval are those of `reference.csv`: plain gradient boosting without the attribute, five
times five folds, Black 0.648 (sd 0.013) and Hispanic 0.734 (sd 0.036) beside white applicants.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from scoring import fairness
from scoring.contract import Contract, Protected, ProtectedGroup
from scoring.files.ingestion import ingest
from scoring.training.encoding import encoding_of, matrix_from
from scoring.training.folds import out_of_fold
from scoring.training.learners import LocalLearner

CONTRACT = Path(__file__).parents[2] / "contracts" / "mortgage" / "contract.toml"
FILE = Path(__file__).parents[3] / "shared" / "data" / "loanapp.csv"
APPROVED = 0.7
pytestmark = [
    pytest.mark.skipif(not FILE.exists(), reason="loanapp.csv is not here"),
    pytest.mark.long,
]


ANCESTRY = Protected(  # as the reference figures compare: each beside white applicants alone
    name="ancestry",
    label="Ancestry",
    source=None,
    assessable=True,
    groups=tuple(ProtectedGroup(value=each, label=each) for each in ("white", "black", "hispanic")),
    reference="white",
)


def _ancestry(race, ethnicity):
    if race == "black":
        return "black"
    return "hispanic" if ethnicity == "hispanic" else "white"


@pytest.fixture(scope="module")
def contract():
    return Contract.load(CONTRACT)


@pytest.fixture(scope="module")
def reports(contract):
    """Approve the seven in ten whom models that never saw an applicant call the safest."""
    ingested = ingest(FILE, contract=contract)
    frame, known = ingested.frame, _groups(ingested)
    bad, encoding = frame["bad"].cast(pl.Int8).to_numpy(), encoding_of(contract)
    out = out_of_fold(
        LocalLearner(matrix_from(encoding, frame), bad, encoding),
        bad,
        training=replace(contract.training, repeats=5),
        progress=lambda *_: None,
    )
    return [
        fairness.assess_people(
            fairness.people_of(pds <= np.quantile(pds, APPROVED), bad == 1, pd=pds),
            known,
            attributes=(*contract.protected, ANCESTRY),
            bounds=contract.fairness,
        )
        for pds in out.pds
    ]


@pytest.fixture(scope="module")
def found(reports):
    return reports[0]


def _groups(ingested):
    of = {
        name: dict(rows.select("row", "group").iter_rows())
        for (name,), rows in ingested.protected.group_by("attribute")
    }
    known = {name: [each.get(row) for row in ingested.frame["row"]] for name, each in of.items()}
    both = zip(known["race"], known["ethnicity"], strict=True)
    return {**known, "ancestry": [_ancestry(*each) for each in both]}


def group_of(found, attribute, value):
    (one,) = [each for each in found.attributes if each.name == attribute]
    return next(group for group in one.groups if group.value == value)


def ratios(reports, attribute, value):
    return [group_of(each, attribute, value).comparison.air for each in reports]


def test_black_applicants_are_approved_about_065_times_as_often_without_race_being_known(reports):
    """Measured: 0.619, of five repeats 0.603 to 0.636; plain models are at 0.608 to 0.652."""
    assert np.mean(ratios(reports, "ancestry", "black")) == pytest.approx(0.63, abs=0.03)
    for found in reports:
        black = group_of(found, "ancestry", "black")
        assert group_of(found, "ancestry", "white").n == 1_681
        assert black.n == 197
        assert black.comparison.air_interval.low < 0.65 < black.comparison.air_interval.high
        assert black.comparison.significance.p_value < 1e-6
        assert black.verdict is fairness.Verdict.OUTSIDE


def test_the_contracts_own_attribute_finds_it_too(reports):
    """Beside all others, Hispanic applicants among them. Measured: 0.629."""
    assert np.mean(ratios(reports, "race", "black")) == pytest.approx(0.63, abs=0.03)
    verdicts = {group_of(found, "race", "black").verdict for found in reports}
    assert verdicts == {fairness.Verdict.OUTSIDE}


def test_hispanic_applicants_fare_worse_and_women_do_not(reports):
    """Measured: 0.757 and 1.029."""
    assert np.mean(ratios(reports, "ancestry", "hispanic")) == pytest.approx(0.734, abs=0.04)
    assert np.mean(ratios(reports, "sex", "female")) == pytest.approx(1.0, abs=0.05)
    assert group_of(reports[0], "sex", "female").verdict is fairness.Verdict.WITHIN


def test_the_report_says_so_in_words_for_a_file(found):
    black = group_of(found, "race", "black")

    assert black.words.startswith("Outside bounds: approved 0.6")
    assert "which is below 0.80, and the gap is unlikely to be chance (p below 0.001" in black.words


def test_two_attributes_at_once_are_looked_at_and_small_cells_say_nothing(found):
    (pair,) = [each for each in found.pairs if each.names == ("race", "sex")]
    small = [cell for cell in pair.cells if cell.n is None or cell.n < 30]

    assert len(pair.cells) == 4
    assert all(cell.verdict is not fairness.Verdict.WITHIN for cell in small)
