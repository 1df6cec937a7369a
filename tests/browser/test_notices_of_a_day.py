"""A decline becomes a letter that proves itself, and a review by somebody else, in Chromium."""

import json
import subprocess
import sys
from pathlib import Path

import factories
import psycopg
import pypdfium2
import pytest
from looking import axe_finds, axe_finds_in_both_schemes, in_the_dark
from pictures import CHECKOUT, for_docs, picture
from playwright.sync_api import expect

pytestmark = pytest.mark.long

RISKY = {
    "features__checking_status": "below_0",
    "features__savings": "below_100",
    "features__credit_history": "no_credits",
    "features__purpose": "new_car",
    "requested__amount": "11500.00",
    "features__amount": 11500,
    "requested__term_months": 48,
    "features__duration_months": 48,
    "features__installment_rate_percent": 4,
}
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NAME = "Maja Müller-Łukasz"
ADDRESS = "Lange Straße 1\n12345 Stadt"


@pytest.fixture
def declined(product):
    """Let a risky application come in, and decline it as recommended."""

    def make(reference, page):
        body = factories.body(**RISKY, reference=reference)
        answer = product.apply(body | {"applicant": {"name": NAME, "address": ADDRESS}})
        page.goto(f"/applications/{answer['id']}/")
        page.get_by_role("button", name="Agree: decline").click()
        expect(page.get_by_role("status").first).to_contain_text(reference)
        _let_the_undo_time_pass(product, answer["id"])
        return answer["id"]

    return make


def _let_the_undo_time_pass(product, decision_id):
    """Move the decision's end of undoing back: ten minutes are long for a test."""
    with psycopg.connect(product.setting("OWNER_DATABASE_URL"), autocommit=True) as owner:
        owner.execute("ALTER TABLE credit_officerdecision DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE credit_officerdecision SET final_at = decided_at WHERE decision_id = %s",
            [decision_id],
        )
        owner.execute("ALTER TABLE credit_officerdecision ENABLE TRIGGER USER")


def axe_finds_nothing(page, name):
    found = axe_finds(page)
    assert not found, (name, found)


