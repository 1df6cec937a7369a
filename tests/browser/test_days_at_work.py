"""The officer's and the validator's day, and every page under axe, in Chromium."""

import re

import factories
import psycopg
import pytest
from looking import axe_finds, settled
from pictures import for_docs, picture
from playwright.sync_api import expect

TRAINING = 600_000  # milliseconds: slow is not wrong
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
MIDDLING = {
    "features__checking_status": "0_to_200",
    "features__savings": "100_to_500",
    "features__credit_history": "paid_till_now",
    "features__purpose": "furniture",
    "features__employed_since": "1_to_4_years",
    "features__installment_rate_percent": 3,
    "features__property": "car_or_other",
    "features__other_installment_plans": "none",
    "features__housing": "own",
    "features__job": "skilled",
    "requested__amount": "2400.00",
    "features__amount": 2400,
    "requested__term_months": 18,
    "features__duration_months": 18,
}
GOOD = {
    **MIDDLING,
    "features__checking_status": "none",
    "features__credit_history": "critical",
    "features__savings": "1000_or_more",
    "features__purpose": "radio_television",
    # Above the amount that policy approves by itself, so that it waits for an officer.
    "requested__amount": "5600.00",
    "features__amount": 5600,
}


@pytest.fixture
def apply(product):
    """Let an application come in and give its API answer."""

    def send(profile, reference):
        answer = product.apply(factories.body(**{**profile, "reference": reference}))
        assert answer["status"] == "awaiting_officer", answer
        return answer

    return send


def stored(product, statement, decision_id):
    """Ask the product's own database."""
    lines = product.environment.read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line)
    with psycopg.connect(settings["DATABASE_URL"].strip("'")) as connection:
        return connection.execute(statement, [decision_id]).fetchone()


def axe_finds_nothing(page, name):
    found = axe_finds(page)
    assert not found, (name, found)


def no_sideways_scrolling(page):
    settled(page)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0


def test_an_officer_reads_judges_and_agrees(product, apply):
    answer = apply(RISKY, "OFFICER-1")
    verdict = answer["recommendation"]

    with product.at_desk("officer") as page:
        expect(page).to_have_title("Queue · Evenhand")
        row = page.get_by_role("row").filter(has_text="OFFICER-1")
        expect(row).to_contain_text(str(answer["score"]))
        row.get_by_role("link").click()

        expect(page.get_by_role("heading", name="OFFICER-1")).to_be_visible()
        expect(page.locator(".headline")).to_contain_text(f"Band {answer['band']}")
        expect(page.locator(".headline")).to_contain_text("of 100 applicants like this")
        expect(page.get_by_role("table").first).to_contain_text(answer["reasons"][0]["text"])

        page.get_by_text("Say more, then press a thumb").click()
        page.get_by_label("Comment").fill("The amount says it all.")
        page.get_by_role("button", name="It helped").click()
        expect(page.get_by_role("button", name="It helped")).to_have_attribute(
            "aria-pressed", "true"
        )
        picture(page, "officer-application")

        page.get_by_role("button", name=f"Agree: {verdict}").click()
        expect(page.get_by_role("status").first).to_contain_text("OFFICER-1 is")
        expect(page.get_by_role("row").filter(has_text="OFFICER-1")).to_have_count(0)
        picture(page, "officer-queue-after")

    decided = stored(
        product,
        "SELECT verdict, is_override, username, decided_at FROM credit_officerdecision"
        " JOIN credit_user ON credit_user.id = decided_by_id WHERE decision_id = %s",
        answer["id"],
    )
    judged = stored(
        product,
        "SELECT is_helpful, comment, username, given_at FROM credit_recommendationfeedback"
        " JOIN credit_user ON credit_user.id = given_by_id WHERE decision_id = %s",
        answer["id"],
    )
    who = product.users["officer"]["username"]
    assert decided[:3] == (verdict, False, who)
    assert decided[3]
    assert judged[:3] == (True, "The amount says it all.", who)
    assert judged[3]


def test_an_officer_overrides_with_a_reason_and_loses_nothing_typed(product, apply):
    answer = apply(RISKY, "OVERRIDE-1")
    opposite = {"approve": "decline", "decline": "approve"}[answer["recommendation"]]

    with product.at_desk("officer") as page:
        page.goto(f"/applications/{answer['id']}/")
        page.get_by_text(f"Override: {opposite} instead").click()
        page.get_by_label("In your own words").fill("Three payslips seen at the branch.")
        page.get_by_role("button", name=f"Override and {opposite}").click()

        expect(page.get_by_role("alert")).to_contain_text("Say why")
        expect(page.get_by_label("In your own words")).to_have_value(
            "Three payslips seen at the branch."
        )
        axe_finds_nothing(page, "override form")
        picture(page, "officer-override-refused")

        page.get_by_label("Reason").select_option(index=1)
        page.get_by_role("button", name=f"Override and {opposite}").click()
        # Of this amount a senior officer signs an approval.
        expect(page.get_by_role("status").first).to_contain_text("OVERRIDE-1 waits for a senior")

        page.goto(f"/applications/{answer['id']}/")
        expect(page.locator("#decide")).to_contain_text("against the recommendation")
        expect(page.locator("#decide")).to_contain_text("Three payslips seen at the branch.")
        picture(page, "officer-decided")


def test_the_second_of_two_officers_is_told_who_decided(product, apply):
    answer = apply(RISKY, "TWICE-1")
    agree = re.compile("^Agree")

    with product.at_desk("officer") as first, product.at_desk("senior_officer") as second:
        for page in (first, second):
            page.goto(f"/applications/{answer['id']}/")
        first.get_by_role("button", name=agree).click()
        expect(first.get_by_role("status").first).to_contain_text("TWICE-1 is")
        second.get_by_role("button", name=agree).click()

        expect(second.get_by_role("status").first).to_contain_text(
            "Olga Officer decided this application already"
        )
        expect(second.get_by_role("button", name=agree)).to_have_count(0)


