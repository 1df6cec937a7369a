from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from credit.management.console import ProductCommand
from credit.queries import audit
from scoring.plurals import counted


class Command(ProductCommand):
    help = (
        "Compute every hash of the audit trail again and name what does not fit; exit code 1 if "
        "anything does not. Note the head it prints outside the database: only with it can a cut "
        "or a rewritten trail be seen."
    )
    example = "verify_audit --head 12:9f2c…"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--head", help="a head noted before, as NUMBER:HASH")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        return asdict(audit.verify(noted_head=options["head"]))

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(
            f"{counted(facts['events'], 'event')} under {counted(facts['seals'], 'seal')}, "
            f"{facts['unsealed']:,} not yet sealed. Head: {facts['head']}"
        )
        for problem in facts["problems"]:
            self.stdout.write(f"  {problem}")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts["problems"]:
            raise CommandError("The audit trail does not hold.")
