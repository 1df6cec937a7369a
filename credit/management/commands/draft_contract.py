from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from credit.management.console import ProductCommand
from scoring.contract import Contract, ContractRefused
from scoring.contracts.checks import is_delimiter, is_encoding
from scoring.drafting import DraftRefused, Wishes, draft

OF_OPTIONS = ("slug", "name", "currency", "jurisdictions", "outcome.")  # what options say of it


class Command(ProductCommand):
    help = (
        "Draft a contract from a file of past loans: kinds, bounds, categories, codes for missing, "
        "dates, and what looks protected, leaked or like an id, each with its evidence in a "
        "comment. A person finishes the lines that say FINISH."
    )
    example = "draft_contract loans.csv --outcome bad --slug car-loan --out contract.toml"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("data", type=Path, help="past loans: CSV, Parquet, or gzip")
        parser.add_argument("--outcome", required=True, help="the column of the outcome")
        parser.add_argument("--bad", nargs="+", default=[], help="its values that are bad")
        parser.add_argument("--good", nargs="+", default=[], help="its values that are good")
        parser.add_argument(
            "--keep",
            nargs="+",
            default=[],
            metavar="COLUMN",
            help="columns that an earlier draft suspected and that you know are known in time",
        )
        parser.add_argument("--encoding", help="of a CSV file, as in cp850; default detected")
        parser.add_argument("--delimiter", help="of a CSV file, one sign; default detected")
        parser.add_argument("--slug", default="new-product", help="the product, as in car-loan")
        parser.add_argument("--name", help="as people say it; default the slug in words")
        parser.add_argument("--currency", default="EUR", help="as in EUR")
        parser.add_argument("--jurisdiction", default="EU", help="as in EU or US")
        parser.add_argument("--out", type=Path, help="TOML file to write; default the terminal")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["out"] is not None and options["out"].exists():
            raise CommandError(f"{options['out']} exists; a draft does not overwrite it.")
        if options["delimiter"] is not None and not is_delimiter(options["delimiter"]):
            raise CommandError('--delimiter takes one sign, such as "~", and no quote.')
        if options["encoding"] is not None and not is_encoding(options["encoding"]):
            raise CommandError(f"No encoding is called {options['encoding']}; try cp850.")
        options["name"] = options["name"] or options["slug"].replace("-", " ").capitalize()
        names = ("outcome", "encoding", "delimiter", "slug", "name", "currency", "jurisdiction")
        wishes = Wishes(
            bad=tuple(options["bad"]),
            good=tuple(options["good"]),
            keep=tuple(options["keep"]),
            **{name: options[name] for name in names},
        )
        try:
            drafted = draft(options["data"], wishes=wishes)
        except DraftRefused as refused:
            raise CommandError(str(refused)) from refused
        _check_reads(drafted.text)
        if options["out"] is not None:
            options["out"].write_text(drafted.text, encoding="utf-8")
        return {
            "contract": drafted.text if options["out"] is None else str(options["out"]),
            "to_finish": list(drafted.to_finish),
            "columns": {
                one.column.name: {"part": one.part, "why": one.why} for one in drafted.judged
            },
        }

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(facts["contract"])
        self.stderr.write("\nLeft to a person, the most important first:")
        for number, line in enumerate(facts["to_finish"], start=1):
            self.stderr.write(f"  {number}. {line}")


def _check_reads(text: str) -> None:
    """Refuse options that no contract takes: what is written is to read at once."""
    try:
        Contract.parse(text.encode())
    except ContractRefused as refused:
        asked = [each for each in refused.problems if each.path.startswith(OF_OPTIONS)]
        if asked:
            words = "; ".join(f"{each.path} {each.message}" for each in asked)
            raise CommandError(f"That would be no contract: {words}.") from refused
