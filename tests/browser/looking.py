"""What is looked for on a page: axe, keyboard, width, weight. Each gives what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import CDPSession, Page, expect

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """async (rules) => (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]}))
    .violations.flatMap((rule) => rule.nodes.map((node) => [rule.id, node.html.slice(0, 160)]))"""
ASKING = ":is([hx-get], [hx-post]).htmx-request"  # the style guide shows a button that looks so
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What the Tab key should stop at, and what it does stop at. Of radio buttons it takes the chosen.
STOPS = """() => {
    const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const isStop = (one) => !one.disabled && one.type !== "hidden"
        && one.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})
        && (one.type !== "radio" || one.checked);
    window.stops = [...document.querySelectorAll(wanted)].filter(isStop);
    window.reached = [];
    document.addEventListener("focusin", ({target}) => {
        const style = getComputedStyle(target);
        const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        window.reached.push([window.stops.indexOf(target), isSeen, target.outerHTML.slice(0, 120)]);
    });
    const dated = "[type=date], [type=month], [type=time], [type=datetime-local]";
    const parts = document.querySelectorAll(dated);
    return [window.stops.length, parts.length * 6];
}"""

# Words with a digit, of a length that fits: whether a line ends within one. What is not seen, or
# is made of words, or is the number of a law, may break.
BROKEN = r"""() => {
    const found = [];
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode;
        if (!text.parentElement.checkVisibility() || text.parentElement.closest("svg, pre, code"))
            continue;
        for (const word of text.data.matchAll(/[^ \n\t]*\d[^ \n\t]*/g)) {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            const lines = new Set([...range.getClientRects()].map((one) => Math.round(one.top)));
            if (lines.size > 1 && word[0].length <= 30 && !/\p{L}[-:_]|\d\//u.test(word[0]))
                found.push(word[0]);
        }
    }
    return found;
}"""
# Words of a drawing that lie on one another, or are cut off by its edge; CSS pixels.
DRAWN_OVER = """() => {
    const found = [];
    for (const drawing of document.querySelectorAll("main svg:not(svg svg)")) {
        const edge = drawing.getBoundingClientRect();
        const words = [...drawing.querySelectorAll("text")]
            .filter((one) => one.checkVisibility() && one.textContent.trim());
        const boxes = words.map((one) => one.getBoundingClientRect());
        boxes.forEach((box, at) => {
            const said = words[at].textContent.trim();
            const out = Math.max(edge.left - box.left, box.right - edge.right);
            if (out > 1 && getComputedStyle(drawing).overflow !== "visible")
                found.push(`cut off by ${Math.round(out)}: ${said}`);
            boxes.slice(at + 1).forEach((other, later) => {
                const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
                const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
                if (wide > 1 && high > 4)
                    found.push(`${said} lies on ${words[at + 1 + later].textContent.trim()}`);
            });
        });
    }
    return [...new Set(found)];
}"""


def settled(page: Page) -> None:
    """Wait until a page is there whole, with what it fetches for itself once it is loaded."""
    page.wait_for_load_state()
    expect(page.locator(ASKING)).to_have_count(0)


def broken_figures(page: Page) -> list[str]:
    """Find amounts, dates and ids within which a line ends."""
    return [f"broken: {word}" for word in page.evaluate(BROKEN)]


def drawn_over(page: Page) -> list[str]:
    """Find words of drawings that nobody can read where they are."""
    return page.evaluate(DRAWN_OVER)


def axe_finds(page: Page, *, rules: list[str] = WCAG) -> list[str]:
    """Ask axe, which is given to the page once."""
    settled(page)
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    return [f"{rule}: {html}" for rule, html in page.evaluate(AXE, rules)]


@contextmanager
def in_the_dark(page: Page) -> Iterator[None]:
    """Show the page as it is in the dark scheme, without loading it again."""
    page.emulate_media(color_scheme="dark")
    yield
    page.emulate_media(color_scheme="light")


def axe_finds_in_both_schemes(page: Page) -> list[str]:
    """Ask axe in the scheme shown; in the other one for what a scheme changes: contrast."""
    found = axe_finds(page)
    with in_the_dark(page):
        return found + axe_finds(page, rules=["color-contrast"])


def is_too_wide(page: Page, width: int) -> list[str]:
    """Make the window narrow; what is wider than it would need sideways scrolling."""
    page.set_viewport_size({"width": width, "height": 800})
    wider = page.evaluate(WIDER)
    return [f"{wider} px wider than {width}"] if wider > 0 else []


def keyboard_misses(page: Page) -> Iterator[str]:
    """Press Tab through the page: everything is reached, and seen to be, and the way goes on."""
    stops, within = page.evaluate(STOPS)  # a date has a stop for its day, its month, its year
    for _ in range(stops + within + 1):
        page.keyboard.press("Tab")
    reached = page.evaluate("document.activeElement.blur() || window.reached")
    missed = set(range(stops)) - {place for place, _, _ in reached}
    if missed:
        yield from (f"never reached: {_html(page, place)}" for place in sorted(missed))
    yield from (f"no focus seen: {html}" for _, is_seen, html in reached if not is_seen)


def _html(page: Page, place: int) -> str:
    return page.evaluate("(place) => window.stops[place].outerHTML.slice(0, 120)", place)


class Weight:
    """Counts what comes over the wire, compressed as it is served, headers included."""

    def __init__(self, session: CDPSession) -> None:
        self.session, self.bytes = session, 0
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, float]) -> None:
        self.bytes += event["encodedDataLength"]

    def of(self, page: Page, address: str, *, is_first: bool) -> float:
        """Load a page, with nothing kept from before or with everything; kB."""
        if is_first:
            self.session.send("Network.clearBrowserCache")
        self.bytes = 0
        page.goto(address)
        page.evaluate("1")  # what was told of until now has then been counted
        return self.bytes / 1000
