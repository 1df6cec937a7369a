"""Taking, filtering, saving a view, releasing and referring up, in Chromium and by keyboard."""

import re
import uuid

import factories
import pytest
from looking import axe_finds_in_both_schemes, in_the_dark
from pictures import for_docs, picture
from playwright.sync_api import expect
from test_days_at_work import (
    MIDDLING,
    RISKY,
    axe_finds_nothing,
    no_sideways_scrolling,
)

pytestmark = pytest.mark.long
NAME = "مریم میرزاخانی"


@pytest.fixture
def apply(product):
    """Let an application come in that waits; give its answer and its own reference."""

    def send(profile=RISKY, **said):
        reference = f"Q-{uuid.uuid4().hex[:10].upper()}"
        answer = product.apply(factories.body(**{**profile, "reference": reference, **said}))
        assert answer["status"] == "awaiting_officer", answer
        return reference

    return send


def test_an_officer_takes_the_next_releases_it_and_refers_it_up(product, apply):
    reference = apply(applicant={"name": NAME})

    with product.at_desk("officer") as page:
        page.goto(f"/?q={reference}")
        expect(page.get_by_role("row").filter(has_text=reference)).to_contain_text(NAME)
        expect(page.get_by_role("row").filter(has_text=reference)).to_contain_text("due in")
        page.get_by_role("button", name="Take next").click()

        expect(page.get_by_role("heading", name=reference)).to_be_visible()
        expect(page.locator("#hands")).to_contain_text("In your hands until")
        axe_finds_nothing(page, "application in hand")
        picture(page, "officer-application-in-hand")
        page.get_by_role("button", name="Release").click()
        expect(page.get_by_role("status").first).to_contain_text("is back in the queue")

        page.goto(f"/?q={reference}")
        page.get_by_role("link", name=reference).click()
        page.get_by_role("link", name="Refer up").click()
        page.get_by_label("Why should a senior officer").fill("no")
        page.get_by_role("button", name="Refer up").click()
        expect(page.locator(".wrong")).to_contain_text("at least 10 characters")
        axe_finds_nothing(page, "refer up")
        picture(page, "officer-refer-up")
        page.get_by_label("Why should a senior officer").fill("The guarantor is my neighbour.")
        page.get_by_role("button", name="Refer up").click()
        expect(page.get_by_role("status").first).to_contain_text("waits for a senior officer")

    with product.at_desk("senior_officer") as senior:
        senior.goto(f"/?state=referred_up&q={reference}")
        senior.get_by_role("button", name="Take next").click()
        expect(senior.locator("main")).to_contain_text("The guarantor is my neighbour.")
        axe_finds_nothing(senior, "referred up")
        picture(senior, "senior-referred-up")


def test_two_officers_are_given_two_applications(product, apply):
    references = [apply(), apply()]

    with product.at_desk("officer") as first, product.at_desk("senior_officer") as second:
        for page, reference in zip((first, second), references, strict=True):
            page.goto(f"/?holder=free&q={reference}")
            page.get_by_role("button", name="Take next").click()
            expect(page.get_by_role("heading", level=1)).to_have_text(reference)
        first.goto(f"/?q={references[1]}")
        row = first.get_by_role("row").filter(has_text=references[1])
        expect(row).to_contain_text("Samir Senior")
        row.get_by_role("link").click()
        expect(first.locator("#hands")).to_contain_text("In the hands of Samir Senior")


def test_filters_are_kept_as_a_view_without_losing_ones_place(product, apply):
    apply(MIDDLING)

    with product.at_desk("officer") as page:
        page.goto("/")
        page.get_by_label("Due").select_option("week")
        expect(page.get_by_role("button", name="Save view")).to_be_visible()
        expect(page).to_have_url(re.compile("due=week"))
        view = f"This week {uuid.uuid4().hex[:4]}"
        page.get_by_label("Save these filters as").fill(view)
        page.get_by_role("button", name="Save view").click()

        expect(page.get_by_role("status").first).to_contain_text(f"Saved as “{view}”")
        axe_finds_nothing(page, "queue with a saved view")
        picture(page, "officer-queue-view")
        for_docs(page, "queue")
        page.get_by_role("link", name="Everything").click()
        page.get_by_role("link", name=view).click()
        expect(page.get_by_label("Due")).to_have_value("week")
        page.get_by_role("button", name=f"Remove the view “{view}”").click()
        expect(page.get_by_role("link", name=view)).to_have_count(0)


def test_the_queue_is_worked_with_the_keyboard_alone(product, apply):
    reference = apply()

    def tab_to(page, target):
        for _ in range(60):
            if target.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError("nothing led there")

    with product.at_desk("officer") as page:
        page.goto("/")
        tab_to(page, page.get_by_label("Name, reference or id"))
        page.keyboard.type(reference)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(reference))
        expect(page.locator("#rows tbody tr")).to_have_count(1)
        page.keyboard.press("Home")
        page.goto(page.url)
        tab_to(page, page.get_by_role("button", name="Take next"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=reference)).to_be_visible()
        release = page.get_by_role("button", name="Release")
        tab_to(page, release)
        assert release.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("is back in the queue")


def test_a_queue_with_long_and_right_to_left_names_fits_a_telephone(product, apply):
    apply(applicant={"name": NAME})
    long = apply(applicant={"name": "W" * 200})

    for viewport in ({"width": 390, "height": 844}, {"width": 720, "height": 450}):
        with product.at_desk("officer", viewport=viewport) as page:
            page.goto("/?due=week")
            no_sideways_scrolling(page)
            page.goto(f"/?q={long}")
            no_sideways_scrolling(page)
            axe_finds_nothing(page, f"queue at {viewport['width']}")
            picture(page, f"queue-names-{viewport['width']}", full_page=True)


def test_my_work_and_practice_are_for_everybody_to_read(product, manage):
    manage("prepare_practice", "consumer-loan")

    with product.at_desk("officer") as page:
        for address in ("/my-work/", "/practice/", "/?q=nothing-is-called-so", "/?holder=mine"):
            page.goto(address)
            looks_well(page, address)
        page.goto("/practice/")
        page.get_by_role("button", name="Next case").click()
        expect(page.get_by_label("Of 100 applicants")).to_be_visible()
        looks_well(page, "practice")
        page.get_by_label("Of 100 applicants").fill("30")
        page.get_by_role("button", name="Give this answer").click()
        expect(page.locator("main")).to_contain_text("The model said")
        looks_well(page, "practice answered")
        for_docs(page, "practice")


def looks_well(page, name):
    """Hold a page to axe in both schemes, and picture a state that has no address."""
    found = axe_finds_in_both_schemes(page)
    assert not found, (name, found)
    if not name.startswith("/"):
        picture(page, f"officer-{name.replace(' ', '-')}-light")
        with in_the_dark(page):
            picture(page, f"officer-{name.replace(' ', '-')}-dark")
