"""The documentation's pictures: each is taken by a browser test, kept, and shown by a page."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "docs" / "images"
MOST = 1_500_000  # bytes, of all together
TAKEN = re.compile(r'for_docs\(page, "([\w-]+)"')
SHOWN = re.compile(r"!\[[^\]]+\]\(images/([\w-]+)\.png\)")


def _named(pattern, folder, ending):
    return {name for path in folder.rglob(ending) for name in pattern.findall(path.read_text())}


def test_what_the_browser_tests_take_is_what_the_pages_show():
    kept = {path.stem for path in KEPT.glob("*.png")}

    assert _named(TAKEN, ROOT / "tests" / "browser", "*.py") == kept
    assert _named(SHOWN, ROOT / "docs", "*.md") == kept


def test_the_pictures_are_small():
    assert sum(path.stat().st_size for path in KEPT.iterdir()) < MOST
