"""Pictures of pages: for people to look at, and for the documentation."""

import os
from pathlib import Path

from playwright.sync_api import Page

CHECKOUT = Path(__file__).parents[2]
SCREENSHOTS = CHECKOUT / "var" / "screenshots"
PICTURES = CHECKOUT / "docs" / "images"


def picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """Keep a picture for people to look at, where EVENHAND_PICTURES=1 asks for them."""
    if os.environ.get("EVENHAND_PICTURES") == "1":
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full_page)


def for_docs(page: Page, name: str, *, of: str | None = None) -> None:
    """Take a picture of the documentation anew, where it is asked for: of the window, or a part."""
    if os.environ.get("EVENHAND_DOCS_PICTURES") == "1":
        PICTURES.mkdir(parents=True, exist_ok=True)
        (page.locator(of).first if of else page).screenshot(path=PICTURES / f"{name}.png")
