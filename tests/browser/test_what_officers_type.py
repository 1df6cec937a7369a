"""An officer tries what would be otherwise, corrects a value, and enters an application by hand."""

import factories
import pytest
from looking import axe_finds_in_both_schemes, settled
from pictures import for_docs, picture
from playwright.sync_api import expect
from test_days_at_work import MIDDLING, axe_finds_nothing, no_sideways_scrolling

pytestmark = pytest.mark.long
PHONE = {"width": 390, "height": 844}
CHOSEN = {
    "Checking account": "none",
    "Credit history": "paid_till_now",
    "Purpose of the loan": "furniture",
    "Savings account or bonds": "100_to_500",
    "In the present employment": "1_to_4_years",
    "Other debtors or guarantors": "none",
    "Property": "car_or_other",
    "Other instalment plans": "none",
    "Housing": "own",
    "Occupation": "skilled",
    "Telephone in the applicant's name": "true",
}
WRITTEN = {
    "Instalment as a share of disposable income": "3",
    "At the present address": "2",
    "Credits at this bank": "1",
    "People to provide for": "1",
}


@pytest.fixture
def waiting(product):
    def send(reference):
        answer = product.apply(factories.body(**{**MIDDLING, "reference": reference}))
        assert answer["status"] == "awaiting_officer", answer
        return answer

    return send


def test_what_if_moves_score_and_reasons_at_once_and_names_what_cannot_be(product, waiting):
    answer = waiting("WHAT-IF-1")

    with product.at_desk("officer") as page:
        page.goto(f"/applications/{answer['id']}/")
        page.get_by_role("link", name="What if").click()
        result = page.locator("#result")
        expect(result).to_contain_text("Nothing is changed yet.")

        page.get_by_label("Checking account").select_option("none")
        expect(result).to_contain_text("0 to 200 DM → no checking account")
        expect(result).to_contain_text("Points by reason")
        picture(page, "officer-what-if")
        for_docs(page, "what-if")

        page.get_by_label("At the present address").fill("44")
        page.get_by_label("Housing").focus()
        expect(page.locator("#id_features-residence_years_wrong")).to_contain_text("Must be 1 to 4")
        expect(result).to_contain_text("At the present address: Must be 1 to 4 years.")
        axe_finds_nothing(page, "what if")


def test_what_if_works_with_a_button_where_nothing_runs_in_the_browser(product, waiting):
    answer = waiting("WHAT-IF-2")

    with product.at_desk("officer", java_script_enabled=False) as page:
        page.goto(f"/applications/{answer['id']}/what-if/")
        page.get_by_label("Checking account").select_option("none")
        page.get_by_role("button", name="Score it").click()

        expect(page.locator("#result")).to_contain_text("0 to 200 DM → no checking account")
        expect(page.get_by_label("Checking account")).to_have_value("none")


def test_a_corrected_value_is_scored_again_and_each_version_leads_to_the_other(product, waiting):
    answer = waiting("CORRECT-1")

    with product.at_desk("officer") as page:
        page.goto(f"/applications/{answer['id']}/")
        page.get_by_role("link", name="Correct the data").click()
        page.get_by_label("Savings account").select_option("1000_or_more")
        page.get_by_role("button", name="Correct and score again").click()
        expect(page.get_by_role("alert")).to_contain_text("2 fields need another look")
        expect(page.get_by_label("Savings account")).to_have_value("1000_or_more")

        page.get_by_label("Where the right value is from").select_option("document")
        page.get_by_label("In your own words").fill("Bank statement of October seen.")
        axe_finds_nothing(page, "correcting")
        picture(page, "officer-correct")
        page.get_by_role("button", name="Correct and score again").click()

        expect(page.get_by_role("status").first).to_contain_text("was corrected and scored again")
        expect(page.locator("main")).to_contain_text("100 to 500 DM → 1,000 DM or more")
        axe_finds_nothing(page, "a corrected application")
        picture(page, "officer-corrected")
        page.get_by_role("link", name="The version before").click()
        expect(page.get_by_role("heading", name="Corrected")).to_be_visible()
        axe_finds_nothing(page, "a superseded application")
        page.get_by_role("link", name="Go to the corrected one", exact=True).click()
        expect(page.get_by_role("link", name="The version before")).to_be_visible()


def test_an_application_is_entered_by_hand_and_an_unusual_value_is_asked_about(product):
    with product.at_desk("officer") as page:
        page.get_by_role("link", name="Enter an application").click()
        page.get_by_role("link", name="Consumer loan").click()
        page.get_by_label("Name", exact=True).fill("Rosa Blau")
        page.get_by_label("Amount asked for").fill("19500")
        page.get_by_label("Term", exact=True).fill("12")
        for label, value in CHOSEN.items():
            page.get_by_label(label).select_option(value)
        for label, text in WRITTEN.items():
            page.get_by_label(label).fill(text)
        page.get_by_role("button", name="Score this application").click()

        expect(page.get_by_role("alert")).to_contain_text("1 value is unusual")
        expect(page.locator(".question")).to_contain_text("19,500 DM? Nine in ten past loans")
        expect(page.get_by_label("Name", exact=True)).to_have_value("Rosa Blau")
        axe_finds_nothing(page, "a question")
        picture(page, "officer-enter")
        page.get_by_label("Yes, it is right").check()
        page.get_by_role("button", name="Score this application").click()

        expect(page.locator("main")).to_contain_text("Rosa Blau")
        expect(page.locator("main")).to_contain_text("Unusual, and said to be right")
        expect(page.get_by_role("heading", name="A colleague decides")).to_be_visible()
        picture(page, "officer-entered")


def test_the_pages_fit_a_telephone_in_both_schemes(product, waiting):
    answer = waiting("NARROW")
    places = ("", "what-if/", "correct/")

    with product.at_desk("officer", viewport=PHONE) as page:
        for address in [
            *(f"/applications/{answer['id']}/{place}" for place in places),
            "/applications/enter/consumer-loan/",
        ]:
            page.goto(address)
            no_sideways_scrolling(page)
            assert not axe_finds_in_both_schemes(page), f"{address} at 390 px"


def test_what_decides_is_seen_without_scrolling(product, waiting):
    answer = waiting("ONE-PAGE")

    with product.at_desk("officer") as page:
        page.goto(f"/applications/{answer['id']}/")
        settled(page)
        bottom = page.evaluate(
            "Math.max(...[...document.querySelectorAll('.workbench .card')]"
            ".map(card => card.getBoundingClientRect().bottom))"
        )
        assert bottom <= 900, bottom
