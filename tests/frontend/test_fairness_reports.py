"""Fairness reports as pages, files and orders to the worker."""

import json
from datetime import timedelta

import pytest
from factories import AT
from page_words import words_of
from test_oversight import REPORT, attribute, group

from credit.models import AuditEvent, Role
from monitoring.fairness.tables import fairness_table
from monitoring.fairness.views import view
from monitoring.models import FairnessReport

FULL = {
    **REPORT,
    "is_favourable": True,
    "is_selective": False,
    "within": "",
    "attributes": [
        attribute(
            "age_group",
            "Age",
            [
                group(
                    "under_25",
                    "under 25",
                    n=149,
                    approval_rate=0.302,
                    approval_low=0.234,
                    approval_high=0.38,
                    air=0.71,
                    air_low=0.55,
                    air_high=0.92,
                    p_value=0.0004,
                    marginal_effect_pp=-12.3,
                    marginal_effect_low=-20.0,
                    marginal_effect_high=-4.1,
                    shortfall=18.3,
                    smd=-0.31,
                    smd_low=-0.48,
                    smd_high=-0.14,
                    bad_rate=0.31,
                    bad_low=0.24,
                    bad_high=0.39,
                    bad_n=149,
                    mean_pd=0.2,
                    verdict="outside bounds",
                    verdict_words="The ratio is below 0.80.",
                ),
                group("25_to_61", "25 to 61", is_reference=True, n=830, approval_rate=0.425),
                group("62_and_over", "62 and over", n=None, verdict="insufficient evidence"),
            ],
            known=[{"how": "in the file of past loans", "n": 996}],
            strata=[
                {
                    "stratum": "A",
                    "value": "under_25",
                    "label": "under 25",
                    "n": 99,
                    "rate": 0.5,
                    "reference_n": None,
                    "reference_rate": None,
                    "air": None,
                }
            ],
        )
    ],
    "pairs": [
        {
            "names": ["age_group", "sex"],
            "labels": ["Age", "Sex"],
            "verdict": "insufficient evidence",
            "verdict_words": "Insufficient evidence: under 25, women.",
            "cells": [
                {
                    **group("", "", n=None, verdict="insufficient evidence"),
                    "values": ["under_25", "female"],
                    "labels": ["under 25", "women"],
                }
            ],
        }
    ],
}


def report_on(of, **changes):
    return FairnessReport.objects.create(
        **{
            "product": of.product,
            "model_version": of,
            "population": "validation",
            "report": FULL,
            "created_at": AT,
            **changes,
        }
    )


def address(report, form=""):
    return f"/fairness/reports/{report.pk}/{form}"


def test_a_report_has_a_page_with_every_figure_its_n_and_its_interval(as_compliance, champion):
    page = words_of(as_compliance.get(address(report_on(champion))))

    for words in ("consumer-loan/1", "149", "30.2%", "23.4% to 38.0%", "0.71", "0.55 to 0.92"):
        assert words in page
    for words in ("\u221212.3", "18.3", "\u22120.31", "more bad than predicted", "<0.001"):
        assert words in page
    assert "in the file of past loans (996)" in page


def test_a_withheld_number_is_not_on_the_page(as_compliance, champion):
    page = words_of(as_compliance.get(address(report_on(champion))))

    assert "62 and over Insufficient evidence withheld" in page


def test_two_attributes_at_once_list_small_cells_as_insufficient_evidence(as_compliance, champion):
    page = words_of(as_compliance.get(address(report_on(champion))))

    assert "under 25 women Insufficient evidence withheld insufficient" in page


