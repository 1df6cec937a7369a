from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from credit import retention
from credit.actions import retention as actions
from credit.management.console import ProductCommand, user_named


class Command(ProductCommand):
    help = (
        "Name the months whose retention is over, and what keeps any of them. With --yes, drop "
        "those that nothing keeps: an administrator asks and someone of compliance approves. Needs "
        "OWNER_DATABASE_URL, for only the owner of the tables can. Exit code 1 if a month that was "
        "named must stay."
    )
    example = "drop_months --yes --by ada --approved-by carl"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "months", nargs="*", help="as 202311, or past; default: all that may go"
        )
        parser.add_argument("--yes", action="store_true", help="drop them; without it only tell")
        parser.add_argument("--by", help="username of the administrator who asks")
        parser.add_argument("--approved-by", help="username of who approves, of compliance")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["yes"] and not (options["by"] and options["approved_by"]):
            raise CommandError("Say who asks with --by, and who approves with --approved-by.")
        dropped: list[dict[str, Any]] = []
        if options["yes"]:
            dropped = [asdict(each) for each in self._drop(options)]
        left = [asdict(each) for each in retention.expired(at=timezone.now())]
        return {"dropped": dropped, "expired": left}

    def _drop(self, options: dict[str, Any]) -> list[actions.Dropped]:
        by, approved_by = user_named(options["by"]), user_named(options["approved_by"])
        done = []
        # Decisions first: their events must stay as long as they do.
        for kind in tqdm((retention.DECISIONS, retention.AUDIT), delay=2, disable=options["json"]):
            done += [
                actions.drop(
                    kind=kind, month=name, by=by, approved_by=approved_by, at=timezone.now()
                )
                for name in _chosen(kind, options["months"])
            ]
        return done

    def tell(self, facts: dict[str, Any]) -> None:
        for month in facts["dropped"]:
            self.stdout.write(f"{month['month']}: {month['rows']} {month['kind']} dropped.")
        for month in facts["expired"]:
            said = " ".join(month["stays"]) or "It may go."
            self.stdout.write(f"{month['name']}: {month['rows']} {month['kind']}. {said}")
        if not facts["dropped"] and not facts["expired"]:
            self.stdout.write("No month is past its retention.")


def _chosen(kind: str, named: list[str]) -> list[str]:
    """Take the months that were named, or all that nothing keeps."""
    if not named:
        found = retention.expired(at=timezone.now())
        return [each.name for each in found if each.kind == kind and not each.stays]
    known = {part.name for part in retention.parts(kind)}
    return [name for name in named if name in known or kind == retention.DECISIONS]
