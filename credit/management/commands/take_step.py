from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import promotion_steps
from credit.management.console import ProductCommand, user_named, version_named


class Command(ProductCommand):
    help = (
        "Take the next step of an approved promotion: into shadow, then canary, then champion, once"
        " the policy's minimum of time and decisions is reached."
    )
    example = "take_step consumer-loan/2 --by vera --note 'A week in shadow, no surprises'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument(
            "--by", required=True, help="username of a validator who did not train it"
        )
        parser.add_argument("--note", required=True, help="why it may go on")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        moved = promotion_steps.take_step(
            version_id=version_named(options["version"]).pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            note=options["note"],
        )
        return {"version": moved.name, "stage": str(moved.stage)}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"{facts['version']} is now {facts['stage']}.")
