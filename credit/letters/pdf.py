"""A letter as PDF/UA, by typst: the same letter gives the same bytes, wherever it is set.

The fonts are those that come with typst, nothing is fetched, and the creation date is the
moment of issue: so the hash of what left can be checked by setting it again.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import typst

from scoring.notices.laws import DISCLOSES
from scoring.notices.letters import INSTEAD_HEADING, Letter

LAYOUT = Path(__file__).with_name("letter.typ")
NO_FONT = (
    "The letter cannot be set as an accessible PDF: most likely a name or word is written in "
    "characters that the fonts of the product do not have."
)


class LetterNotSet(RuntimeError):
    """The letter cannot be set as an accessible PDF."""


def pdf_of(letter: Letter, *, at: datetime) -> bytes:
    """Set a letter.

    Raises
    ------
    LetterNotSet
        It cannot be set as PDF/UA.
    """
    try:
        return typst.compile(
            LAYOUT.read_bytes(),
            format="pdf",
            sys_inputs={"letter": json.dumps(_plain(letter), ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=at.replace(microsecond=0),
            ignore_system_fonts=True,
        )
    except typst.TypstError:  # whose message quotes the letter
        raise LetterNotSet(NO_FONT) from None


def _plain(letter: Letter) -> dict[str, object]:
    said = asdict(letter)
    discloses = [block for block in said["blocks"] if block["when"] == DISCLOSES]
    for block in said["blocks"]:
        block["is_first"] = bool(discloses) and block is discloses[0]
    return said | {"instead_heading": INSTEAD_HEADING}
