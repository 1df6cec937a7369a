from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from credit.actions import notices as actions
from credit.actions.refusals import ActionDenied, NotAllowed
from credit.management.console import ProductCommand, product_named, user_named
from credit.models import Notice, NoticeKind, User
from credit.queries import notices
from credit.queries.notices import DueRow
from scoring.plurals import counted


class Command(ProductCommand):
    help = (
        "Prove and issue the notices that a product owes, the earliest due first. Those that "
        "cannot be proved stay and go to a person, as do those whose decision can still be undone. "
        "Exit code 1 if any stayed."
    )
    example = "issue_notices consumer-loan --by otto --due-within 7"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product")
        parser.add_argument(
            "--by", required=True, help="username of the officer who answers for it"
        )
        parser.add_argument(
            "--due-within", type=int, metavar="DAYS", help="only what is due within so many days"
        )
        parser.add_argument("--limit", type=int, default=1_000, help="at most so many")
        parser.add_argument("--dry-run", action="store_true", help="list them, issue nothing")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product, by = product_named(options["product"]), user_named(options["by"])
        within = options["due_within"]
        rows = [
            row
            for row in notices.due(at=timezone.now(), product=product.slug, limit=options["limit"])
            if within is None or row.days_left <= within
        ]
        if options["dry_run"]:
            return {"due": [_told(row) for row in rows], "left": [], "stayed": []}
        done = [
            _issued(row, by=by)
            for row in tqdm(rows, desc="Notices", delay=2, disable=options["json"])
        ]
        return {
            "due": [],
            "left": [each for each in done if each["why"] is None],
            "stayed": [each for each in done if each["why"] is not None],
        }

    def tell(self, facts: dict[str, Any]) -> None:
        for row in facts["due"]:
            self.stdout.write(f"{row['reference']}: {row['kind']}, due {row['due_on']}")
        for row in facts["stayed"]:
            self.stdout.write(f"{row['reference']}: stayed. {row['why']}")
        self.stdout.write(f"{len(facts['left'])} left, {len(facts['stayed'])} stayed.")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts["stayed"]:
            raise CommandError(
                f"{counted(len(facts['stayed']), 'notice')} stayed; a person has to look."
            )


def _told(row: DueRow) -> dict[str, Any]:
    return {
        "decision": row.decision_id,
        "reference": row.reference,
        "kind": row.kind,
        "due_on": row.due_on,
    }


def _issued(row: DueRow, *, by: User) -> dict[str, Any]:
    try:
        made = actions.issue(
            decision_id=row.decision_id, kind=NoticeKind(row.kind), by=by, at=timezone.now()
        )
    except NotAllowed:
        raise  # of all of them, not of this one
    except ActionDenied as denied:
        return _told(row) | {"why": str(denied)}
    if isinstance(made, Notice):
        return _told(row) | {"why": None, "notice": made.pk}
    return _told(row) | {"why": " ".join(each["text"] for each in made.problems)}
