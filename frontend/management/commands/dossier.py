import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import dossiers
from credit.management.console import ProductCommand, user_named, version_named
from frontend.access import may_read
from frontend.dossiers.blocks import Block, Dossier
from frontend.dossiers.document import dossier_of
from frontend.dossiers.material import gather
from frontend.dossiers.pdf import DossierNotSet, pdf_of


class Command(ProductCommand):
    help = (
        "Tell a model version's dossier, or set it as an accessible PDF. Protected groups are left"
        " out unless --by names somebody who may see them. With --again the learning worker is"
        " asked to measure it anew, against the champion of now."
    )
    example = "dossier consumer-loan/2 --by vera --out dossier.pdf"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument("--out", type=Path, help="file to write the PDF into")
        parser.add_argument("--by", help="username of who asks for it")
        parser.add_argument("--again", action="store_true", help="ask for it to be measured anew")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        version = version_named(options["version"])
        by = user_named(options["by"]) if options["by"] else None
        if options["again"]:
            if by is None:
                raise CommandError("Say who asks for it, by --by.")
            dossiers.request(version_id=version.pk, by=by, at=timezone.now())
            return {"version": version.name, "asked_for": True}
        material = gather(version.pk, sees_groups=by is not None and may_read(by, "fairness"))
        made = dossier_of(material)
        at = material.figures.made_at or material.version.trained_at
        return {
            "version": version.name,
            "content_sha256": made.sha256,
            "figures_sha256": material.figures.sha256,
            "against": material.figures.against,
            "problem": material.figures.problem,
            **_written(made, options["out"], at=at),
            "dossier": _plain(made),
        }

    def tell(self, facts: dict[str, Any]) -> None:
        if "asked_for" in facts:
            self.stdout.write(f"The learning worker measures {facts['version']} anew.")
            return
        if "out" in facts:
            self.stdout.write(f"{facts['out']}: sha256:{facts['pdf_sha256']}")
            return
        for section in facts["dossier"]["sections"]:
            self.stdout.write(f"\n{section['title'].upper()}")
            for block in section["blocks"]:
                self.stdout.write("\n".join(_lines(block)))


def _written(made: Dossier, out: Path | None, *, at: Any) -> dict[str, str]:
    if out is None:
        return {}
    try:
        content = pdf_of(made, at=at)
    except DossierNotSet as refused:
        raise CommandError(str(refused)) from refused
    out.write_bytes(content)
    return {"out": str(out), "pdf_sha256": hashlib.sha256(content).hexdigest()}


def _plain(made: Dossier) -> dict[str, Any]:
    """Give what is said; drawings say it again in their tables."""
    return {
        "title": made.title,
        "facts": made.facts,
        "sections": [
            {"name": each.name, "title": each.title, "blocks": [_block(one) for one in each.blocks]}
            for each in made.sections
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    said = asdict(block)
    return {"kind": block.kind, **{key: said[key] for key in said if key not in {"plot", "matrix"}}}


def _lines(block: dict[str, Any]) -> list[str]:
    if block["kind"] == "table":
        rows = [block["head"], *block["rows"]]
        return [f"  {block['caption']}", *("    " + "  ".join(row) for row in rows)]
    if block["kind"] == "pairs":
        return [f"  {label}: {value}" for label, value in block["rows"]]
    if block["kind"] == "points":
        return [f"  - {item}" for item in block["items"]]
    return [f"  {block.get('text') or block['words']}"]