def test_a_thumb_leaves_a_half_written_reason_where_it_is(product, apply):
    answer = apply(RISKY, "KEEP-1")

    with product.at_desk("officer") as page:
        page.goto(f"/applications/{answer['id']}/")
        page.locator("summary").filter(has_text="Override:").click()
        page.get_by_label("In your own words").fill("half a sent")
        page.get_by_role("button", name="It did not").click()

        expect(page.locator("#feedback")).to_contain_text("Recorded")
        expect(page.get_by_label("In your own words")).to_have_value("half a sent")


def test_everything_an_officer_needs_works_without_scripts(product, apply):
    answer = apply(RISKY, "PLAIN-1")

    with product.at_desk("officer", java_script_enabled=False) as page:
        page.goto(f"/applications/{answer['id']}/")
        page.get_by_role("button", name="It helped").click()
        expect(page.locator("#feedback")).to_contain_text("Recorded")
        page.get_by_role("button", name=re.compile("^Agree")).click()
        expect(page.get_by_role("status").first).to_contain_text("PLAIN-1 is")


def test_an_officer_decides_with_the_keyboard_alone(product, apply):
    answer = apply(RISKY, "KEYS-1")

    with product.at_desk("officer") as page:
        page.goto(f"/applications/{answer['id']}/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()
        agree = page.get_by_role("button", name=re.compile("^Agree"))
        for _ in range(10):
            page.keyboard.press("Tab")
            if agree.evaluate("element => element === document.activeElement"):
                break
        expect(agree).to_be_focused()
        assert agree.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("KEYS-1 is")


def test_what_decides_needs_no_scrolling_on_a_desk(product, apply):
    answer = apply(MIDDLING, "A-2291")
    assert answer["recommendation"] == "refer"

    with product.at_desk("officer") as page:
        page.goto(f"/applications/{answer['id']}/")

        no_sideways_scrolling(page)
        picture(page, "officer-page")
        for place in (".page-head", ".says", ".applicant", ".workbench > :last-child"):
            box = page.locator(place).bounding_box()
            assert box["y"] + box["height"] <= 900, place
        for_docs(page, "officer-page")


def test_the_queue_fits_a_telephone_and_pages_fit_at_double_size(product, apply):
    answer = apply(GOOD, "a-long-reference-of-a-partner-" + "0" * 60)

    with product.at_desk("officer", viewport={"width": 390, "height": 844}) as page:
        no_sideways_scrolling(page)
        axe_finds_nothing(page, "queue on a telephone")
        picture(page, "queue-390", full_page=True)
        page.goto(f"/applications/{answer['id']}/")
        no_sideways_scrolling(page)

    with product.at_desk("officer", viewport={"width": 720, "height": 450}) as page:
        for address in ("/", f"/applications/{answer['id']}/"):
            page.goto(address)
            no_sideways_scrolling(page)


def test_a_validator_lets_go_into_shadow_what_a_developer_trains_and_asks_for(product):
    with product.at_desk("model_validator") as page:
        expect(page).to_have_url(re.compile("/monitoring/"))
        page.get_by_role("link", name="Models").click()
        expect(page.locator("#versions")).to_contain_text("consumer-loan/1")
        expect(page.locator("#versions tbody tr").first).to_contain_text(re.compile(r"0\.\d+ ± 0"))
        before = page.locator("#versions tbody tr").count()

        with product.at_desk("model_developer") as developer:
            developer.goto("/console/")
            developer.get_by_role("button", name="Start a retraining").click()
            expect(developer.get_by_role("status").first).to_contain_text("on its way")
        page.goto("/console/")
        run = page.locator("#runs tbody tr").first
        # Who looks late sees that it is over.
        begun = run.locator("progress").or_(run.get_by_text("Succeeded"))
        expect(begun.first).to_be_visible(timeout=TRAINING)
        picture(page, "console-training")
        expect(run).to_contain_text("Succeeded", timeout=TRAINING)
        expect(page.locator("#versions tbody tr")).to_have_count(before + 1)

        candidate = f"consumer-loan/{before + 1}"
        page.get_by_role("link", name=candidate).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Candidate")
        axe_finds_nothing(page, "candidate")
        picture(page, "console-candidate")
        address = page.url

        with product.at_desk("model_developer") as developer:
            developer.goto(address)
            developer.get_by_label("Why, in a sentence").fill("Better on the newest loans.")
            developer.get_by_role("button", name="Ask for its promotion").click()
            told = developer.get_by_role("status").first
            expect(told).to_contain_text(f"Another validator must approve {candidate}")
            expect(developer.get_by_role("button", name="Approve")).to_have_count(0)

        page.goto(address)
        page.get_by_label("Why, in a sentence").fill("Figures as expected; parity holds.")
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_role("status").first).to_contain_text(f"{candidate} may go its way")
        page.get_by_label("Why, in a sentence").fill("As the policy wants.")
        page.get_by_role("button", name=re.compile("shadow")).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Shadow")
        expect(page.locator("main")).to_contain_text("Still needed here: 200 more decisions scored")
        axe_finds_nothing(page, "a version in shadow")
        picture(page, "console-shadow")

        page.goto("/console/")
        picture(page, "console")


def test_nothing_moves_for_those_who_asked_for_less_motion(product):
    moving = "getComputedStyle(document.querySelector('.button')).transitionDuration"

    with product.at_desk("officer", reduced_motion="reduce") as page:
        assert page.evaluate(moving) == "0s"
