"""Agreeing by a key, a second signature, a counter-offer and an undo, in Chromium."""

import re

import factories
import pytest
from pictures import for_docs, picture
from playwright.sync_api import expect
from test_days_at_work import RISKY, axe_finds_nothing, no_sideways_scrolling, stored

pytestmark = pytest.mark.long

NARROW = {"width": 390, "height": 844}
REASON = "Three payslips seen at the branch."


@pytest.fixture
def apply(product):
    """Let an application come in and give its address and API answer."""

    def send(reference, **changes):
        answer = product.apply(factories.body(**{**RISKY, **changes, "reference": reference}))
        assert answer["status"] == "awaiting_officer", answer
        return f"/applications/{answer['id']}/", answer

    return send


def looked_at(page, name):
    """Hold a state of the page to axe and to a telephone's width, and picture it."""
    axe_finds_nothing(page, name)
    picture(page, f"decide-{name}")
    before = page.viewport_size
    page.set_viewport_size(NARROW)
    no_sideways_scrolling(page)
    picture(page, f"decide-{name}-390", full_page=True)
    page.set_viewport_size(before)


def test_one_key_agrees_and_does_nothing_while_somebody_types(product, apply):
    address, answer = apply("KEY-1")

    with product.at_desk("officer") as page:
        page.goto(address)
        expect(page.get_by_text("Key A agrees")).to_be_visible()
        looked_at(page, "agree")
        page.get_by_label("Add a note").press_sequentially("a quick note")
        page.keyboard.press("Control+a")
        expect(page.get_by_role("heading", name="KEY-1")).to_be_visible()

        page.get_by_role("heading", name="KEY-1").click()
        page.keyboard.press("a")
        expect(page.get_by_role("status").first).to_contain_text("KEY-1 is")

    found = stored(
        product, "SELECT verdict FROM credit_officerdecision WHERE decision_id = %s", answer["id"]
    )
    assert found == (answer["recommendation"],)


