from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from credit.actions import snapshots
from credit.management.console import ProductCommand
from credit.models import Snapshot
from credit.queries import snapshots as rows
from scoring.plurals import counted

_LINEAGE = ("row", "applied_on", "bad", "label", "weight")


class Command(ProductCommand):
    help = (
        "Say what bounds a snapshot and where its labels come from. With --retake put it together"
        " again from these bounds: exit code 1 where its hash is another."
    )
    example = "snapshot 3 --retake --lineage rows.csv"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("snapshot", type=int, help="its number, as its page says it")
        parser.add_argument("--retake", action="store_true", help="compare the hashes")
        parser.add_argument("--lineage", type=Path, help="a CSV file of its rows and their labels")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            found = rows.snapshot(options["snapshot"])
        except Snapshot.DoesNotExist as missing:
            raise CommandError(f"There is no snapshot {options['snapshot']}.") from missing
        facts = {
            "snapshot": found.id,
            "product": found.product_slug,
            "taken_at": found.taken_at,
            "contract": found.contract_hash,
            "past_loans": found.ingestion_id,
            "rows": found.rows,
            "bads": found.bads,
            "label_sources": found.label_sources,
            "immature": found.immature,
            "excluded": found.excluded,
            "sha256": found.rows_sha256,
            "versions": [name for _, name in found.versions],
        }
        if options["lineage"]:
            facts["lineage_rows"] = _write(found.id, options["lineage"])
        if options["retake"]:
            again = snapshots.retake(Snapshot.objects.get(pk=found.id))
            facts |= {"retaken_sha256": again.rows_sha256, "is_same": again.is_same}
        return facts

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(
            f"Snapshot {facts['snapshot']} of {facts['product']}, as known at "
            f"{facts['taken_at']:%Y-%m-%d %H:%M} UTC: {counted(facts['rows'], 'row')}, "
            f"{facts['bads']:,} bad.\n"
            f"  contract {facts['contract']}, past loans {facts['past_loans']}\n"
            f"  rows sha256:{facts['sha256']}"
        )
        for source, n in facts["label_sources"].items():
            self.stdout.write(f"  labels, {source.replace('_', ' ')}: {n:,}")
        self.stdout.write(f"  not yet matured: {facts['immature']:,}")
        for why, n in facts["excluded"].items():
            self.stdout.write(f"  left out, {why.replace('_', ' ')}: {n:,}")
        if facts.get("is_same"):
            self.stdout.write("Put together again, it has the same hash.")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts.get("is_same") is False:
            raise CommandError(
                f"Put together again, its hash is {facts['retaken_sha256']}: what its rows come "
                "from has changed since, or another version of a library writes them."
            )


def _write(snapshot_id: int, file: Path) -> int:
    """Write which rows there are and whence their labels come: nothing that was stated."""
    frame = snapshots.read(Snapshot.objects.get(pk=snapshot_id))
    lineage = frame.select(name for name in _LINEAGE if name in frame.columns)
    lineage.write_csv(file)
    return lineage.height
