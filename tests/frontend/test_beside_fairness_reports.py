"""What stands beside a fairness report: the gap, the cut-off, reasons, the trend, alternatives."""

import json
from datetime import UTC, datetime

import factories
import gaps_scene
import pytest
import report_scene
from page_words import words_of

from monitoring.fairness import reports
from monitoring.models import FairnessReport

AT = factories.AT
OCTOBER, NOVEMBER = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def version(db, own_store, monkeypatch):
    gaps_scene.quick(monkeypatch)
    return gaps_scene.october_told()


def reported(version, **changes):
    asked = {"version": version, "population": "validation", "by": None, "at": AT}
    return reports.make(**asked | changes)


def of_october(version, **changes):
    period = {"population": "decisions", "since": OCTOBER, "until": NOVEMBER}
    return reported(version, **period | changes)


def read(client, report, form=""):
    return client.get(f"/fairness/reports/{report.pk}/{form}")


def test_a_report_on_a_model_tells_where_its_gap_comes_from(version, as_compliance):
    page = words_of(read(as_compliance, reported(version)))

    assert "Of what consumer-loan/1 recommends for past loans" in page
    assert "Of the scores that consumer-loan/1 itself gives the past loans it learned from" in page
    assert "under 25 beside 25 to 61 The mean score differs by" in page
    assert "over 149 people beside 813" in page
    assert "guessing it from all of them has an AUC of" in page
    assert "Checking account" in page
    assert "Is another cut-off fairer at the same risk?" in page
    assert "how often each was a principal reason of those not approved" in page


def test_a_report_on_a_month_tells_of_that_month(version, as_compliance):
    page = words_of(read(as_compliance, of_october(version)))

    assert "Of what models recommended for applications of October 2026." in page
    assert "over 32 people beside 40" in page


def test_a_period_that_is_no_month_falls_back_on_the_models_loans(version, as_compliance):
    half = of_october(version, until=datetime(2026, 10, 28, tzinfo=UTC))

    page = words_of(read(as_compliance, half))

    assert "Of what consumer-loan/1 recommends for past loans" in page


def test_reports_of_one_stage_stand_beside_each_other(version, as_compliance):
    first = of_october(version)
    other = of_october(version, stage=FairnessReport.Stage.FINAL, is_due=True)
    again = of_october(version, since=datetime(2026, 10, 2, tzinfo=UTC))

    assert "This is the first report of its stage." in words_of(read(as_compliance, first))
    assert "This is the first report of its stage." in words_of(read(as_compliance, other))
    page = words_of(read(as_compliance, again))
    assert "consumer-loan/1, 1 October 2026 to before 1 November 2026 under 25" in page
    assert "consumer-loan/1, 2 October 2026 to before 1 November 2026 under 25" in page
    assert "consumer-loan/1 became champion" in page


def test_it_says_whether_alternatives_were_searched(version, as_compliance):
    assert "Nothing was searched yet." in words_of(read(as_compliance, reported(version)))


def test_the_pdf_and_the_json_tell_it_too(version, as_compliance):
    import pypdfium2  # noqa: PLC0415

    report = reported(version)
    told = json.loads(read(as_compliance, report, "report.json").content)
    assert told["gaps"]["report"]["attributes"][0]["groups"][0]["gap"]["reference_n"] == 813
    assert told["same_stage"] == []
    assert told["alternatives"] is None
    assert told["along_the_cut_off"][0]["group"] == "under 25"
    assert [each["version"] for each in told["promotions"]] == ["consumer-loan/1"]

    pdf = pypdfium2.PdfDocument(read(as_compliance, report, "report.pdf").content)
    text = " ".join(page.get_textpage().get_text_range() for page in pdf)
    assert "Where a gap comes from" in text
    assert "Is another cut-off fairer at the same risk?" in text


def test_where_the_worker_has_not_looked_the_report_says_so(as_compliance, champion):
    page = words_of(read(as_compliance, report_scene.stored(champion)))

    assert "The worker has not looked yet at where gaps come from" in page
    assert "Over the months and the versions" in page


def test_a_report_on_several_versions_or_products_says_where_the_rest_stands(
    as_compliance, champion
):
    page = words_of(
        read(
            as_compliance,
            report_scene.stored(champion, product=None, model_version=None, population="decisions"),
        )
    )

    assert "told in each product\u2019s own reports" in page
    assert "searched beside one version at a time" in page
