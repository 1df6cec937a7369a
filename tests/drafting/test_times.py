"""What says when and not who, and years that are unlike the others."""

from datetime import date, timedelta

import numpy as np
import pytest
from made_up_loans import N, loans, parts

from scoring.contract import Contract
from scoring.files.ingestion import ingest

DAYS = [date(2008, 1, 1) + timedelta(days=at * 4_000 // N) for at in range(N)]  # 11 years


def over_years(rate_of, **changes):
    """Make up loans of 2008 to 2018 with a bad rate of each year."""
    rng = np.random.default_rng(5)
    bad = (rng.random(N) < [rate_of(day.year) for day in DAYS]).astype(int)
    income = (rng.lognormal(8, 0.5, N) * (1 - 0.3 * bad)).round(2)
    dates = [day.isoformat() for day in DAYS]
    return loans(
        bad=bad, monthly_income=income, approved_on=dates, charge_off_amount=100 * bad, **changes
    )


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("ApprovalFY", lambda day: day.year + (day.month > 9)),
        ("anything", lambda day: day.year),
        ("month", lambda day: day.month),
        ("issue_d", lambda day: day.strftime("%b")),
        ("quarter", lambda day: f"Q{(day.month + 2) // 3}"),
        ("vintage", lambda day: f"{day.year}Q{(day.month + 2) // 3}"),
        ("cohort", lambda day: f"{day.year}-H{1 + (day.month > 6)}"),
        ("price_index", lambda day: 100 + (day - DAYS[0]).days / 50),
    ],
)
def test_what_only_says_when_is_kept_out(drafted, name, cell):
    _, found = drafted(over_years(lambda _: 0.2, **{name: [cell(day) for day in DAYS]}))

    assert parts(found)[name] == "banned"
    assert any(f"{name} is kept out: it" in line and "when" in line for line in found.to_finish)


def test_years_that_are_not_of_the_application_stay_features(drafted):
    rng = np.random.default_rng(2)
    built = rng.integers(1950, 2008, N)

    _, found = drafted(
        over_years(lambda _: 0.2, year_built=built, dependants=rng.integers(1, 13, N))
    )

    assert (parts(found)["year_built"], parts(found)["dependants"]) == ("feature", "feature")


def test_without_a_date_a_year_is_not_judged(drafted):
    frame = over_years(lambda _: 0.2, fiscal_year=[day.year for day in DAYS]).drop("approved_on")

    assert parts(drafted(frame)[1])["fiscal_year"] == "feature"


def test_a_selection_of_old_loans_is_proposed_to_be_out_of_scope(drafted):
    file, found = drafted(over_years(lambda year: 0.7 if year < 2010 else 0.1))

    assert '# applied_from = "2010-01-01"' in found.text
    assert "applied_until" not in found.text
    assert "#   2009: 7" in found.text
    assert found.to_finish[1].startswith("Of applications before 2010 7")
    decided = found.text.replace("# applied_from", "applied_from")
    assert ingest(file, contract=Contract.parse(decided.encode())).out_of_scope == sum(
        day.year < 2010 for day in DAYS
    )


def test_young_loans_are_proposed_to_be_out_of_scope(drafted):
    known = [
        (day + timedelta(days=400 + at % 300)).isoformat() if at % 2 else ""
        for at, day in enumerate(DAYS)
    ]
    frame = over_years(lambda year: 0.02 if year > 2016 else 0.25, default_date=known)
    frame = frame.with_columns(
        default_date=frame["default_date"].zip_with(
            frame["bad"] == 1, frame["default_date"].clear(N)
        )
    )

    _, found = drafted(frame)

    contract = Contract.parse(found.text.replace("# applied_until", "applied_until").encode())
    assert contract.ingestion.applied_until == date(2016, 12, 31)
    assert "Half of the bad were known" in found.text
    assert any("Are they too young" in line for line in found.to_finish)


def test_years_that_are_alike_are_not_mentioned(drafted):
    _, found = drafted(over_years(lambda year: 0.2 + 0.01 * (year % 3)))

    assert "Bad rate by year" not in found.text


def test_years_of_few_rows_are_not_shown(drafted):
    frame = over_years(lambda year: 0.7 if year < 2010 else 0.1)
    dates = ["1999-01-01"] * 3 + frame["approved_on"].to_list()[3:]

    _, found = drafted(frame.with_columns(approved_on=np.array(dates)))

    assert "1999" not in found.text