def test_beside_a_verdict_figures_are_withheld_and_not_called_insufficient(as_compliance, champion):
    young = group(
        "under_25",
        "under 25",
        n=None,
        verdict="outside bounds",
        verdict_words="Outside bounds; figures withheld.",
    )
    middle = group("25_to_61", "25 to 61", is_reference=True, n=None)
    old = group("62_and_over", "62 and over", n=90, approval_rate=0.5, verdict="within bounds")
    said = {
        **FULL,
        "pairs": [],
        "attributes": [attribute("age_group", "Age", [young, middle, old])],
    }
    stored = report_on(champion, report=said)

    page = words_of(as_compliance.get(address(stored)))
    printed = fairness_table(view(stored))

    assert "under 25 Outside bounds withheld withheld \u2013 withheld" in page
    assert "62 and over Within bounds 90 50.0% \u2013 withheld" in page
    (line,) = [each for each in printed.splitlines() if each.startswith("  under 25  ")]
    assert line.count("withheld") >= 3
    assert line.endswith("outside bounds")


def test_the_pdf_says_the_same_as_the_page(as_compliance, champion):
    import pypdfium2  # noqa: PLC0415

    answer = as_compliance.get(address(report_on(champion), "report.pdf"))

    assert answer["Content-Type"] == "application/pdf"
    pdf = pypdfium2.PdfDocument(answer.content)
    text = " ".join(page.get_textpage().get_text_range() for page in pdf)
    for words in ("under 25", "30.2%", "Outside bounds", "withheld"):
        assert words in text


UNTOLD = (
    "No figures of this attribute: beside those of report 12 (consumer-loan/1, decided 1 January"
    " 2026 to 28 February 2026) they would tell of fewer than 30 people. Ask for the same months"
    " and versions as that report, for months that are apart from it, or for each month alone."
)
SILENT = {
    **FULL,
    "attributes": [
        attribute(
            "age_group",
            "Age",
            [
                group(
                    *named,
                    n=None,
                    verdict="" if named[0] == "25_to_61" else "insufficient evidence",
                    is_reference=named[0] == "25_to_61",
                    verdict_words="Insufficient evidence: withheld, for with it a smaller group"
                    " could be worked out.",
                )
                for named in (
                    ("under_25", "under 25"),
                    ("25_to_61", "25 to 61"),
                    ("62_and_over", "62 and over"),
                )
            ],
            n=None,
            n_missing=None,
            untold=[UNTOLD],
        )
    ],
    "pairs": [{**FULL["pairs"][0], "untold": [UNTOLD.replace("this attribute", "these two")]}],
}


@pytest.mark.parametrize("where", ["", "report.pdf", "report.json"])
def test_a_report_that_other_reports_keep_from_telling_says_so(as_compliance, champion, where):
    import pypdfium2  # noqa: PLC0415

    answer = as_compliance.get(address(report_on(champion, report=SILENT), where))

    if where == "report.pdf":
        pdf = pypdfium2.PdfDocument(answer.content)
        text = " ".join(page.get_textpage().get_text_range() for page in pdf)
    else:
        text = words_of(answer) if not where else answer.content.decode()
    said = " ".join(text.split())
    for words in ("No figures of this attribute: beside those of report 12", "for each month"):
        assert words in said
    assert "No figures of these two" in said


def test_the_table_at_a_prompt_says_so_too(champion):
    printed = fairness_table(view(report_on(champion, report=SILENT)))

    assert UNTOLD in printed


def test_the_json_holds_the_figures(as_compliance, champion):
    answer = as_compliance.get(address(report_on(champion), "report.json"))

    told = json.loads(answer.content)
    assert told["attributes"][0]["groups"][0]["air"] == 0.71
    assert told["stage"] == "recommendation"
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("where", ["", "report.pdf", "report.json"])
def test_a_report_that_is_not_there_is_404(as_compliance, where):
    assert as_compliance.get(f"/fairness/reports/99/{where}").status_code == 404


def test_a_file_of_another_form_is_404(as_compliance, champion):
    assert as_compliance.get(address(report_on(champion), "report.xls")).status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MODEL_DEVELOPER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("where", ["", "report.pdf", "report.json"])
def test_others_may_read_no_report(signed_in, champion, role, where):
    assert signed_in(role).get(address(report_on(champion), where)).status_code == 403


