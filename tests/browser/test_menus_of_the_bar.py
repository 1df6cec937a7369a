"""The bar of a person with more pages than stand in a line."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def bar(product):
    with product.at_desk("auditor") as page:
        yield page.get_by_role("navigation", name="Pages", exact=True)


def test_an_auditor_opens_a_menu_and_a_page_of_it_by_keyboard(bar):
    oversight = bar.locator("summary", has_text="Oversight")
    trail = bar.get_by_role("link", name="Audit trail")
    expect(trail).to_be_hidden()

    oversight.press("Enter")
    expect(trail).to_be_visible()

    bar.page.keyboard.press("Escape")
    expect(trail).to_be_hidden()
    expect(oversight).to_be_focused()

    oversight.press("Enter")
    trail.press("Enter")
    expect(bar.page).to_have_url(re.compile("/audit/$"))
    expect(bar.locator(".menu:has([aria-current])")).to_contain_text("Oversight")


def test_a_menu_closes_where_a_person_goes_on_elsewhere(bar):
    queue = bar.get_by_role("link", name="Queue")
    bar.locator("summary", has_text="Applications").click()
    expect(queue).to_be_visible()

    bar.get_by_role("link", name="Alerts").focus()

    expect(queue).to_be_hidden()


def test_a_senior_officers_bar_is_one_line_of_a_narrow_window_in_german_too(product):
    role, narrow = "senior_officer", {"width": 1024, "height": 768}
    with product.at_desk(role):
        """Sign in where the form speaks English; the session stays."""

    with product.at_desk(role, locale="de-DE", viewport=narrow) as page:
        bar = page.get_by_role("navigation", name="Seiten", exact=True)
        expect(bar.get_by_role("link", name="Startseite")).to_be_visible()
        tops = bar.evaluate("bar => [...bar.children].map(each => each.offsetTop)")

    assert len(tops) == 9
    assert len(set(tops)) == 1