def test_the_key_can_be_turned_off(product, apply):
    address, _ = apply("KEY-2")

    with product.at_desk("officer") as page:
        page.goto(address)
        page.get_by_role("button", name="Turn the key off").click()
        page.get_by_role("heading", name="KEY-2").click()
        page.keyboard.press("a")
        page.reload()

        expect(page.get_by_role("button", name="Turn the key on")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^Agree"))).to_be_visible()


def test_an_override_above_the_limits_takes_a_senior_officers_signature(product, apply):
    address, answer = apply("SIGN-1")
    assert answer["recommendation"] == "decline"

    with product.at_desk("officer") as page:
        page.goto(address)
        page.get_by_text("Override: approve instead").click()
        page.get_by_label("Reason").select_option(index=1)
        page.get_by_label("In your own words").fill(REASON)
        looked_at(page, "override")
        page.get_by_role("button", name="Override and approve").click()
        expect(page.get_by_role("status").first).to_contain_text("waits for a senior officer")
        page.goto(address)
        expect(page.get_by_role("button", name="Take it back")).to_be_visible()
        looked_at(page, "proposed")

    with product.at_desk("senior_officer") as page:
        page.get_by_role("link", name="Signatures").click()
        expect(page.get_by_role("link", name="SIGN-1")).to_be_visible()
        looked_at(page, "signatures")
        page.get_by_role("link", name="SIGN-1").click()
        expect(page.locator("#decide")).to_contain_text(REASON)
        looked_at(page, "to-sign")
        for_docs(page, "signature", of="#decide")
        page.get_by_role("button", name="Sign", exact=True).click()
        expect(page.get_by_role("status").first).to_contain_text("Signed: the decision stands.")
        expect(page.locator("#decide")).to_contain_text("signed by Samir Senior")
        looked_at(page, "signed")

    found = stored(
        product,
        "SELECT verdict, one.username, other.username FROM credit_officerdecision"
        " JOIN credit_user one ON one.id = decided_by_id"
        " JOIN credit_user other ON other.id = signed_by_id WHERE decision_id = %s",
        answer["id"],
    )
    assert found == (
        "approve",
        *(product.users[r]["username"] for r in ("officer", "senior_officer")),
    )


def test_a_counter_offer_is_made_and_its_answer_recorded(product, apply):
    address, answer = apply("OFFER-1")

    with product.at_desk("officer") as page:
        page.goto(address)
        page.get_by_text("Counter-offer", exact=True).click()
        page.get_by_label("Amount offered").fill("1.00")
        page.get_by_label("Term offered, in months").fill("36")
        page.get_by_label("Why these terms").select_option(index=4)
        page.get_by_label("In more detail").fill("The instalment would be too high.")
        page.get_by_role("button", name="Make the counter-offer").click()
        expect(page.get_by_role("alert")).to_contain_text("An offer for this application is")
        expect(page.get_by_label("In more detail")).to_have_value(re.compile("instalment"))
        looked_at(page, "offer-refused")

        page.get_by_label("Amount offered").fill("6000.00")
        page.get_by_role("button", name="Make the counter-offer").click()
        said = page.get_by_role("status").first
        expect(said).to_contain_text(re.compile("counter-offer stands|senior officer"))
        page.goto(address)
        if page.get_by_text("Waits for a second signature").count():
            with product.at_desk("senior_officer") as senior:
                senior.goto(address)
                senior.get_by_role("button", name="Sign", exact=True).click()
                expect(senior.get_by_role("status").first).to_contain_text("Signed")
            page.reload()
        expect(page.locator("#decide")).to_contain_text("DEM 6,000.00 over 36 months")
        looked_at(page, "offered")
        page.get_by_role("button", name="Accepted").click()
        expect(page.locator("#decide")).to_contain_text("The applicant\u2019s answer: Accepted")
        looked_at(page, "offer-accepted")

    found = stored(product, "SELECT status FROM credit_application WHERE id = %s", answer["id"])
    assert found == ("approved",)


def test_a_decision_is_undone_from_the_queue_within_its_minutes(product, apply):
    address, answer = apply("UNDO-1")

    with product.at_desk("officer", java_script_enabled=False) as page:
        page.goto(address)
        page.get_by_role("button", name=re.compile("^Agree")).click()
        page.get_by_role("link", name=re.compile("^Undo it until")).click()
        page.get_by_role("button", name=re.compile("^Undo")).click()
        expect(page.get_by_role("status").first).to_contain_text("The decision is undone")
        expect(page.get_by_role("button", name=re.compile("^Agree"))).to_be_visible()

    found = stored(
        product, "SELECT verdict FROM credit_undonedecision WHERE decision_id = %s", answer["id"]
    )
    assert found == (answer["recommendation"],)


def test_reasons_notes_and_questions_keep_the_persons_place(product, apply):
    address, _ = apply("ASK-1")

    with product.at_desk("officer") as page:
        page.goto(address)
        group = page.locator("#reasons [role=group]").first
        group.get_by_role("button", name="Data is wrong").click()
        expect(group.get_by_role("button", name="Data is wrong")).to_have_attribute(
            "aria-pressed", "true"
        )
        page.get_by_label("Add a note").fill("Rang her; she sends payslips.")
        page.get_by_role("button", name="Keep the note").click()
        expect(page.locator("#notes")).to_contain_text("Olga Officer")
        page.get_by_text("Ask for information").click()
        looked_at(page, "ask")
        page.get_by_label("Proof of income").check()
        page.get_by_role("button", name="Wait for the applicant").click()
        expect(page.locator("#decide")).to_contain_text("Waits for the applicant")
        looked_at(page, "asked")
        page.get_by_text("Withdrawn by the applicant").click()
        page.get_by_role("button", name="Record the withdrawal").click()
        expect(page.locator("#decide")).to_contain_text("This application is over.")
        looked_at(page, "withdrawn")