def test_the_list_leads_to_the_newest_report_of_each_stage(as_compliance, champion):
    old = report_on(champion)
    new = report_on(champion, created_at=AT.replace(hour=12))
    final = report_on(
        champion, population="decisions", stage="final", model_version=None, created_at=AT
    )

    page = as_compliance.get("/fairness/").content.decode()

    newest, _, earlier = page.partition("Earlier reports")
    assert address(new) in newest
    assert address(final) in newest
    assert address(old) not in newest
    assert address(old) in earlier
    assert "Consumer loan, all versions" in newest


def test_a_month_whose_outcomes_matured_stands_beside_the_newest_and_says_so(
    as_compliance, champion
):
    of_months = {"population": "decisions", "stage": "final"}
    newest = report_on(champion, **of_months)
    matured = report_on(champion, is_matured=True, created_at=AT + timedelta(days=1), **of_months)

    page = words_of(as_compliance.get("/fairness/?product=consumer-loan"))

    assert page.count("Live decisions") == 2
    assert page.count("outcomes matured") == 1
    assert "the second report on this month" in words_of(as_compliance.get(address(matured)))
    assert "the second report" not in words_of(as_compliance.get(address(newest)))


def test_reports_across_products_are_a_list_of_their_own(as_compliance, champion):
    across = report_on(
        champion, product=None, model_version=None, population="decisions", stage="final"
    )

    assert address(across) in as_compliance.get("/fairness/?product=all").content.decode()
    assert address(across) not in as_compliance.get("/fairness/").content.decode()
    assert "all products" in words_of(as_compliance.get(address(across)))


@pytest.fixture
def asked():
    return {"since": "2026-09-01", "until": "2026-10-01", "stages": ["final", "terms"]}


def test_compliance_asks_the_worker_for_a_report_on_months(as_compliance, champion, asked):
    answer = as_compliance.post("/fairness/?product=consumer-loan", asked, follow=True)

    assert "The worker makes the reports" in answer.content.decode()
    event = AuditEvent.objects.get(type=AuditEvent.Type.FAIRNESS_ASKED)
    assert event.details == {
        "version": None,
        "stages": ["final", "terms"],
        "since": "2026-09-01T00:00:00+00:00",
        "until": "2026-11-01T00:00:00+00:00",
    }


def test_across_products_is_asked_for_on_its_own_tab(as_compliance, champion, asked):
    as_compliance.post("/fairness/?product=all", asked)

    event = AuditEvent.objects.get(type=AuditEvent.Type.FAIRNESS_ASKED)
    assert event.target == "fairness:all"


def test_asking_twice_is_refused_in_words(as_compliance, champion, asked):
    as_compliance.post("/fairness/", asked)

    answer = as_compliance.post("/fairness/", asked, follow=True)

    assert "The same was asked for a moment ago" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": "2026-08-01"}, "The last month is before the first."),
        ({"stages": []}, "Choose one stage of deciding or more."),
        ({"since": "2026-11-01"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_reported_on_is_said_beside_its_field(
    as_compliance, champion, asked, changes, said
):
    answer = as_compliance.post("/fairness/", {**asked, **changes})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AuditEvent.objects.filter(type=AuditEvent.Type.FAIRNESS_ASKED).exists()


def test_an_auditor_reads_and_may_not_ask(as_auditor, champion, asked):
    assert "Ask for the reports" not in words_of(as_auditor.get("/fairness/"))
    assert as_auditor.post("/fairness/", asked).status_code == 403


def test_reports_made_before_stages_were_known_are_still_read(as_compliance, champion):
    report = report_on(champion, report=REPORT)

    assert "30.2%" in words_of(as_compliance.get(address(report)))


def test_the_model_is_led_to_by_who_may_see_it(as_validator, as_compliance, champion):
    report, link = report_on(champion), f"/console/models/{champion.pk}/"

    assert link in as_validator.get(address(report)).content.decode()
    assert link not in as_compliance.get(address(report)).content.decode()
