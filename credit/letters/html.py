"""A letter as a page that stands alone: no script, no style sheet, nothing fetched."""

from django.template.loader import render_to_string

from scoring.notices.laws import DISCLOSES
from scoring.notices.letters import INSTEAD_HEADING, Letter


def html_of(letter: Letter) -> bytes:
    """Write a letter as the HTML file that leaves."""
    return render_to_string("letters/letter.html", shown(letter)).encode()


def shown(letter: Letter) -> dict[str, object]:
    """Give what the template of a letter's body reads."""
    first = next((block for block in letter.blocks if block.when == DISCLOSES), None)
    return {"letter": letter, "discloses": first, "instead_heading": INSTEAD_HEADING}
