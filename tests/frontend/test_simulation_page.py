"""What the time machine found out, in the console."""

import json

import pytest
from page_words import words_of

from credit.queries import simulations
from frontend.formats import MINUS

ADDRESS = "/console/consumer-loan/time-machine/"
SHARE = {"bads": 30, "bad_rate": 0.3, "low": 0.22, "high": 0.4}
ACCOUNT = {
    "n": 120,
    "approved": 100,
    "bads": 30,
    "auc": 0.71,
    "brier": 0.18,
    "mean_pd": 0.12,
    "profit": -120_000,
    "low": -200_000,
    "high": -40_000,
    "difference": 15_000,
    "difference_low": -5_000,
    "difference_high": 30_000,
}
REPORT = {
    "product": "consumer-loan",
    "name": "Consumer loan",
    "currency": "USD",
    "window_months": 48,
    "source": "Records of the US government.",
    "asked": {"start": "2007-04-01", "end": "2008-09-30", "shift_days": 0},
    "stored": ["2007-04-01", "2008-09-30"],
    "decisions": {"n": 120, "outcomes": 12, "outcomes_corrected": 2},
    "looks": 17,
    "alarms": [
        {
            "on": "2008-01-01",
            "kind": "early_losses",
            "champion": "consumer-loan/1",
            "said": "6.0% of 1,000 loans failed within two years (95 % interval 4.7% to 7.7%); of "
            "the loans before it was 2.0% of 2,000.",
            "n": 1_000,
            "truth": {"n": 60, "mean_pd": 0.1, **SHARE},
        }
    ],
    "trainings": [
        {
            "on": "2007-04-01",
            "why": "The product's first model.",
            "version": "consumer-loan/1",
            "rows": 9_000,
            "bads": 700,
            "immature": 0,
            "is_promoted": True,
            "said": "Its blocking gates passed; there is no champion yet.",
        },
        {
            "on": "2008-01-01",
            "why": "Drift: early losses.",
            "version": None,
            "is_promoted": False,
            "said": "There was too little.",
        },
    ],
    "refusals": [{"on": "2007-04-01", "what": "own signature", "said": "Only a validator."}],
    "vintages": [{"vintage": "2007-Q2", "n": 100, "mean_pd": 0.1, "window": SHARE, "ever": SHARE}],
    "strategies": [{"name": name} | ACCOUNT for name in ("managed loop", "first model left alone")],
    "limits": ["No notices are sent for what the run declines."],
    "officer": "Made-up officers.",
    "declined_in_truth": {"n": 20, **SHARE},
}


@pytest.fixture
def report(own_store, champion):
    path = simulations.report_path("consumer-loan")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(REPORT))


def test_the_report_says_what_happened_and_what_was_true(as_validator, report):
    page = words_of(as_validator.get(ADDRESS))

    assert "6.0% of 1,000 loans failed within two years" in page
    assert "Of 60 loans 10.0% were predicted bad; in the end 30.0% were" in page
    assert "too low" in page
    assert f"{MINUS}120,000" in page
    assert "Only a validator." in page
    assert "Of the 20 loans that the product declined, 30.0% turned out bad in truth" in page


def test_without_a_run_the_page_says_how_one_is_made(as_auditor, own_store, champion):
    page = words_of(as_auditor.get(ADDRESS))

    assert "No run has ended here" in page
    assert "manage.py simulate consumer-loan" in page


def test_the_champions_page_leads_to_it(as_validator, champion):
    page = as_validator.get("/console/consumer-loan/history/")

    assert ADDRESS in page.content.decode()


def test_an_unknown_product_has_no_page(as_validator, db):
    assert as_validator.get("/console/house-loan/time-machine/").status_code == 404


def test_moved_days_are_told(as_validator, report):
    moved = REPORT | {
        "asked": {**REPORT["asked"], "shift_days": 6_600},
        "stored": ["2025-05-27", "2026-11-25"],
    }
    simulations.report_path("consumer-loan").write_text(json.dumps(moved))

    page = words_of(as_validator.get(ADDRESS))

    assert "stored as 27 May 2025 to 25 November 2026" in page
