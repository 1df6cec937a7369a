"""Translations as programs read them (.mo), made from what people write (.po) when those change.

No gettext on the machine is needed: Babel reads and writes both.
"""

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from services.places import ROOT

CATALOGUES = "locale/*/LC_MESSAGES/django.po"


def run(arguments: Sequence[str]) -> int:
    """Bring the catalogues up to the strings in the code, in this process's place."""
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "frontend.catalogue", *arguments])  # noqa: S606 - ours, no shell


def compile_catalogues(root: Path = ROOT) -> None:
    """Make each .mo that is missing or older than its .po."""
    for po in sorted(root.glob(CATALOGUES)):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            _compile(po, mo)


def _compile(po: Path, mo: Path) -> None:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - only where there is one to make
    from babel.messages.pofile import read_po  # noqa: PLC0415

    made = io.BytesIO()
    with po.open("rb") as file:
        write_mo(made, read_po(file, locale=po.parts[-3]))
    new = mo.with_name(f"{mo.name}.{os.getpid()}.new")
    new.write_bytes(made.getvalue())
    new.replace(mo)  # so that who reads it meanwhile sees the old or the new
