from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import contracts
from credit.actions.refusals import require_role
from credit.management.console import ProductCommand, user_named
from credit.management.loan_files import add_file_arguments, read_loans
from credit.models import Role
from scoring.contract import Contract


class Command(ProductCommand):
    help = (
        "Check a file of past loans against its contract, keep it, and say what it is like: rows "
        "by fate, rejects with their reasons, warnings, drift. Nothing is trained."
    )
    example = (
        "ingest contracts/consumer-loan/contract.toml contracts/consumer-loan/loans.csv --by dana"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("contract", type=Path, help="the product, a TOML file")
        parser.add_argument("data", type=Path, help="its past loans: CSV, Parquet, or gzip")
        parser.add_argument("--by", required=True, help="username of a model developer")
        add_file_arguments(parser)

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        by = user_named(options["by"])
        require_role(by, Role.MODEL_DEVELOPER, to="bring in past loans")
        Contract.load(options["contract"])  # first of all: its problems name the file
        contract = contracts.register(
            source=options["contract"].read_bytes(), by=by, at=timezone.now()
        )
        read = read_loans(contract, options, by=by, at=timezone.now(), tell=self.stderr.write)
        return {"ingestion": read.pk, "quality": read.quality}

    def tell(self, facts: dict[str, Any]) -> None:
        rows = facts["quality"]["rows"]
        self.stdout.write(f"Ingested: {rows['used']:,} of {rows['in_file']:,} rows can be used.")
