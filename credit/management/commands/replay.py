from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from credit.management.console import ProductCommand
from credit.queries import replays
from scoring.plurals import counted


class Command(ProductCommand):
    help = (
        "Compute stored decisions again from their bundle, contract and inputs, and compare PD, "
        "points, reasons and recommendation to the bit; hold them and their notices against the "
        "audit trail. Exit code 1 if any differs."
    )
    example = "replay --all"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("decisions", nargs="*", help="ids of decisions")
        parser.add_argument("--all", action="store_true", help="every stored decision")
        parser.add_argument("--sample", type=int, metavar="N", help="N decisions at random")
        parser.add_argument("--seed", type=int, default=0, help="of the sample; default 0")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        ids, sample = options["decisions"] or None, options["sample"]
        if sum((ids is not None, options["all"], sample is not None)) != 1:
            raise CommandError("Name decisions, or say --all, or --sample N.")
        if sample is not None and sample < 1:
            raise CommandError("--sample must be 1 or more.")
        told = tqdm(
            replays.replay(ids, sample=sample, seed=options["seed"]),
            total=replays.count(ids, sample=sample),
            unit=" decisions",
            delay=2,
            disable=options["json"],
        )
        n, notices, different = 0, 0, []
        for replayed in told:
            n, notices = n + 1, notices + replayed.notices
            if not replayed.identical:
                different.append(asdict(replayed))
        return {
            "replayed": n,
            "identical": n - len(different),
            "notices": notices,
            "different": different,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        for found in facts["different"]:
            for difference in found["differences"]:
                self.stdout.write(f"{found['decision_id']}: {difference}")
        said = f"{facts['identical']} of {facts['replayed']} decisions are identical"
        self.stdout.write(f"{said}; {facts['notices']} notices were held against the audit trail.")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts["different"]:
            raise CommandError(
                f"{counted(len(facts['different']), 'decision')} could not be reproduced."
            )
