"""Every figure of the table of oracles, recomputed to the digit by what the product computes with.

The table is kept beside the data that the product is developed on, in `../shared/oracles.csv`; the
copy here is the same where both are there, so that a row which is added there is missed here.
What can only be computed from data that may not ship runs where its file is, and says so.
"""

import csv
import json
from pathlib import Path

import of_compared_groups
import of_data_elsewhere
import of_drift
import of_loans
import pytest
from of_data_elsewhere import NotHere

TABLE = Path(__file__).with_name("oracles.csv")
SHARED = Path(__file__).parents[3] / "shared" / "oracles.csv"
FOUND_BY = {
    **of_drift.FOUND_BY,
    **of_compared_groups.FOUND_BY,
    **of_loans.FOUND_BY,
    **of_data_elsewhere.FOUND_BY,
}
# As it was recomputed for the table: rounded to seven digits, those of the German loans to six.
ROUNDED = {"own": 5e-7}
SEVEN_DIGITS = 5.1e-8


def rows():
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def figures(told):
    found = json.loads(told)
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["check"])
def test_the_figure_is_the_tables(row):
    try:
        found = FOUND_BY[row["check"]]()
    except NotHere as reason:
        pytest.skip(str(reason))

    near = ROUNDED.get(row["source"], SEVEN_DIGITS)
    assert found == pytest.approx(figures(row["recomputed"]), abs=near)
    if row["result"] == "PASS":
        assert [*map(abs, published(row, found))] == pytest.approx([0] * len(found), abs=1e-9)


def published(row, found):
    """Say how far each figure is from the published one beyond what rounding it explains."""
    for told, figure in zip(row["published"].strip("[]").split(","), found, strict=True):
        digits = len(told.strip().partition("e")[0].partition(".")[2])
        power = int(told.strip().partition("e")[2] or 0)
        yield max(0.0, abs(float(told) - figure) - 0.5 * 10.0 ** (power - digits) - 1e-9)


def test_every_row_of_the_table_is_recomputed():
    assert {row["check"] for row in rows()} == set(FOUND_BY)


@pytest.mark.skipif(
    not SHARED.exists(), reason=f"the table is not at {SHARED.name} beside the data"
)
def test_the_copy_is_the_table():
    assert TABLE.read_bytes() == SHARED.read_bytes()
