"""A dossier as PDF/UA, by typst: the same dossier gives the same bytes."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontend.dossiers.blocks import Block, Chart, Dossier

LAYOUT = Path(__file__).with_name("dossier.typ")
# A drawing has no style sheet on paper: its classes are told here what tokens.css says of light.
INK = """
text { fill: #17212b; font-family: "Libertinus Serif"; font-size: 13px; }
.axis { stroke: #76838f; } .grid { stroke: #d9dfe5; }
.main { fill: none; stroke: #0b5563; stroke-width: 2.5; }
.ideal { fill: none; stroke: #76838f; stroke-dasharray: 4 4; }
.gap { fill: none; stroke: #17212b; stroke-width: 2; }
.dot { fill: #0b5563; } .own { fill: #17212b; }
.ring { fill: #ffffff; stroke: #17212b; stroke-width: 2.5; }
.reach { stroke: #0b5563; stroke-width: 2; }
.good { fill: #2f6fb3; } .bad { fill: #b4502e; }
.key { stroke-width: 10; } .key.good { stroke: #2f6fb3; } .key.bad { stroke: #b4502e; }
.field { fill: #0b5563; stroke: #76838f; } .same { stroke-width: 2.5; stroke: #17212b; }
"""
NO_FONT = gettext_lazy(
    "The dossier cannot be set as an accessible PDF: most likely a name or word is written in"
    " characters that the fonts of the product do not have."
)


class DossierNotSet(RuntimeError):
    """The dossier cannot be set as an accessible PDF."""


def pdf_of(dossier: Dossier, *, at: datetime) -> bytes:
    """Set a dossier; `at` is its creation date.

    Raises
    ------
    DossierNotSet
        It cannot be set as PDF/UA.
    """
    try:
        return typst.compile(
            LAYOUT.read_bytes(),
            format="pdf",
            sys_inputs={"dossier": json.dumps(_plain(dossier), ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=at.replace(microsecond=0),
            ignore_system_fonts=True,
        )
    except typst.TypstError:  # whose message quotes the dossier
        raise DossierNotSet(str(NO_FONT)) from None


def drawn(chart: Chart) -> str:
    """Draw a chart as an SVG that stands alone."""
    svg = render_to_string("charts/_drawing.html", {"block": chart, "is_alone": True})
    start, rest = svg.strip().split(">", 1)
    return f'{start} xmlns="http://www.w3.org/2000/svg"><style>{INK}</style>{rest}'


def _plain(dossier: Dossier) -> dict[str, Any]:
    return {
        "title": dossier.title,
        "language": dossier.language.partition("-")[0],
        "facts": dossier.facts,
        "sha256": dossier.sha256,
        "small_print": _("Content {hash}").format(hash=f"sha256:{dossier.sha256}"),
        "page": _("Page"),
        "sections": [
            {"title": each.title, "blocks": [_block(block) for block in each.blocks]}
            for each in dossier.sections
        ],
    }


def _block(block: Block) -> Mapping[str, Any]:
    if isinstance(block, Chart):
        return {"kind": block.kind, "words": block.words, "svg": drawn(block)}
    return {"kind": block.kind, **asdict(block)}
