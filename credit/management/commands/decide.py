from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from credit import serving
from credit.actions import decisions
from credit.actions.decisions import Idempotency
from credit.management import request_files
from credit.management.console import ProductCommand, product_named
from credit.models import Partner
from credit.serving import UnknownProduct
from scoring.features import InputRefused
from scoring.files.reading import sha256_of
from scoring.plurals import counted, were


class Command(ProductCommand):
    help = (
        "Decide and record a file of applications, exactly as the API would. With --partner they "
        "are that partner's, and running the same file again records nothing twice. Exit code 1 "
        "if any row is not right; the others are recorded."
    )
    example = "decide consumer-loan applications.ndjson --partner acme-broker"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument(
            "file", type=Path, help="applications: CSV, Parquet, gzip of either, or NDJSON"
        )
        parser.add_argument("--partner", help="whose applications they are")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        slug = product_named(options["product"]).slug
        partner = _partner(options["partner"])
        self.file_name = options["file"].name
        try:
            contract = serving.terms(slug, at=timezone.now()).contract
        except UnknownProduct as unknown:
            raise CommandError(f"{slug} has no policy in force.") from unknown
        file_sha256 = sha256_of(options["file"])
        rows = request_files.read(options["file"], contract=contract)
        told = [
            _decide(slug, partner, row, options["file"], file_sha256)
            for row in tqdm(rows, unit=" rows", delay=2, disable=options["json"])
        ]
        return {
            "decisions": [each for each in told if "problem" not in each],
            "problems": [each for each in told if "problem" in each],
        }

    def tell(self, facts: dict[str, Any]) -> None:
        for made in facts["decisions"]:
            self.stdout.write(
                f"{made['id']}  {made['reference']}  {made['recommendation']}  {made['status']}"
            )
        for wrong in facts["problems"]:
            self.stderr.write(f"{self.file_name}, row {wrong['row']}: {wrong['problem']}")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts["problems"]:
            wrong = len(facts["problems"])
            said = f"{counted(wrong, 'row')} {were(wrong)} not decided."
            raise CommandError(f"{self.file_name}: {said}")


def _partner(slug: str | None) -> Partner | None:
    if slug is None:
        return None
    try:
        return Partner.objects.get(slug=slug)
    except Partner.DoesNotExist as missing:
        raise CommandError(
            f"There is no partner {slug}: issue a key to make one known."
        ) from missing


def _decide(
    slug: str, partner: Partner | None, row: request_files.Row, file: Path, file_sha256: str
) -> dict[str, Any]:
    if row.problem:
        return {"row": row.number, "problem": row.problem}
    once = Idempotency(key=f"file:{file_sha256}:{row.number}", body_sha256=file_sha256)
    try:
        decided = decisions.decide(
            product=slug,
            partner=partner,
            body={"product": slug, **row.body},
            idempotency=once if partner else None,
            at=timezone.now(),
        )
    except InputRefused as refused:
        return {"row": row.number, "problem": request_files.told(refused, path=file)}
    return {"row": row.number, **decided.answer}
