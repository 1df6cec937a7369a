from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import fair_alternatives
from credit.management.console import ProductCommand, user_named, version_named


class Command(ProductCommand):
    help = (
        "Say whether a less discriminatory alternative to a model is taken, and why. One that is"
        " taken is trained as a candidate; without a key, that none of the last search is taken."
    )
    example = "decide_alternative consumer-loan/2 --leave --by carla --why 'None keeps its profit'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument(
            "key", nargs="?", default="", help="of the alternative, as fair_alternatives prints it"
        )
        does = parser.add_mutually_exclusive_group(required=True)
        does.add_argument("--take", action="store_true", help="have it trained as a candidate")
        does.add_argument("--leave", action="store_true", help="do not take it")
        parser.add_argument("--by", required=True, help="username of who decides")
        parser.add_argument("--why", required=True, help="in a sentence")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        version = version_named(options["version"])
        search = version.searches.order_by("-pk").first()
        if search is None:
            raise CommandError(f"Nothing was searched beside {version.name} yet.")
        made = fair_alternatives.decide(
            search_id=search.pk,
            key=options["key"],
            take=options["take"],
            words=options["why"],
            by=user_named(options["by"]),
            at=timezone.now(),
        )
        return {
            "version": version.name,
            "search": search.pk,
            "alternative": made.key,
            "is_taken": made.is_taken,
            "run": made.run_id,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        if facts["is_taken"]:
            self.stdout.write(f"It is taken: the training run {facts['run']} is asked for.")
        else:
            self.stdout.write(f"{facts['version']}: written down as not taken.")