def test_a_decline_becomes_a_letter_that_anybody_can_prove(product, declined, manage, tmp_path):
    with product.at_desk("officer") as page:
        decision = declined("LETTER-1", page)

        page.get_by_role("link", name="Notices").click()
        row = page.get_by_role("row").filter(has_text="LETTER-1")
        expect(row).to_contain_text("Adverse action")
        expect(row).to_contain_text("in 14 days")
        picture(page, "notices-due", full_page=True)
        for_docs(page, "notices-due")
        row.get_by_role("link", name="LETTER-1").click()

        expect(page.locator(".sheet")).to_contain_text(NAME)
        expect(page.locator(".sheet li").first).to_be_visible()
        certificate = page.get_by_role("region", name="Certificate")
        expect(certificate.get_by_role("row").nth(1)).to_contain_text("pp")
        picture(page, "notice-preview", full_page=True)
        for_docs(page, "notice-preview")
        for_docs(page, "notice-certificate", of="section[aria-labelledby=certificate-title]")

        page.get_by_role("button", name="Issue this notice").click()
        expect(page.get_by_role("status").first).to_contain_text("The notice left")
        picture(page, "notice-left", full_page=True)
        number = page.url.rstrip("/").rpartition("/")[2]
        with page.expect_download() as download:
            page.get_by_role("link", name="PDF as it left").click()
        download.value.save_as(tmp_path / "left.pdf")
        page.goto("/notices/")
        expect(page.get_by_role("row").filter(has_text="LETTER-1")).to_have_count(0)

    text = pypdfium2.PdfDocument(tmp_path / "left.pdf")[0].get_textpage().get_text_bounded()
    assert NAME in text
    assert "The main reasons for our decision" in text
    auditor = product.users["auditor"]["username"]
    told = manage("export_notice", number, "--by", auditor, "--out", str(tmp_path))
    files = told["files"]
    assert json.loads(Path(files["notice"]).read_text())["decision"]["decision"] == decision
    done = subprocess.run(
        [
            *(sys.executable, "-m", "scoring.verify", files["notice"], files["bundle"]),
            *("--document", str(tmp_path / "left.pdf")),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def asks_for_a_review(page):
    page.get_by_text("The applicant asks for a review").click()
    page.get_by_label("What the applicant says").fill("My salary goes to another bank.")
    page.get_by_role("button", name="Record the request").click()
    expect(page.get_by_role("status").first).to_contain_text("The request is recorded")


def test_a_review_goes_to_another_officer(product, declined):
    with product.at_desk("officer") as page:
        decision = declined("REVIEW-1", page)
        page.goto(f"/notices/{decision}/")
        asks_for_a_review(page)
        page.get_by_role("link", name="Reviews", exact=True).click()
        row = page.get_by_role("row").filter(has_text="REVIEW-1")
        expect(row).to_contain_text("somebody else answers")
        row.get_by_role("link").click()
        expect(page.get_by_role("button", name="Uphold")).to_have_count(0)

    with product.at_desk("senior_officer") as page:
        page.goto("/reviews/")
        page.get_by_role("row").filter(has_text="REVIEW-1").get_by_role("link").click()
        expect(page.get_by_text("My salary goes to another bank.")).to_be_visible()
        picture(page, "review", full_page=True)
        for_docs(page, "review")
        page.get_by_label("What the applicant is told").fill("We saw the statements: it stands.")
        page.get_by_role("button", name="Uphold").click()
        expect(page.get_by_role("row").filter(has_text="REVIEW-1")).to_contain_text("Upheld")
        picture(page, "reviews", full_page=True)


def test_a_review_that_changes_a_decision_leads_to_another(product, declined):
    with product.at_desk("officer") as page:
        decision = declined("REVIEW-2", page)
        page.goto(f"/notices/{decision}/")
        asks_for_a_review(page)

    with product.at_desk("senior_officer") as page:
        page.goto("/reviews/")
        page.get_by_role("row").filter(has_text="REVIEW-2").get_by_role("link").click()
        page.get_by_label("What the applicant is told").fill("We missed it and decide anew.")
        page.get_by_role("button", name="Is to be changed: decide anew").click()

        expect(page.get_by_role("status").first).to_contain_text("Decide the application anew")
        expect(page.locator("#hands")).to_contain_text("In your hands until")
        axe_finds_nothing(page, "reopened")
        picture(page, "reopened", full_page=True)
        page.get_by_role("button", name="Agree: decline").click()
        expect(page.get_by_role("status").first).to_contain_text("REVIEW-2 is")
        page.goto(f"/applications/{decision}/")
        history = page.get_by_role("region", name="History")
        expect(history).to_contain_text("Decided, and reopened by a review: decline")
        expect(history).to_contain_text("Review answered: to be changed")


def test_it_works_without_scripts(product, declined):
    with product.at_desk("officer", java_script_enabled=False) as page:
        decision = declined("NO-SCRIPT-N", page)
        page.goto("/notices/")
        page.get_by_role("checkbox", name="Issue the notice of NO-SCRIPT-N").check()
        page.get_by_role("button", name="Prove and issue those chosen").click()

        expect(page.get_by_role("status").first).to_contain_text("1 notice left")
        page.goto(f"/notices/{decision}/?kind=explanation")
        expect(page.locator(".sheet")).to_contain_text("Explanation of our decision")


def test_axe_finds_nothing_on_these_pages(product, declined):
    with product.at_desk("officer") as page:
        decision = declined("AXE", page)
        for address in ("/notices/", "/notices/?show=failed", f"/notices/{decision}/", "/reviews/"):
            looks_well(page, address)
        page.get_by_role("link", name="Notices", exact=True).click()
        page.goto(f"/notices/{decision}/")
        page.get_by_role("button", name="Issue this notice").click()
        expect(page.get_by_role("status").first).to_contain_text("The notice left")
        assert not axe_finds_in_both_schemes(page), "left"
        picture(page, "notice-left-light", full_page=True)
        with in_the_dark(page):
            picture(page, "notice-left-dark", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        for address in ("/notices/", f"/notices/{decision}/", "/notices/?show=left"):
            looks_well(page, address)


def looks_well(page, address):
    """Open a page and hold it to its width, and to axe in both schemes."""
    page.goto(address)
    assert page.evaluate(WIDE) <= 0, address
    assert not axe_finds_in_both_schemes(page), address
